// Which series are shown: click isolates, ctrl-click toggles, a second click on the only one shows all again.
import { useCallback, useState } from 'react';

export type Shown = ReadonlySet<string> | 'all';

export function isolate(shown: Shown, key: string): Shown {
  return shown !== 'all' && shown.size === 1 && shown.has(key) ? 'all' : new Set([key]);
}

export function toggle(shown: Shown, key: string, all: readonly string[]): Shown {
  const next = new Set(shown === 'all' ? all : shown);
  if (next.has(key)) next.delete(key);
  else next.add(key);
  return next.size === 0 || all.every((one) => next.has(one)) ? 'all' : next;
}

export function useVisibility(keys: readonly string[], initiallyHidden: readonly string[] = []): { visible: (key: string) => boolean; pick: (key: string, add: boolean) => void } {
  const [shown, setShown] = useState<Shown>('all');
  const joined = keys.join('\n');
  const hiddenJoined = initiallyHidden.join('\n');
  const start: Shown = initiallyHidden.length === 0 || shown !== 'all' ? shown : new Set(keys.filter((key) => !initiallyHidden.includes(key)));
  const visible = useCallback(
    (key: string) => (shown === 'all' ? !hiddenJoined.split('\n').includes(key) || hiddenJoined === '' : shown.has(key) || !joined.split('\n').some((one) => shown.has(one))),
    [shown, joined, hiddenJoined],
  );
  const pick = (key: string, add: boolean): void => setShown(add ? toggle(start, key, keys) : isolate(shown, key));
  return { visible, pick };
}
