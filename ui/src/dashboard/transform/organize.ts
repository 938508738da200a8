// organize: hide, rename and reorder columns.
import { num, obj, str } from '../json';
import { nameOf, type TransformFn } from './table';

export const organize: TransformFn = (frames, options) => {
  const hidden = obj(options['excludeByName']);
  const order = obj(options['indexByName']);
  const names = obj(options['renameByName']);
  const included = obj(options['includeByName']);
  return frames.map((frame) => {
    const fields = frame.fields
      .map((field) => ({ field, name: nameOf(field, frame, frames) }))
      .filter(({ field, name }) => hidden[name] !== true && hidden[field.name] !== true && (Object.keys(included).length === 0 || included[name] === true));
    const rank = (entry: (typeof fields)[number]): number => num(order[entry.name]) ?? num(order[entry.field.name]) ?? Infinity;
    return {
      ...frame,
      fields: [...fields]
        .sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)))
        .map(({ field, name }) => {
          const renamed = str(names[name], str(names[field.name]));
          return renamed === '' ? field : { ...field, name: renamed, legend: renamed };
        }),
    };
  });
};
