import { describe, expect, it } from 'vitest';
import { align, type Alignable } from './align';
import { stackColumns } from './stack';
import { isolate, toggle } from './visibility';

const series = (times: number[], values: (number | null)[], step = 10, spanNulls: boolean | number = false): Alignable => ({ times, values, step, spanNulls });

describe('align', () => {
  it('keeps equal times as they are', () => expect(align([series([0, 10, 20], [1, null, 3])])).toEqual({ times: [0, 10, 20], columns: [[1, null, 3]] }));
  it('opens a gap where points are missing', () => expect(align([series([0, 10, 40], [1, 2, 3]), series([0, 10, 20, 30, 40], [1, 1, 1, 1, 1])]).columns[0]).toEqual([1, 2, null, null, 3]));
  it('shows a hole that all share', () => expect(align([series([0, 10, 40], [1, 2, 3])])).toEqual({ times: [0, 10, 20, 40], columns: [[1, 2, null, 3]] }));
  it('spans gaps on wish', () => expect(align([series([0, 10, 40], [1, null, 3], 10, true)]).columns[0]?.filter((value) => value === null)).toEqual([]));
  it('does not take a coarser step for gaps', () => expect(align([series([0, 20], [1, 2], 20), series([0, 10, 20], [1, 1, 1])]).columns[0]).toEqual([1, undefined, 2]));
});

describe('stack', () => {
  const on = { stack: 'normal' as const, stackGroup: 'A', visible: true };
  it('adds up in order', () => expect(stackColumns([[1, 2], [10, null]], [on, on])).toEqual({ columns: [[1, 2], [11, null]], bands: [{ upper: 1, lower: 0 }] }));
  it('leaves out what is hidden', () => expect(stackColumns([[1], [10], [5]], [on, { ...on, visible: false }, on]).columns).toEqual([[1], [10], [6]]));
  it('makes percent of the total', () => expect(stackColumns([[1], [3]], [{ ...on, stack: 'percent' }, { ...on, stack: 'percent' }]).columns).toEqual([[25], [100]]));
  it('keeps negative series apart', () => expect(stackColumns([[1], [-2], [3], [-4]], [on, on, on, on]).columns).toEqual([[1], [-2], [4], [-6]]));
});

describe('visibility', () => {
  const all = ['a', 'b', 'c'];
  it('isolates, and shows all again', () => {
    expect(isolate('all', 'a')).toEqual(new Set(['a']));
    expect(isolate(new Set(['a']), 'a')).toBe('all');
    expect(isolate(new Set(['a']), 'b')).toEqual(new Set(['b']));
  });
  it('toggles', () => {
    expect(toggle('all', 'a', all)).toEqual(new Set(['b', 'c']));
    expect(toggle(new Set(['b', 'c']), 'a', all)).toBe('all');
  });
});
