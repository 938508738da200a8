// partitionByValues, concatenate, extractFields, renaming of rows: the rarer shapes.
import type { Cell, Field, Frame } from '../frames';
import { lengthOf } from '../frames';
import { list, obj, str, strings } from '../json';
import { findField, pickRows, rowIndices, typeOf, type TransformFn } from './table';

export const partitionByValues: TransformFn = (frames, options) => {
  const names = strings(options['fields']);
  return frames.flatMap((frame) => {
    const keys = names.map((name) => findField(frame, frames, name)).filter((field): field is Field => field !== undefined);
    if (keys.length === 0) return [frame];
    const groups = new Map<string, number[]>();
    for (const row of rowIndices(frame)) {
      const key = keys.map((field) => String(field.values[row] ?? '')).join(' ');
      const rows = groups.get(key);
      if (rows === undefined) groups.set(key, [row]);
      else rows.push(row);
    }
    return [...groups].map(([name, rows]) => {
      const part = pickRows(frame, rows);
      const kept = options['keepFields'] === true ? part.fields : part.fields.filter((_, i) => !keys.includes(frame.fields[i] ?? keys[0] as Field));
      return { ...part, name, kind: 'series' as const, fields: kept.map((field) => (field.type === 'number' ? { ...field, legend: kept.filter((other) => other.type === 'number').length === 1 ? name : `${field.name} ${name}` } : field)) };
    });
  });
};

export const concatenate: TransformFn = (frames) => {
  if (frames.length <= 1) return frames;
  const length = Math.max(...frames.map(lengthOf));
  return [{ refId: frames[0]?.refId ?? '', kind: 'table', fields: frames.flatMap((frame) => frame.fields.map((field) => ({ ...field, values: Array.from({ length }, (_, i) => field.values[i] ?? null) }))) }];
};

function parseSource(value: Cell, format: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'string') return {};
  if (format === 'kvp') return Object.fromEntries([...value.matchAll(/([\w.-]+)\s*[=:]\s*("[^"]*"|[^\s,;]+)/g)].map((match) => [match[1] ?? '', (match[2] ?? '').replaceAll('"', '')]));
  try {
    return obj(JSON.parse(value));
  } catch {
    return {};
  }
}

export const extractFields: TransformFn = (frames, options) =>
  frames.map((frame): Frame => {
    const source = findField(frame, frames, str(options['source']));
    if (source === undefined) return frame;
    const rows = source.values.map((value) => parseSource(value, str(options['format'], 'json')));
    const wished = list(options['jsonPaths']).map((item) => ({ path: str(obj(item)['path']), alias: str(obj(item)['alias']) })).filter((item) => item.path !== '');
    const paths = wished.length > 0 ? wished : [...new Set(rows.flatMap((row) => Object.keys(row)))].map((path) => ({ path, alias: '' }));
    const extracted = paths.map(({ path, alias }): Field => {
      const values = rows.map((row): Cell => {
        const found = path.split('.').reduce<unknown>((value, key) => obj(value)[key], row);
        return typeof found === 'number' || typeof found === 'boolean' || typeof found === 'string' ? found : found === undefined || found === null ? null : JSON.stringify(found);
      });
      return { name: alias === '' ? path : alias, type: typeOf(values), values };
    });
    return { ...frame, fields: options['replace'] === true ? [...(options['keepTime'] === true ? frame.fields.filter((field) => field.type === 'time') : []), ...extracted] : [...frame.fields, ...extracted] };
  });
