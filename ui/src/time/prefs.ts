// What a person chose for all pages: theme and time zone. Kept in local storage; pages subscribe.
import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark' | 'auto';

const listeners = new Set<() => void>();

function read(key: string): string | undefined {
  try {
    return localStorage.getItem(`narthex.${key}`) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Stores a preference; without storage it lasts as long as the page. */
const memory = new Map<string, string>();
export function setPref(key: string, value: string): void {
  memory.set(key, value);
  try {
    localStorage.setItem(`narthex.${key}`, value);
  } catch {
    // Kept in memory only.
  }
  for (const listener of listeners) listener();
}
export function getPref(key: string, fallback: string): string {
  return memory.get(key) ?? read(key) ?? fallback;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePref(key: string, fallback: string): [string, (value: string) => void] {
  const value = useSyncExternalStore(subscribe, () => getPref(key, fallback));
  return [value, (next) => setPref(key, next)];
}

/** Applies the theme to the document; returns whether it is dark. */
export function applyTheme(theme: Theme): boolean {
  const dark = theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
  for (const listener of listeners) listener();
  return dark;
}

/** Follows the theme as painted, so that canvases repaint with it. */
export function useDark(): boolean {
  return useSyncExternalStore(subscribe, () => document.documentElement.dataset['theme'] === 'dark');
}

/** The zone in which times are shown: `browser` or `utc`. */
export function useZone(): string {
  return usePref('zone', 'browser')[0];
}
