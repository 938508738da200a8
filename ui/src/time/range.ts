// A time range as people write it (`now-6h`, `now/d`, an instant) and as a query needs it (milliseconds).
import { formatDateTime, fromParts, parseDateTime, partsIn, type Parts, type Zone } from './zone';

export interface TimeRange {
  readonly from: string;
  readonly to: string;
}
export interface Span {
  readonly from: number;
  readonly to: number;
}

type Unit = 's' | 'm' | 'h' | 'd' | 'w' | 'M' | 'Q' | 'y';

function shift(parts: Parts, amount: number, unit: Unit): Parts {
  switch (unit) {
    case 's': return { ...parts, second: parts.second + amount };
    case 'm': return { ...parts, minute: parts.minute + amount };
    case 'h': return { ...parts, hour: parts.hour + amount };
    case 'd': return { ...parts, day: parts.day + amount };
    case 'w': return { ...parts, day: parts.day + 7 * amount };
    case 'M': return { ...parts, month: parts.month + amount };
    case 'Q': return { ...parts, month: parts.month + 3 * amount };
    case 'y': return { ...parts, year: parts.year + amount };
  }
}

function floor(parts: Parts, unit: Unit, zone: Zone): Parts {
  const second = { ...parts, ms: 0 };
  if (unit === 's') return second;
  const minute = { ...second, second: 0 };
  if (unit === 'm') return minute;
  const hour = { ...minute, minute: 0 };
  if (unit === 'h') return hour;
  const day = { ...hour, hour: 0 };
  if (unit === 'd') return day;
  if (unit === 'w') {
    const weekday = new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay();
    return partsIn(fromParts({ ...day, day: day.day - ((weekday + 6) % 7) }, zone), zone);
  }
  const month = { ...day, day: 1 };
  if (unit === 'M') return month;
  if (unit === 'Q') return { ...month, month: month.month - ((month.month - 1) % 3) };
  return { ...month, month: 1 };
}

/** Milliseconds of one end of a range; `roundUp` is the end of the rounded unit, as the right edge needs it. */
export function resolveTime(text: string, nowMs: number, zone: Zone, roundUp = false): number | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('now')) return parseDateTime(trimmed, zone);
  let at = nowMs;
  let rest = trimmed.slice(3);
  while (rest !== '') {
    const match = /^(?:([+-])(\d*)|(\/))([smhdwMQy])/.exec(rest);
    if (match === null) return undefined;
    rest = rest.slice(match[0].length);
    const unit = match[4] as Unit;
    if (match[3] !== undefined) {
      const floored = floor(partsIn(at, zone), unit, zone);
      at = roundUp ? fromParts(shift(floored, 1, unit), zone) - 1 : fromParts(floored, zone);
      continue;
    }
    const amount = Number(match[2] === '' ? '1' : match[2]) * (match[1] === '-' ? -1 : 1);
    if (unit === 's') at += amount * 1_000;
    else if (unit === 'm') at += amount * 60_000;
    else if (unit === 'h') at += amount * 3_600_000;
    else at = fromParts(shift(partsIn(at, zone), amount, unit), zone);
  }
  return at;
}

export function resolveRange(range: TimeRange, nowMs: number, zone: Zone): Span | undefined {
  const from = resolveTime(range.from, nowMs, zone);
  const to = resolveTime(range.to, nowMs, zone, true);
  return from === undefined || to === undefined || from >= to ? undefined : { from, to };
}

const NAMES: Readonly<Record<string, string>> = {
  'now/d|now/d': 'Today', 'now/d|now': 'Today so far', 'now-1d/d|now-1d/d': 'Yesterday', 'now/w|now/w': 'This week', 'now/M|now/M': 'This month', 'now/y|now/y': 'This year',
};
const UNIT_NAMES: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week', M: 'month', y: 'year' };

/** The range in words for the button of the picker. */
export function describeRange(range: TimeRange, zone: Zone): string {
  const named = NAMES[`${range.from}|${range.to}`];
  if (named !== undefined) return named;
  const last = range.to === 'now' ? /^now-(\d+)([smhdwMy])$/.exec(range.from) : null;
  if (last !== null) {
    const unit = UNIT_NAMES[last[2] ?? ''] ?? '';
    return last[1] === '1' ? `Last ${unit}` : `Last ${last[1]} ${unit}s`;
  }
  const show = (text: string): string => {
    const at = text.startsWith('now') ? undefined : parseDateTime(text, zone);
    return at === undefined ? text : formatDateTime(at, zone);
  };
  return `${show(range.from)} to ${show(range.to)}`;
}
