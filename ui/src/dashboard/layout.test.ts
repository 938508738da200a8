import { describe, expect, it } from 'vitest';
import { layout } from './layout';
import { normalise } from './normalise';

const panels = (list: object[]) => normalise({ title: 't', panels: list }).panels;
const place = (list: object[], toggled: string[] = [], values: readonly string[] = ['a', 'b', 'c']) => layout(panels(list), new Set(toggled), () => values).map(({ key, grid, open }) => [key, grid.x, grid.y, grid.w, grid.h, open]);
const at = (id: number, x: number, y: number, w: number, h: number, more: object = {}) => ({ id, type: 'stat', gridPos: { x, y, w, h }, ...more });

describe('layout', () => {
  it('closes gaps upwards', () => expect(place([at(1, 0, 0, 12, 4), at(2, 12, 0, 12, 2), at(3, 12, 9, 12, 4)])).toEqual([['1', 0, 0, 12, 4, true], ['2', 12, 0, 12, 2, true], ['3', 12, 2, 12, 4, true]]));
  it('repeats a panel across', () => expect(place([at(1, 0, 0, 24, 5, { repeat: 'v', repeatDirection: 'h', maxPerRow: 2 }), at(2, 0, 5, 24, 3)])).toEqual([['1/a', 0, 0, 12, 5, true], ['1/b', 12, 0, 12, 5, true], ['1/c', 0, 5, 12, 5, true], ['2', 0, 10, 24, 3, true]]));
  it('repeats a panel down', () => expect(place([at(1, 2, 0, 6, 5, { repeat: 'v', repeatDirection: 'v' })]).map(([key, x, y]) => [key, x, y])).toEqual([['1/a', 2, 0], ['1/b', 2, 5], ['1/c', 2, 10]]));
  it('repeats a row with its panels', () => expect(place([{ id: 9, type: 'row', repeat: 'v', gridPos: { x: 0, y: 0, w: 24, h: 1 } }, at(1, 0, 1, 24, 2)], [], ['a', 'b']).map(([key, , y]) => [key, y])).toEqual([['row 9@a', 0], ['1@a', 1], ['row 9@b', 3], ['1@b', 4]]));
  it('opens and closes rows', () => {
    const list = [{ id: 9, type: 'row', collapsed: true, gridPos: { x: 0, y: 0, w: 24, h: 1 }, panels: [at(1, 0, 1, 24, 2)] }, { id: 8, type: 'row', gridPos: { x: 0, y: 1, w: 24, h: 1 } }, at(2, 0, 2, 24, 2)];
    expect(place(list).map(([key]) => key)).toEqual(['row 9', 'row 8', '2']);
    expect(place(list, ['row 9', 'row 8']).map(([key]) => key)).toEqual(['row 9', '1', 'row 8']);
  });
});
