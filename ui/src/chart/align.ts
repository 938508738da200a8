// Series with their own timestamps → one time axis with a column for each.
// In a column `null` is a gap that stays open and `undefined` a place where the series simply has no point of its own.

export interface Alignable {
  readonly times: ArrayLike<number>;
  readonly values: readonly (number | null)[];
  readonly step: number;
  readonly spanNulls: boolean | number;
}

export type Column = (number | null | undefined)[];

function sameTimes(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The sorted union of all timestamps. */
export function unionTimes(series: readonly Alignable[]): number[] {
  const first = series[0];
  if (first === undefined) return [];
  if (series.every((other) => sameTimes(other.times, first.times))) return Array.from(first.times);
  const seen = new Set<number>();
  for (const one of series) for (let i = 0; i < one.times.length; i++) seen.add(one.times[i] ?? 0);
  return [...seen].sort((a, b) => a - b);
}

function column(series: Alignable, axis: readonly number[]): Column {
  const out: Column = new Array<number | null | undefined>(axis.length).fill(undefined);
  const bridge = series.spanNulls === true ? Infinity : Math.max(series.step * 1.5, typeof series.spanNulls === 'number' ? series.spanNulls : 0);
  let last = -1;
  let at = 0;
  for (let i = 0; i < series.times.length; i++) {
    const time = series.times[i] ?? 0;
    while (at < axis.length && (axis[at] ?? 0) < time) at++;
    if (axis[at] !== time) continue;
    const value = series.values[i] ?? null;
    if (value === null && (series.spanNulls !== false)) continue;
    out[at] = value;
    if (value === null) continue;
    if (last >= 0 && time - (axis[last] ?? 0) > bridge) for (let gap = last + 1; gap < at; gap++) out[gap] = null;
    // Two neighbouring points with nothing between them on the axis cannot show a gap; the axis of a range query is a full grid.
    last = at;
  }
  return out;
}

/** Adds the missing steps of a regular grid, so that a hole which all series share is still seen as one. */
export function fillGrid(times: readonly number[], step: number): number[] {
  if (step <= 0 || times.length < 2) return [...times];
  const out: number[] = [];
  for (let i = 0; i < times.length; i++) {
    const time = times[i] ?? 0;
    const previous = times[i - 1];
    if (previous !== undefined && time - previous > step * 1.5) out.push(previous + step);
    out.push(time);
  }
  return out;
}

export function align(series: readonly Alignable[]): { readonly times: number[]; readonly columns: Column[] } {
  const step = series.reduce((least, one) => (one.step > 0 && one.step < least ? one.step : least), Infinity);
  const times = fillGrid(unionTimes(series), step === Infinity ? 0 : step);
  return { times, columns: series.map((one) => column(one, times)) };
}
