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

/** [seconds from which the unit is used, seconds of one, suffix] */
const LADDER: readonly (readonly [number, number, string])[] = [
  [31_536_000, 31_536_000, ' year'], [604_800, 604_800, ' week'], [86_400, 86_400, ' day'], [3_600, 3_600, ' hour'], [60, 60, ' min'], [1, 1, ' s'], [1e-3, 1e-3, ' ms'], [1e-6, 1e-6, ' µs'], [0, 1e-9, ' ns'],
];

/** A duration given in units of `perUnit` seconds. */
export function duration(perUnit: number): Format {
  const own = LADDER.find(([, size]) => size === perUnit)?.[2] ?? ' s';
  return (value, decimals) => {
    if (value === 0) return of(toFixed(0, decimals), own);
    const seconds = Math.abs(value) * perUnit;
    const [, size, suffix] = LADDER.find(([from, one]) => seconds * (1 + 1e-12) >= from && (one <= perUnit || from === 0 || seconds * (1 + 1e-12) >= from)) ?? [0, 1e-9, ' ns'];
    return of(toFixed((value * perUnit) / size, decimals), suffix);
  };
}

/** 01:23:45 */
export const clock: (perUnit: number) => Format = (perUnit) => (value) => {
  const total = Math.abs(Math.round(value * perUnit));
  const two = (n: number): string => String(n).padStart(2, '0');
  return of(`${value < 0 ? '-' : ''}${two(Math.floor(total / 3_600))}:${two(Math.floor((total % 3_600) / 60))}:${two(total % 60)}`);
};

/** 2 d 03:04:05 */
export const daysAndClock: (perUnit: number) => Format = (perUnit) => (value, decimals, zone) => {
  const seconds = Math.abs(value * perUnit);
  const days = Math.floor(seconds / 86_400);
  const rest = clock(1)(seconds % 86_400, decimals, zone).text;
  return of(days === 0 ? rest : `${days} d ${rest}`);
};

const PARTS: readonly (readonly [string, number])[] = [['year', 31_557_600], ['month', 2_629_800], ['week', 604_800], ['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1], ['millisecond', 1e-3]];

/** "2 days, 3 hours"; `decimals` more parts after the largest. */
export const words: (perUnit: number) => Format = (perUnit) => (value, decimals) => {
  if (value === 0) return of(`0 ${perUnit === 1e-3 ? 'milliseconds' : 'seconds'}`);
  let rest = Math.abs(value * perUnit);
  const out: string[] = [];
  let more = decimals ?? 0;
  let started = false;
  for (const [name, size] of PARTS) {
    const n = Math.floor(rest / size + 1e-9);
    if (n === 0 && !started) continue;
    if (started) {
      if (more === 0) break;
      more--;
    }
    started = true;
    rest -= n * size;
    if (n > 0) out.push(`${n} ${name}${n === 1 ? '' : 's'}`);
    if (decimals === undefined) break;
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
