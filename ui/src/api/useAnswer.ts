// One hook for "ask the server, keep showing the old answer while the new one is on its way".
// A newer key cancels the older request; nothing is asked while the tab is hidden.
import { useCallback, useEffect, useRef, useState } from 'react';
import { isAbort, toApiError, type ApiError } from './error';

export interface Asked<T> {
  readonly data: T | undefined;
  readonly error: ApiError | undefined;
  readonly busy: boolean;
  /** Milliseconds that the last answer took. */
  readonly took: number;
  readonly again: () => void;
}

export interface AskOptions {
  /** Milliseconds between repetitions; 0 never repeats. */
  readonly every?: number;
  readonly enabled?: boolean;
}

export function useAnswer<T>(key: string, ask: (signal: AbortSignal) => Promise<T>, { every = 0, enabled = true }: AskOptions = {}): Asked<T> {
  const [state, setState] = useState<{ data: T | undefined; error: ApiError | undefined; took: number }>({ data: undefined, error: undefined, took: 0 });
  const [busy, setBusy] = useState(enabled);
  const [turn, setTurn] = useState(0);
  const askRef = useRef(ask);
  useEffect(() => {
    askRef.current = ask;
  });

  useEffect(() => {
    if (!enabled) {
      setBusy(false);
      return;
    }
    const controller = new AbortController();
    const started = performance.now();
    setBusy(true);
    askRef.current(controller.signal).then(
      (data) => {
        if (controller.signal.aborted) return;
        setState({ data, error: undefined, took: performance.now() - started });
        setBusy(false);
      },
      (error: unknown) => {
        if (controller.signal.aborted || isAbort(error)) return;
        setState((old) => ({ data: old.data, error: toApiError(error), took: performance.now() - started }));
        setBusy(false);
      },
    );
    return () => controller.abort();
  }, [key, turn, enabled]);

  const again = useCallback(() => setTurn((n) => n + 1), []);
  useEffect(() => {
    if (every <= 0 || !enabled) return;
    const timer = setInterval(() => {
      if (!document.hidden) again();
    }, every);
    return () => clearInterval(timer);
  }, [every, enabled, again]);

  return { ...state, busy, again };
}
