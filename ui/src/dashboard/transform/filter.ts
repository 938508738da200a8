// filterFieldsByName, filterByRefId, filterByValue: fewer columns, frames, rows.
import type { Cell } from '../frames';
import { list, num, obj, str, strings } from '../json';
import { toRegExp } from '../fields';
import { findField, nameOf, pickRows, rowIndices, type TransformFn } from './table';

type NameTest = (name: string) => boolean;

function nameTest(value: unknown): NameTest | undefined {
  const from = obj(value);
  const names = strings(from['names']);
  const pattern = str(from['pattern']) === '' ? undefined : toRegExp(str(from['pattern']));
  if (names.length === 0 && pattern === undefined) return undefined;
  return (name) => names.includes(name) || (pattern?.test(name) ?? false);
}

export const filterFieldsByName: TransformFn = (frames, options) => {
  const include = nameTest(options['include']);
  const exclude = nameTest(options['exclude']);
  return frames
    .map((frame) => ({
      ...frame,
      fields: frame.fields.filter((field) => {
        const names = [field.name, nameOf(field, frame, frames)];
        return (include === undefined || names.some(include)) && (exclude === undefined || !names.some(exclude));
      }),
    }))
    .filter((frame) => frame.fields.length > 0);
};

export const filterByRefId: TransformFn = (frames, options) => {
  const wanted = str(options['include']);
  const unwanted = str(options['exclude']);
  const matches = (pattern: string, refId: string): boolean => pattern.split('|').includes(refId) || toRegExp(`^(?:${pattern.replaceAll(/^\/|\/$/g, '')})$`)?.test(refId) === true;
  return frames.filter((frame) => (wanted === '' || matches(wanted, frame.refId)) && (unwanted === '' || !matches(unwanted, frame.refId)));
};

function rowTest(id: string, options: Readonly<Record<string, unknown>>): (value: Cell) => boolean {
  const against = options['value'];
  const limit = num(against) ?? 0;
  const asNumber = (value: Cell): number => (typeof value === 'number' ? value : Number(value ?? NaN));
  switch (id) {
    case 'isNull': return (value) => value === null;
    case 'isNotNull': return (value) => value !== null;
    case 'greater': return (value) => asNumber(value) > limit;
    case 'greaterOrEqual': return (value) => asNumber(value) >= limit;
    case 'lower': return (value) => asNumber(value) < limit;
    case 'lowerOrEqual': return (value) => asNumber(value) <= limit;
    case 'equal': return (value) => String(value) === str(against);
    case 'notEqual': return (value) => String(value) !== str(against);
    case 'substring': return (value) => String(value ?? '').toLowerCase().includes(str(against).toLowerCase());
    case 'notSubstring': return (value) => !String(value ?? '').toLowerCase().includes(str(against).toLowerCase());
    case 'regex': return (value) => toRegExp(str(against))?.test(String(value ?? '')) ?? false;
    case 'range':
    case 'between': return (value) => asNumber(value) >= (num(options['from']) ?? -Infinity) && asNumber(value) <= (num(options['to']) ?? Infinity);
    default: return () => true;
  }
}

export const filterByValue: TransformFn = (frames, options) => {
  const filters = list(options['filters']).map(obj);
  const all = options['match'] === 'all';
  const include = options['type'] !== 'exclude';
  return frames.map((frame) => {
    const tests = filters.flatMap((filter) => {
      const field = findField(frame, frames, str(filter['fieldName']));
      const config = obj(filter['config']);
      if (field === undefined) return [];
      const test = rowTest(str(config['id']), obj(config['options']));
      return [(row: number): boolean => test(field.values[row] ?? null)];
    });
    if (tests.length === 0) return frame;
    return pickRows(frame, rowIndices(frame).filter((row) => (all ? tests.every((test) => test(row)) : tests.some((test) => test(row))) === include));
  });
};
