// Unit ids of dashboards → how a value is written. An unknown unit becomes a suffix. Pure.
import { formatDateTime, type Zone } from '../../time/zone';
import { toFixed } from './number';
import { count, si } from './scale';
import { UNITS } from './table';

export interface Formatted {
  readonly prefix: string;
  readonly text: string;
  readonly suffix: string;
}
export type Format = (value: number, decimals: number | undefined, zone: Zone) => Formatted;

export const plain = (text: string, suffix = '', prefix = ''): Formatted => ({ prefix, text, suffix });

/** `prefix:`, `suffix:`, `time:`, `si:`, `count:`, `currency:` and custom units. */
function custom(unit: string): Format {
  const cut = unit.indexOf(':');
  const kind = cut > 0 ? unit.slice(0, cut) : '';
  const rest = unit.slice(cut + 1);
  switch (kind) {
    case 'prefix': return (value, decimals) => plain(toFixed(value, decimals), '', rest);
    case 'suffix': return (value, decimals) => plain(toFixed(value, decimals), ` ${rest.trimStart()}`);
    case 'currency': return (value, decimals) => plain(toFixed(value, decimals), '', rest);
    case 'time': return (value, _decimals, zone) => plain(formatDateTime(value, zone));
    case 'si': return siUnit(rest);
    case 'count': return count(rest);
    default: return (value, decimals) => plain(toFixed(value, decimals), unit === '' ? '' : ` ${unit}`);
  }
}

/** `si:mbar` counts from milli, `si:B` from one. */
function siUnit(text: string): Format {
  const offset = text.length < 2 ? undefined : { f: -5, p: -4, n: -3, µ: -2, m: -1, k: 1, M: 2, G: 3, T: 4, P: 5 }[text.charAt(0)];
  return offset === undefined ? si(text) : si(text.slice(1), offset);
}

export function formatOf(unit: string): Format {
  if (unit === '' || unit === 'none') return (value, decimals) => plain(toFixed(value, decimals));
  return UNITS.get(unit) ?? custom(unit);
}

/** Bytes and bits in powers of two: axes put their ticks there. */
export function isBinary(unit: string): boolean {
  return /^(bytes|bits|kbytes|mbytes|gbytes|tbytes|pbytes|binBps|binbps|Ki|Mi|Gi|Ti|Pi)/.test(unit);
}

const SECONDS: Readonly<Record<string, number>> = { ns: 1e-9, µs: 1e-6, us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3_600, d: 86_400, dtdurationms: 1e-3, dtdurations: 1, dthms: 1, dtdhms: 1, clockms: 1e-3, clocks: 1 };

/** How many seconds one of a duration unit is; undefined for any other unit. */
export function secondsOf(unit: string): number | undefined {
  return SECONDS[unit];
}
