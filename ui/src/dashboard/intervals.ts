// How finely to ask: `$__interval`, `$__rate_interval`, the step of a query and the macros that name them. Pure.
import { formatInterval, parseDuration, roundInterval } from '../time/duration';
import { interpolate, type Scope } from './interpolate';

/** The server refuses more points per series than this. */
const POINTS_MAX = 11_000;
export const SCRAPE_INTERVAL_DEFAULT_MS = 15_000;

/** `>15s` and `15s` mean the same: at least this. */
export function minInterval(text: string, scope: Scope): number | undefined {
  const clean = interpolate(text, scope).trim().replace(/^>/, '');
  return clean === '' ? undefined : parseDuration(clean);
}

/** The panel's `$__interval`: its width in points, rounded, not below the minimum. */
export function intervalOf(spanMs: number, maxDataPoints: number, minMs: number): number {
  return Math.max(roundInterval(spanMs / Math.max(1, maxDataPoints)), minMs, 1);
}

export interface StepWishes {
  readonly spanMs: number;
  readonly maxDataPoints: number;
  /** `jsonData.timeInterval` of the data source. */
  readonly scrapeMs: number;
  readonly panelMin: number | undefined;
  readonly targetMin: number | undefined;
  readonly intervalFactor: number;
}
export interface Steps {
  readonly stepMs: number;
  readonly intervalMs: number;
  readonly rateIntervalMs: number;
}

export function stepsOf(wishes: StepWishes): Steps {
  const scrape = wishes.targetMin ?? wishes.panelMin ?? wishes.scrapeMs;
  const interval = intervalOf(wishes.spanMs, wishes.maxDataPoints, scrape);
  const safe = Math.ceil(wishes.spanMs / POINTS_MAX);
  const stepMs = Math.max(interval * wishes.intervalFactor, scrape, safe > 1_000 ? Math.ceil(safe / 1_000) * 1_000 : safe);
  return { stepMs, intervalMs: stepMs, rateIntervalMs: Math.max(stepMs + scrape, 4 * scrape) };
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The macros that depend on the time range alone. */
export function rangeMacros({ from, to }: Span): Readonly<Record<string, string>> {
  const ms = Math.round(to - from);
  const seconds = Math.round(ms / 1_000);
  return { __range: `${seconds}s`, __range_s: String(seconds), __range_ms: String(ms), __from: String(Math.round(from)), __to: String(Math.round(to)) };
}

export function stepMacros(steps: Steps): Readonly<Record<string, string>> {
  const interval = formatInterval(steps.intervalMs);
  const rate = formatInterval(steps.rateIntervalMs);
  return {
    __interval: interval, __interval_ms: String(Math.round(steps.intervalMs)), __rate_interval: rate, __rate_interval_ms: String(Math.round(steps.rateIntervalMs)),
  };
}

/** Start and end moved to multiples of the step, so that a refresh asks for the same points again. */
export function alignSpan({ from, to }: Span, stepMs: number): Span {
  const end = Math.floor(to / stepMs) * stepMs;
  const start = Math.floor(from / stepMs) * stepMs;
  return { from: start, to: end };
}
