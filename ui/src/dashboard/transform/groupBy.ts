// groupBy: one row for each distinct combination; the other columns calculated or dropped.
import type { Cell, Field } from '../frames';
import { obj, str, strings } from '../json';
import { calcId, reduce } from '../reduce';
import { nameOf, rowIndices, type TransformFn } from './table';

interface Wish {
  readonly operation: string;
  readonly aggregations: readonly string[];
}

/** Calculations also of text columns: first, last and counts. */
export function calculate(values: readonly Cell[], calc: string): Cell {
  const id = calcId(calc);
  if (id === 'first') return values[0] ?? null;
  if (id === 'last') return values.at(-1) ?? null;
  if (id === 'firstNotNull') return values.find((value) => value !== null) ?? null;
  if (id === 'lastNotNull') return values.findLast((value) => value !== null) ?? null;
  if (id === 'allValues') return values.join(', ');
  if (id === 'uniqueValues') return [...new Set(values)].join(', ');
  return reduce(values, id);
}

export const groupBy: TransformFn = (frames, options) => {
  const wishes = new Map(Object.entries(obj(options['fields'])).map(([name, value]): [string, Wish] => [name, { operation: str(obj(value)['operation']), aggregations: strings(obj(value)['aggregations']) }]));
  return frames.flatMap((frame) => {
    const wishOf = (field: Field): Wish | undefined => wishes.get(nameOf(field, frame, frames)) ?? wishes.get(field.name);
    const keys = frame.fields.filter((field) => wishOf(field)?.operation === 'groupby');
    if (keys.length === 0) return [];
    const groups = new Map<string, number[]>();
    for (const row of rowIndices(frame)) {
      const key = JSON.stringify(keys.map((field) => field.values[row] ?? null));
      const rows = groups.get(key);
      if (rows === undefined) groups.set(key, [row]);
      else rows.push(row);
    }
    const members = [...groups.values()];
    const grouped = keys.map((field): Field => ({ ...field, values: members.map((rows) => field.values[rows[0] ?? 0] ?? null) }));
    const calculated = frame.fields.flatMap((field) => {
      const wish = wishOf(field);
      if (wish?.operation !== 'aggregate') return [];
      return wish.aggregations.map((calc): Field => ({
        name: `${nameOf(field, frame, frames)} (${calc})`, type: calcId(calc) === 'count' || field.type !== 'string' ? (field.type === 'time' && ['first', 'last', 'min', 'max', 'lastNotNull', 'firstNotNull'].includes(calcId(calc)) ? 'time' : 'number') : 'string',
        values: members.map((rows) => calculate(rows.map((row) => field.values[row] ?? null), calc)),
      }));
    });
    return [{ ...frame, kind: 'table' as const, fields: [...grouped, ...calculated] }];
  });
};

