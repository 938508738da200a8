// Frames: named columns of equal length. Answers of the API become frames, transformations turn frames into frames,
// panels draw them.
import type { Labels, MatrixItem, QueryData, RawHistogram, VectorItem } from '../api/types';
import type { FieldOptions } from './model';

export type FieldType = 'time' | 'number' | 'string' | 'boolean' | 'other';
export type Cell = number | string | boolean | null;

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** Times are milliseconds. */
  readonly values: readonly Cell[];
  readonly labels?: Labels;
  /** What the query's legend makes of the labels; beats the name in display. */
  readonly legend?: string;
  /** Set once field options and overrides have been applied. */
  readonly options?: FieldOptions;
  readonly displayName?: string;
  /** Least and greatest value of all number columns together, for ranges that are not configured. */
  readonly range?: readonly [number, number];
}
export interface Frame {
  readonly refId: string;
  readonly name?: string;
  readonly fields: readonly Field[];
  /** Distance of points of a range query, for gaps. */
  readonly stepMs?: number;
  readonly kind?: 'series' | 'table' | 'heatmap';
}

export function lengthOf(frame: Frame): number {
  return frame.fields.reduce((most, field) => Math.max(most, field.values.length), 0);
}

export function parseSample(text: string): number | null {
  if (text === 'NaN') return NaN;
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return Number(text);
}

/** `metric{a="b"}` */
export function metricText(labels: Labels): string {
  const { __name__: name = '', ...rest } = labels;
  const inner = Object.entries(rest).map(([key, value]) => `${key}="${value}"`).join(', ');
  return inner === '' ? (name === '' ? '{}' : name) : `${name}{${inner}}`;
}

/** Label names whose values differ between the series of one answer. */
function distinguishing(all: readonly Labels[]): readonly string[] {
  const values = new Map<string, Set<string>>();
  for (const labels of all) for (const [key, value] of Object.entries(labels)) if (key !== '__name__') (values.get(key) ?? values.set(key, new Set()).get(key))?.add(value);
  return [...values].filter(([key, seen]) => seen.size > 1 || all.some((labels) => labels[key] === undefined)).map(([key]) => key);
}

export interface Legend {
  readonly legendFormat: string | undefined;
  readonly expr: string;
}

/** The names of all series of one answer: a template, all labels, or automatically what tells them apart. */
export function legendsOf(all: readonly Labels[], { legendFormat: format, expr }: Legend): readonly string[] {
  if (format === '__auto' || format === undefined) {
    const differing = distinguishing(all);
    return all.map((labels) => {
      if (Object.keys(labels).length === 0) return expr;
      if (all.length === 1) return metricText(labels);
      if (differing.length === 1) return labels[differing[0] ?? ''] ?? '';
      const some = Object.fromEntries(differing.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]]))) as Labels;
      return differing.length === 0 ? metricText(labels) : metricText(some);
    });
  }
  if (format === '') return all.map((labels) => (Object.keys(labels).length === 0 ? expr : metricText(labels)));
  return all.map((labels) => format.replaceAll(/\{\{\s*(.+?)\s*\}\}/g, (_, key: string) => labels[key] ?? ''));
}

function seriesFrame(refId: string, labels: Labels, legend: string, times: number[], values: (number | null)[], stepMs: number): Frame {
  return {
    refId, stepMs, kind: 'series', name: legend,
    fields: [{ name: 'Time', type: 'time', values: times }, { name: 'Value', type: 'number', values, labels, legend }],
  };
}

export interface FrameWishes extends Legend {
  readonly refId: string;
  readonly format: 'time_series' | 'table' | 'heatmap';
  readonly stepMs: number;
  /** More than one target: value columns of tables carry the ref id. */
  readonly several: boolean;
}

function matrixFrames(result: readonly MatrixItem[], wishes: FrameWishes): readonly Frame[] {
  const legends = legendsOf(result.map((item) => item.metric), wishes);
  let shared: number[] = [];
  return result.filter((item) => item.values !== undefined).map((item, i) => {
    const samples = item.values ?? [];
    // Most series of an answer have the same timestamps: they share one array, which later steps recognise.
    if (shared.length !== samples.length || samples.some(([time], at) => shared[at] !== time * 1_000)) shared = samples.map(([time]) => time * 1_000);
    return seriesFrame(wishes.refId, item.metric, legends[i] ?? '', shared, samples.map(([, value]) => parseSample(value)), wishes.stepMs);
  });
}

function vectorFrames(result: readonly VectorItem[], wishes: FrameWishes): readonly Frame[] {
  const legends = legendsOf(result.map((item) => item.metric), wishes);
  return result.filter((item) => item.value !== undefined).map((item, i) => seriesFrame(wishes.refId, item.metric, legends[i] ?? '', [(item.value?.[0] ?? 0) * 1_000], [parseSample(item.value?.[1] ?? 'NaN')], 0));
}

interface TableRow {
  readonly time: number;
  readonly labels: Labels;
  readonly value: number | null;
}

function tableFrame(rows: readonly TableRow[], wishes: FrameWishes): Frame {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.labels)))].sort();
  const valueName = wishes.several ? `Value #${wishes.refId}` : 'Value';
  return {
    refId: wishes.refId, kind: 'table',
    fields: [
      { name: 'Time', type: 'time', values: rows.map((row) => row.time) },
      ...names.map((name): Field => ({ name, type: 'string', values: rows.map((row) => row.labels[name] ?? '') })),
      { name: valueName, type: 'number', values: rows.map((row) => row.value) },
    ],
  };
}

function rowsOf(data: QueryData): readonly TableRow[] {
  switch (data.resultType) {
    case 'vector': return data.result.flatMap((item) => (item.value === undefined ? [] : [{ time: item.value[0] * 1_000, labels: item.metric, value: parseSample(item.value[1]) }]));
    case 'matrix': return data.result.flatMap((item) => (item.values ?? []).map(([time, value]) => ({ time: time * 1_000, labels: item.metric, value: parseSample(value) })));
    case 'scalar': return [{ time: data.result[0] * 1_000, labels: {}, value: parseSample(data.result[1]) }];
    case 'string': return [];
  }
}

/** Native histograms as one frame of heatmap cells: time, lower and upper bound, count. */
function histogramFrame(result: readonly { readonly histograms?: readonly (readonly [number, RawHistogram])[] }[], wishes: FrameWishes): Frame | undefined {
  const cells = result.flatMap((item) => (item.histograms ?? []).flatMap(([time, histogram]) => (histogram.buckets ?? []).map((bucket) => [time * 1_000, parseSample(bucket[1]), parseSample(bucket[2]), parseSample(bucket[3])] as const)));
  if (cells.length === 0) return undefined;
  const column = (name: string, type: FieldType, at: 0 | 1 | 2 | 3): Field => ({ name, type, values: cells.map((cell) => cell[at]) });
  return { refId: wishes.refId, kind: 'heatmap', stepMs: wishes.stepMs, fields: [column('Time', 'time', 0), column('yMin', 'number', 1), column('yMax', 'number', 2), column('count', 'number', 3)] };
}

/** The frames of one answer. */
export function framesOf(data: QueryData, wishes: FrameWishes): readonly Frame[] {
  if (wishes.format === 'table') return [tableFrame(rowsOf(data), wishes)];
  switch (data.resultType) {
    case 'matrix': {
      const histogram = histogramFrame(data.result, wishes);
      return histogram === undefined ? matrixFrames(data.result, wishes) : [...matrixFrames(data.result, wishes), histogram];
    }
    case 'vector': return vectorFrames(data.result, wishes);
    case 'scalar': return [seriesFrame(wishes.refId, {}, legendsOf([{}], wishes)[0] ?? '', [data.result[0] * 1_000], [parseSample(data.result[1])], 0)];
    case 'string': return [];
  }
}
