// Notifications as they come: a stream of server-sent events, and asking now and then where there is no stream (an older
// server, a proxy that holds events back, too many subscribers).
import { useEffect, useState } from 'react';
import { Prometheus } from './prometheus';
import { resolveUrl } from './http';
import type { Notification } from './types';

const POLL_MS = 30_000;
const api = new Prometheus();

/** What holds after one more event: an active one is added once, an ended one goes. */
export function applyEvent(known: readonly Notification[], event: Notification): readonly Notification[] {
  const others = known.filter((one) => one.text !== event.text);
  return event.active ? [...others, event] : others;
}

/** The notification of an event's data, or undefined for anything else. */
export function readEvent(data: string): Notification | undefined {
  try {
    const value = JSON.parse(data) as Partial<Record<keyof Notification, unknown>> | null;
    if (value === null || typeof value.text !== 'string' || typeof value.active !== 'boolean') return undefined;
    return { text: value.text, date: typeof value.date === 'string' ? value.date : '', active: value.active };
  } catch {
    return undefined;
  }
}

/** Calls `onChange` with all active notifications whenever they change; the result stops it. */
export function followNotifications(onChange: (active: readonly Notification[]) => void): () => void {
  let known: readonly Notification[] = [];
  let timer: ReturnType<typeof setInterval> | undefined;
  const controller = new AbortController();
  const poll = (): void => {
    if (document.hidden) return;
    api.notifications(controller.signal).then((answer) => onChange(answer.data.filter((one) => one.active)), () => undefined);
  };
  let source: EventSource | undefined;
  const listen = (): void => {
    const stream = new EventSource(resolveUrl(`${api.base}/notifications/live`));
    source = stream;
    // Every connection begins with all that holds, so what is known from before is dropped.
    stream.onopen = () => {
      known = [];
      onChange(known);
    };
    stream.onmessage = (message: MessageEvent<string>) => {
      const event = readEvent(message.data);
      if (event === undefined) return;
      known = applyEvent(known, event);
      onChange(known);
    };
    // The browser tries again by itself unless it has given up: then there is no stream here.
    stream.onerror = () => {
      if (stream.readyState !== EventSource.CLOSED || timer !== undefined) return;
      timer = setInterval(poll, POLL_MS);
      poll();
    };
  };
  // A browser has few connections for a host, so a hidden tab gives its own back.
  const onVisibility = (): void => {
    if (document.hidden) source?.close();
    else if (timer === undefined) listen();
  };
  if (!document.hidden) listen();
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    source?.close();
    controller.abort();
    clearInterval(timer);
  };
}

export function useNotifications(): readonly Notification[] {
  const [active, setActive] = useState<readonly Notification[]>([]);
  useEffect(() => followNotifications(setActive), []);
  return active;
}
