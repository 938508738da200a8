// sortBy and limit: order and number of rows.
import { list, num, obj, str } from '../json';
import { compareCells, findField, pickRows, rowIndices, type TransformFn } from './table';

export const sortBy: TransformFn = (frames, options) => {
  const [first] = list(options['sort']).map(obj);
  if (first === undefined) return frames;
  return frames.map((frame) => {
    const field = findField(frame, frames, str(first['field']));
    if (field === undefined) return frame;
    const sign = first['desc'] === true ? -1 : 1;
    return pickRows(frame, rowIndices(frame).sort((a, b) => sign * compareCells(field.values[a] ?? null, field.values[b] ?? null)));
  });
};

export const limit: TransformFn = (frames, options) => {
  const count = num(options['limitField']) ?? 10;
  return frames.map((frame) => pickRows(frame, count >= 0 ? rowIndices(frame).slice(0, count) : rowIndices(frame).slice(count)));
};
