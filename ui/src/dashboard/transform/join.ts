// joinByField (seriesToColumns): frames side by side, matched on one column; outer by default, inner on wish.
import type { Cell, Field, Frame } from '../frames';
import { lengthOf } from '../frames';
import { str } from '../json';
import { compareCells, findField, nameOf, typeOf, type TransformFn } from './table';

function keyField(frame: Frame, frames: readonly Frame[], name: string): Field | undefined {
  return name === '' ? frame.fields.find((field) => field.type === 'time') : findField(frame, frames, name);
}

/** Names that occur twice get their legend or a number, so that a join loses no column. */
function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  const total = new Map<string, number>();
  for (const name of names) total.set(name, (total.get(name) ?? 0) + 1);
  return names.map((name) => {
    if ((total.get(name) ?? 0) === 1) return name;
    const n = (seen.get(name) ?? 0) + 1;
    seen.set(name, n);
    return `${name} ${n}`;
  });
}

export const joinByField: TransformFn = (frames, options) => {
  const by = str(options['byField'], frames.some((frame) => frame.fields.some((field) => field.type === 'time')) ? '' : 'Time');
  const inner = options['mode'] === 'inner';
  const joined = frames.map((frame) => ({ frame, key: keyField(frame, frames, by) })).filter((item): item is { frame: Frame; key: Field } => item.key !== undefined);
  if (joined.length <= 1) return joined.length === 0 ? frames : joined.map(({ frame }) => frame);
  const rows = new Map<Cell, (Cell | undefined)[][]>();
  const columns: Field[] = [];
  joined.forEach(({ frame, key }, index) => {
    const others = frame.fields.filter((field) => field !== key);
    const start = columns.length;
    columns.push(...others.map((field) => (frame.kind === 'series' ? { ...field, legend: nameOf(field, frame, frames) } : field)));
    const length = lengthOf(frame);
    const used = new Map<Cell, number>();
    for (let i = 0; i < length; i++) {
      const value = key.values[i] ?? null;
      const nth = used.get(value) ?? 0;
      used.set(value, nth + 1);
      let matching = rows.get(value);
      if (matching === undefined) {
        if (inner && index > 0) continue;
        matching = [];
        rows.set(value, matching);
      }
      // The first frame may hold a key several times (a row each); later ones fill those rows.
      const targets = index === 0 || matching.length <= nth ? [(matching[nth] ??= [])] : nth === 0 ? matching : [matching[nth] ?? []];
      for (const target of targets) others.forEach((field, c) => { target[start + c] = field.values[i] ?? null; });
    }
    if (inner && index > 0) for (const value of [...rows.keys()]) if (!used.has(value)) rows.delete(value);
  });
  const first = joined[0]?.key;
  const flat = [...rows].flatMap(([value, list]) => list.map((cells) => ({ value, cells })));
  if (first?.type === 'time') flat.sort((a, b) => compareCells(a.value, b.value));
  const names = distinct(columns.map((column) => column.name));
  const key: Field = { name: first?.name ?? by, type: first?.type ?? typeOf([...rows.keys()]), values: flat.map((row) => row.value) };
  const stepMs = joined[0]?.frame.stepMs;
  return [{
    refId: joined[0]?.frame.refId ?? '', kind: 'table', ...(stepMs === undefined ? {} : { stepMs }),
    fields: [key, ...columns.map((column, c): Field => ({ ...column, name: names[c] ?? column.name, values: flat.map((row) => row.cells[c] ?? null) }))],
  }];
};
