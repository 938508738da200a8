// merge: all tables in one; rows that agree in every shared column become one row.
import type { Cell, Field, Frame } from '../frames';
import { lengthOf } from '../frames';
import { nameOf, type TransformFn } from './table';

interface MergedRow {
  readonly cells: Map<string, Cell>;
}

export const merge: TransformFn = (frames) => {
  const filled = frames.filter((frame) => frame.fields.length > 0);
  if (filled.length <= 1) return frames.slice(0, Math.max(1, filled.length));
  // Series of one query are one column, tables keep the names of their columns.
  const columnName = (field: Field, frame: Frame): string => (frame.kind === 'series' && field.name === 'Value' ? (field.legend ?? nameOf(field, frame, frames)) : field.name);
  const columns = new Map<string, Field>();
  const perFrame = filled.map((frame) => frame.fields.map((field) => ({ field, name: columnName(field, frame) })));
  const uses = new Map<string, number>();
  for (const fields of perFrame) for (const { name } of fields) uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const fields of perFrame) for (const { field, name } of fields) if (!columns.has(name)) columns.set(name, { ...field, name });
  const keys = [...columns.keys()].filter((name) => (uses.get(name) ?? 0) === filled.length);
  const rows: MergedRow[] = [];
  const byKey = new Map<string, MergedRow[]>();
  perFrame.forEach((fields, index) => {
    const length = lengthOf(filled[index] ?? { refId: '', fields: [] });
    for (let i = 0; i < length; i++) {
      const cells = new Map<string, Cell>(fields.map(({ field, name }) => [name, field.values[i] ?? null]));
      const key = JSON.stringify(keys.map((name) => cells.get(name) ?? null));
      const same = byKey.get(key) ?? [];
      const partner = same.find((row) => [...cells].every(([name, value]) => !row.cells.has(name) || row.cells.get(name) === value));
      if (partner !== undefined) {
        for (const [name, value] of cells) partner.cells.set(name, value);
        continue;
      }
      const row = { cells };
      rows.push(row);
      byKey.set(key, [...same, row]);
    }
  });
  return [{ refId: 'merged', kind: 'table', fields: [...columns].map(([name, field]) => ({ ...field, values: rows.map((row) => row.cells.get(name) ?? null) })) }];
};
