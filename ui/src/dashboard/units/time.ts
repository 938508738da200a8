// Durations and instants as units.
import { formatAgo } from '../../time/duration';
import { formatDateTime, type Zone } from '../../time/zone';
import { toFixed } from './number';

interface Formatted {
  readonly prefix: string;
  readonly text: string;
  readonly suffix: string;
}
type Format = (value: number, decimals: number | undefined, zone: Zone) => Formatted;
const of = (text: string, suffix = ''): Formatted => ({ prefix: '', text, suffix });

/** [used from this size on, divided by this, suffix, the suffix has a plural] of a value in the unit itself. */
type Step = readonly [from: number, size: number, suffix: string, plural: boolean];

const YEAR_S = 3.15569e7;
const LADDERS = {
  ns: [[6e10, 6e10, ' min', true], [1e9, 1e9, ' s', false], [1e6, 1e6, ' ms', false], [1e3, 1e3, ' µs', false], [0, 1, ' ns', false]],
  µs: [[1e6, 1e6, ' s', false], [1e3, 1e3, ' ms', false], [0, 1, ' µs', false]],
  ms: [[31_536_000_000, 31_536_000_000, ' year', true], [86_400_000, 86_400_000, ' day', true], [3_600_000, 3_600_000, ' hour', true], [60_000, 60_000, ' min', true], [1_000, 1_000, ' s', false], [0, 1, ' ms', false]],
  s: [[31_536_000, YEAR_S, ' year', true], [604_800, 604_800, ' week', true], [86_400, 86_400, ' day', true], [3_600, 3_600, ' hour', true], [60, 60, ' min', true], [1, 1, ' s', false], [1e-3, 1e-3, ' ms', false], [1e-6, 1e-6, ' µs', false], [0, 1e-9, ' ns', false]],
  m: [[525_600, 525_948, ' year', true], [10_080, 10_080, ' week', true], [1_440, 1_440, ' day', true], [60, 60, ' hour', true], [0, 1, ' min', false]],
  h: [[8_760, 8_760, ' year', true], [168, 168, ' week', true], [24, 24, ' day', true], [0, 1, ' hour', false]],
  d: [[365, 365, ' year', true], [7, 7, ' week', true], [0, 1, ' day', true]],
} as const satisfies Readonly<Record<string, readonly Step[]>>;

/** A duration given in nanoseconds, …, days. */
export function duration(unit: keyof typeof LADDERS): Format {
  const ladder: readonly Step[] = LADDERS[unit];
  return (value, decimals) => {
    if (value === 0) return of(unit === 's' ? '0' : toFixed(0, decimals), ` ${unit === 'm' ? 'min' : unit === 'h' ? 'hour' : unit === 'd' ? 'day' : unit}`);
    const [, size, suffix, plural] = ladder.find(([from]) => Math.abs(value) >= from) ?? [0, 1, '', false];
    // Multiplying by the whole number keeps 1e-7 s at exactly 100 ns.
    const scaled = size < 1 ? value * Math.round(1 / size) : value / size;
    return of(toFixed(scaled, decimals), plural && Math.abs(scaled) > 1 ? `${suffix}s` : suffix);
  };
}

const two = (n: number): string => String(n).padStart(2, '0');

/** 01:23:45 */
export const clock: Format = (value) => {
  const total = Math.floor(Math.abs(value));
  return of(`${two(Math.floor(total / 3_600))}:${two(Math.floor((total % 3_600) / 60))}:${two(total % 60)}${value < 0 ? ' ago' : ''}`);
};

/** 1h:02m:03s:004ms; fewer parts with decimals asked for. */
export const clockParts: (perUnit: number) => Format = (perUnit) => (value, decimals) => {
  const ms = Math.max(0, Math.round(value * perUnit * 1e3 * 1e3) / 1e3);
  const parts: string[] = [];
  const hours = Math.floor(ms / 3_600_000);
  if (hours > 0) parts.push(`${hours}h`);
  if (ms >= 60_000) parts.push(`${two(Math.floor(ms / 60_000) % 60)}m`);
  if (ms >= 1_000) parts.push(`${two(Math.floor(ms / 1_000) % 60)}s`);
  parts.push(`${String(Math.floor(ms % 1_000)).padStart(3, '0')}ms`);
  return of(parts.slice(0, decimals === undefined ? parts.length : decimals + 1).join(':'));
};

/** 2 d 03:04:05 */
export const daysAndClock: Format = (value, decimals, zone) => {
  const days = Math.floor(Math.abs(value) / 86_400);
  const rest = clock((value < 0 ? -1 : 1) * (Math.abs(value) % 86_400), decimals, zone).text;
  return of(days === 0 ? rest : `${days} d ${rest}`);
};

const PARTS: readonly (readonly [string, number])[] = [['year', 31_536_000], ['month', 2_628_000], ['week', 604_800], ['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1], ['millisecond', 1e-3]];

/** "2 days, 3 hours"; `decimals` more parts after the largest. */
export const words: (perUnit: number) => Format = (perUnit) => (value, decimals) => {
  if (value === 0) return of(`0 ${perUnit === 1e-3 ? 'milliseconds' : 'seconds'}`);
  let rest = Math.abs(value * perUnit);
  const out: string[] = [];
  let more = decimals ?? 0;
  for (const [name, size] of PARTS) {
    const n = Math.floor(rest / size + 1e-9);
    if (n === 0 && out.length === 0) continue;
    if (out.length > 0 && more-- === 0) break;
    rest -= n * size;
    out.push(`${n} ${name}${n === 1 ? '' : 's'}`);
  }
  return of(out.join(', ') + (value < 0 ? ' ago' : ''));
};

export const isoDate: Format = (value, _decimals, zone) => of(formatDateTime(value, zone));
export const isoDateShort: Format = (value, _decimals, zone) => {
  const text = formatDateTime(value, zone);
  return of(text.slice(0, 10) === formatDateTime(Date.now(), zone).slice(0, 10) ? text.slice(11) : text);
};
export const usDate: Format = (value, _decimals, zone) => {
  const [date = '', time = ''] = formatDateTime(value, zone).split(' ');
  const [year, month, day] = date.split('-');
  const hour = Number(time.slice(0, 2));
  return of(`${month}/${day}/${year} ${hour % 12 === 0 ? 12 : hour % 12}${time.slice(2)} ${hour < 12 ? 'am' : 'pm'}`);
};
const AGO: readonly (readonly [number, number, string])[] = [[45, 1, 'a few seconds'], [90, 1, 'a minute'], [2_700, 60, 'minutes'], [5_400, 1, 'an hour'], [79_200, 3_600, 'hours'], [129_600, 1, 'a day'], [2_246_400, 86_400, 'days'], [3_888_000, 1, 'a month'], [27_648_000, 2_629_800, 'months'], [47_304_000, 1, 'a year'], [Infinity, 31_557_600, 'years']];
export const fromNow: Format = (value) => {
  if (!Number.isFinite(value)) return of(formatAgo(value, Date.now()));
  const seconds = Math.abs(Date.now() - value) / 1_000;
  const [, size, name] = AGO.find(([below]) => seconds < below) ?? [0, 1, 'years'];
  const text = size === 1 ? name : `${Math.round(seconds / size)} ${name}`;
  return of(value > Date.now() ? `in ${text}` : `${text} ago`);
};
