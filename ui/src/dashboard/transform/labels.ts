// labelsToFields: labels of series as columns (or as rows of name and value); seriesToRows: all series below each other.
import type { Cell, Field, Frame } from '../frames';
import { lengthOf } from '../frames';
import { str, strings } from '../json';
import { merge } from './merge';
import { compareCells, nameOf, pickRows, rowIndices, type TransformFn } from './table';

export const labelsToFields: TransformFn = (frames, options) => {
  const keep = strings(options['keepLabels']);
  const wanted = (name: string): boolean => keep.length === 0 || keep.includes(name);
  if (str(options['mode']) === 'rows') {
    return frames.flatMap((frame) => frame.fields.filter((field) => field.labels !== undefined).map((field): Frame => {
      const entries = Object.entries(field.labels ?? {}).filter(([name]) => wanted(name));
      return { refId: frame.refId, kind: 'table', name: nameOf(field, frame, frames), fields: [{ name: 'label', type: 'string', values: entries.map(([name]) => name) }, { name: 'value', type: 'string', values: entries.map(([, value]) => value) }] };
    }));
  }
  const valueLabel = str(options['valueLabel']);
  const flat = frames.map((frame): Frame => {
    const length = lengthOf(frame);
    const fields: Field[] = [];
    const labels = new Map<string, string>();
    for (const field of frame.fields) {
      if (field.labels === undefined) {
        fields.push(field);
        continue;
      }
      for (const [name, value] of Object.entries(field.labels)) if (name !== '__name__' && name !== valueLabel && wanted(name)) labels.set(name, value);
      const name = valueLabel !== '' ? (field.labels[valueLabel] ?? field.name) : field.name === 'Value' ? (field.labels['__name__'] ?? field.name) : field.name;
      fields.push({ name, type: field.type, values: field.values });
    }
    const columns = [...labels].map(([name, value]): Field => ({ name, type: 'string', values: new Array<Cell>(length).fill(value) }));
    const [time, ...rest] = fields;
    return { refId: frame.refId, kind: 'table', fields: time === undefined ? columns : time.type === 'time' ? [time, ...columns, ...rest] : [...columns, ...fields] };
  });
  return merge(flat, {});
};

export const seriesToRows: TransformFn = (frames) => {
  const rows: { time: Cell; metric: string; value: Cell }[] = [];
  for (const frame of frames) {
    const time = frame.fields.find((field) => field.type === 'time');
    for (const field of frame.fields) {
      if (field === time || field.type !== 'number') continue;
      field.values.forEach((value, i) => rows.push({ time: time?.values[i] ?? null, metric: nameOf(field, frame, frames), value }));
    }
  }
  const frame: Frame = {
    refId: 'rows', kind: 'table',
    fields: [{ name: 'Time', type: 'time', values: rows.map((row) => row.time) }, { name: 'Metric', type: 'string', values: rows.map((row) => row.metric) }, { name: 'Value', type: 'number', values: rows.map((row) => row.value) }],
  };
  return [pickRows(frame, rowIndices(frame).sort((a, b) => compareCells(rows[b]?.time ?? null, rows[a]?.time ?? null)))];
};
