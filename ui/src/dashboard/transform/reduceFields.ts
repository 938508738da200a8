// reduce: every series becomes one row (seriesToRows) or every column one value (reduceFields).
import type { Cell, Field, Frame } from '../frames';
import { bool, obj, str, strings } from '../json';
import { calcName } from '../reduce';
import { calculate } from './groupBy';
import { nameOf, type TransformFn } from './table';

export const reduceFields: TransformFn = (frames, options) => {
  const reducers = strings(options['reducers']);
  const calcs = reducers.length === 0 ? ['max'] : reducers;
  if (str(options['mode']) === 'reduceFields') {
    return frames.map((frame): Frame => ({
      ...frame,
      fields: frame.fields.filter((field) => field.type !== 'time' || bool(options['includeTimeField'])).flatMap((field) => calcs.map((calc): Field => ({ ...field, name: calcs.length === 1 ? field.name : `${field.name} ${calcName(calc)}`, values: [calculate(field.values, calc)] }))),
    }));
  }
  const withLabels = bool(options['labelsToFields']);
  const rows: { name: string; labels: Readonly<Record<string, string>>; cells: Cell[] }[] = [];
  for (const frame of frames) {
    for (const field of frame.fields) {
      if (field.type === 'time' && !bool(options['includeTimeField'])) continue;
      if (field.type !== 'number' && field.type !== 'time' && frame.kind !== 'table') continue;
      if (field.type === 'string') continue;
      rows.push({ name: withLabels ? field.name : nameOf(field, frame, frames), labels: withLabels ? obj(field.labels) as Readonly<Record<string, string>> : {}, cells: calcs.map((calc) => calculate(field.values, calc)) });
    }
  }
  if (rows.length === 0) return [];
  const labelNames = [...new Set(rows.flatMap((row) => Object.keys(row.labels)))].filter((name) => name !== '__name__');
  return [{
    refId: 'reduce', kind: 'table',
    fields: [
      { name: 'Field', type: 'string', values: rows.map((row) => row.name) },
      ...labelNames.map((name): Field => ({ name, type: 'string', values: rows.map((row) => row.labels[name] ?? null) })),
      ...calcs.map((calc, i): Field => ({ name: calcName(calc), type: 'number', values: rows.map((row) => row.cells[i] ?? null) })),
    ],
  }];
};
