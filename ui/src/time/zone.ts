// Wall-clock time in a zone: `browser`, `utc` or an IANA name. The only file that touches `Intl` for dates.

export type Zone = string;

export interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  let found = formatters.get(zone);
  if (found === undefined) {
    const options: Intl.DateTimeFormatOptions = { hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' };
    try {
      found = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone });
    } catch {
      found = new Intl.DateTimeFormat('en-GB', options);
    }
    formatters.set(zone, found);
  }
  return found;
}

/** The clock on the wall of `zone`; month counts from 1. */
export function partsIn(ms: number, zone: Zone): Parts {
  const date = new Date(ms);
  if (zone === 'utc' || zone === 'UTC') {
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds(), ms: date.getUTCMilliseconds() };
  }
  if (zone === 'browser' || zone === '') {
    return { year: date.getFullYear(), month: date.getMonth() + 1, day: date.getDate(), hour: date.getHours(), minute: date.getMinutes(), second: date.getSeconds(), ms: date.getMilliseconds() };
  }
  const found: Record<string, number> = {};
  for (const part of formatter(zone).formatToParts(date)) found[part.type] = Number(part.value);
  return { year: found['year'] ?? 1970, month: found['month'] ?? 1, day: found['day'] ?? 1, hour: found['hour'] ?? 0, minute: found['minute'] ?? 0, second: found['second'] ?? 0, ms: date.getUTCMilliseconds() };
}

/** Milliseconds of a wall clock in `zone`; out-of-range parts carry over, as in `Date.UTC`. */
export function fromParts(parts: Parts, zone: Zone): number {
  const asUtc = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second, parts.ms);
  if (zone === 'utc' || zone === 'UTC') return asUtc;
  if (zone === 'browser' || zone === '') return new Date(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second, parts.ms).getTime();
  // Two rounds settle every offset, also beside a clock change.
  let guess = asUtc;
  for (let round = 0; round < 2; round++) {
    const seen = partsIn(guess, zone);
    guess += asUtc - Date.UTC(seen.year, seen.month - 1, seen.day, seen.hour, seen.minute, seen.second, seen.ms);
  }
  return guess;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** `2026-03-01 12:30:00` */
export function formatDateTime(ms: number, zone: Zone, withMs = false): string {
  if (!Number.isFinite(ms)) return '–';
  const p = partsIn(ms, zone);
  return `${p.year}-${two(p.month)}-${two(p.day)} ${two(p.hour)}:${two(p.minute)}:${two(p.second)}${withMs ? `.${String(p.ms).padStart(3, '0')}` : ''}`;
}

/** The label of an axis tick: as short as the distance between ticks allows. */
export function formatTick(ms: number, zone: Zone, spacingMs: number): string {
  const p = partsIn(ms, zone);
  if (spacingMs < 60_000) return `${two(p.hour)}:${two(p.minute)}:${two(p.second)}`;
  // A date among hours says where the day begins; among minutes it would only puzzle.
  if (spacingMs < 86_400_000) return p.hour === 0 && p.minute === 0 && spacingMs >= 3_600_000 ? `${two(p.month)}-${two(p.day)}` : `${two(p.hour)}:${two(p.minute)}`;
  if (spacingMs < 28 * 86_400_000) return `${two(p.month)}-${two(p.day)}`;
  return `${p.year}-${two(p.month)}`;
}

/** Reads `2026-03-01 12:30[:05]`, an ISO instant or epoch milliseconds. */
export function parseDateTime(text: string, zone: Zone): number | undefined {
  const trimmed = text.trim();
  if (/^\d{10,}$/.test(trimmed)) return trimmed.length <= 10 ? Number(trimmed) * 1_000 : Number(trimmed);
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?)?(Z|[+-]\d{2}:?\d{2})?$/.exec(trimmed);
  if (match === null) return undefined;
  if (match[8] !== undefined) {
    const instant = Date.parse(trimmed.replace(' ', 'T'));
    return Number.isNaN(instant) ? undefined : instant;
  }
  const at = (i: number): number => Number(match[i] ?? 0);
  return fromParts({ year: at(1), month: at(2), day: at(3), hour: at(4), minute: at(5), second: at(6), ms: Number((match[7] ?? '0').padEnd(3, '0')) }, zone);
}
