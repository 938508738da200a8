// Frames → heatmap cells: native histograms, classic buckets (cumulative `le` series become counts), or plain values put
// into buckets. Pure.
import type { Frame } from '../../dashboard/frames';
import { bool, num, obj, str, type Json } from '../../dashboard/json';

export interface HeatCell {
  readonly time: number;
  readonly row: number;
  readonly count: number;
}
export interface Heat {
  readonly rows: readonly string[];
  readonly cells: readonly HeatCell[];
  readonly times: readonly number[];
  readonly stepMs: number;
}

function boundOf(frame: Frame): number {
  const field = frame.fields.find((one) => one.type === 'number');
  const text = field?.labels?.['le'] ?? field?.displayName ?? field?.legend ?? '';
  if (/^\+?Inf$/i.test(text.trim())) return Infinity;
  const value = Number(text);
  return Number.isNaN(value) ? NaN : value;
}

function finish(rows: readonly string[], cells: readonly HeatCell[], stepMs: number): Heat {
  const times = [...new Set(cells.map((cell) => cell.time))].sort((a, b) => a - b);
  const gap = times.length > 1 ? times.slice(1).reduce((least, time, i) => Math.min(least, time - (times[i] ?? 0)), Infinity) : stepMs;
  return { rows, cells, times, stepMs: stepMs > 0 ? stepMs : gap };
}

function fromNative(frame: Frame, name: (bound: number) => string): Heat {
  const column = (at: string): readonly number[] => (frame.fields.find((field) => field.name === at)?.values ?? []) as readonly number[];
  const [times, highs, counts] = [column('Time'), column('yMax'), column('count')];
  const bounds = [...new Set(highs)].sort((a, b) => a - b);
  const rank = new Map(bounds.map((bound, i) => [bound, i]));
  return finish(bounds.map(name), times.map((time, i) => ({ time, row: rank.get(highs[i] ?? 0) ?? 0, count: counts[i] ?? 0 })), frame.stepMs ?? 0);
}

function fromBuckets(frames: readonly Frame[], cumulative: boolean, name: (bound: number) => string): Heat {
  const sorted = frames.map((frame) => ({ frame, bound: boundOf(frame) })).sort((a, b) => (a.bound === b.bound ? 0 : a.bound - b.bound));
  const cells: HeatCell[] = [];
  let below = new Map<number, number>();
  sorted.forEach(({ frame }, row) => {
    const times = frame.fields.find((field) => field.type === 'time')?.values ?? [];
    const values = frame.fields.find((field) => field.type === 'number')?.values ?? [];
    const here = new Map<number, number>();
    times.forEach((time, i) => {
      const value = values[i];
      if (typeof time !== 'number' || typeof value !== 'number' || Number.isNaN(value)) return;
      here.set(time, value);
      cells.push({ time, row, count: cumulative ? Math.max(0, value - (below.get(time) ?? 0)) : value });
    });
    below = here;
  });
  // Most histograms end above all that is observed: an empty row beyond the last bound says nothing.
  const last = sorted.length - 1;
  if (cumulative && last > 0 && sorted[last]?.bound === Infinity && cells.every((cell) => cell.row !== last || cell.count === 0)) {
    return finish(sorted.slice(0, last).map(({ bound }) => name(bound)), cells.filter((cell) => cell.row !== last), frames[0]?.stepMs ?? 0);
  }
  return finish(sorted.map(({ frame, bound }) => (Number.isNaN(bound) ? (frame.name ?? '') : name(bound))), cells, frames[0]?.stepMs ?? 0);
}

function fromValues(frames: readonly Frame[], buckets: number, name: (bound: number) => string): Heat {
  const points = frames.flatMap((frame) => {
    const times = frame.fields.find((field) => field.type === 'time')?.values ?? [];
    return frame.fields.filter((field) => field.type === 'number').flatMap((field) => field.values.flatMap((value, i) => (typeof value === 'number' && Number.isFinite(value) && typeof times[i] === 'number' ? [[times[i] as number, value] as const] : [])));
  });
  if (points.length === 0) return finish([], [], 0);
  const min = points.reduce((least, [, value]) => Math.min(least, value), Infinity);
  const max = points.reduce((most, [, value]) => Math.max(most, value), -Infinity);
  const size = (max - min) / buckets || 1;
  const counts = new Map<string, HeatCell>();
  for (const [time, value] of points) {
    const row = Math.min(buckets - 1, Math.floor((value - min) / size));
    const key = `${time}/${row}`;
    counts.set(key, { time, row, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return finish(Array.from({ length: buckets }, (_, i) => name(min + (i + 1) * size)), [...counts.values()], frames[0]?.stepMs ?? 0);
}

/** Classic buckets come as `le` series; whether they are cumulative shows in the query's format and the file's wish. */
export function heatOf(frames: readonly Frame[], options: Json, heatmapFormat: boolean, name: (bound: number) => string): Heat {
  const native = frames.find((frame) => frame.kind === 'heatmap');
  if (native !== undefined) return fromNative(native, name);
  const bounds = frames.map(boundOf);
  const areBuckets = frames.length > 0 && bounds.filter((bound) => !Number.isNaN(bound)).length >= Math.max(1, frames.length - 1);
  const calculate = bool(options['calculate']) && !heatmapFormat;
  if (areBuckets && !calculate) return fromBuckets(frames, heatmapFormat || str(options['dataFormat']) !== 'timeseries', name);
  if (!calculate && frames.length > 1) return fromBuckets(frames, false, name);
  return fromValues(frames, num(obj(obj(options['calculation'])['yBuckets'])['value']) ?? 20, name);
}
