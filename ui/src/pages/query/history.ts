// The last queries, newest first, in local storage.
import { getPref, setPref } from '../../time/prefs';

const ENTRIES_MAX = 50;

export function readHistory(): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(getPref('history', '[]'));
    return Array.isArray(parsed) ? parsed.filter((entry): entry is string => typeof entry === 'string') : [];
  } catch {
    return [];
  }
}

export function remember(expr: string): void {
  const trimmed = expr.trim();
  if (trimmed === '') return;
  setPref('history', JSON.stringify([trimmed, ...readHistory().filter((entry) => entry !== trimmed)].slice(0, ENTRIES_MAX)));
}
