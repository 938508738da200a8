// renameByRegex and convertFieldType: other names, other types.
import type { Cell, Field } from '../frames';
import { list, obj, str } from '../json';
import { toRegExp } from '../fields';
import { nameOf, type TransformFn } from './table';

export const renameByRegex: TransformFn = (frames, options) => {
  const pattern = toRegExp(str(options['regex']));
  if (pattern === undefined || str(options['regex']) === '') return frames;
  const every = /^\/.*\/[a-z]*g[a-z]*$/.test(str(options['regex'])) ? new RegExp(pattern.source, `${pattern.flags}g`) : pattern;
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) => {
      const name = nameOf(field, frame, frames);
      const renamed = name.replace(every, str(options['renamePattern']));
      return renamed === name ? field : { ...field, name: frame.kind === 'series' ? field.name : renamed, legend: renamed };
    }),
  }));
};

function convert(value: Cell, type: Field['type']): Cell {
  if (value === null) return null;
  switch (type) {
    case 'number': {
      const parsed = Number(value);
      return Number.isNaN(parsed) ? null : parsed;
    }
    case 'string': return String(value);
    case 'boolean': return value === true || value === 'true' || (typeof value === 'number' && value !== 0);
    case 'time': {
      const parsed = typeof value === 'number' ? value : /^\d+$/.test(String(value)) ? Number(value) : Date.parse(String(value));
      return Number.isNaN(parsed) ? null : parsed;
    }
    case 'other': return value;
  }
}

const TYPES: readonly Field['type'][] = ['time', 'number', 'string', 'boolean', 'other'];

export const convertFieldType: TransformFn = (frames, options) => {
  const wishes = new Map(list(options['conversions']).map((item): [string, Field['type']] => [str(obj(item)['targetField']), TYPES.find((type) => type === obj(item)['destinationType']) ?? 'other']));
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) => {
      const type = wishes.get(field.name) ?? wishes.get(nameOf(field, frame, frames));
      return type === undefined ? field : { ...field, type, values: field.values.map((value) => convert(value, type)) };
    }),
  }));
};
