import { describe, expect, it } from 'vitest';
import { contrast, inkOf, readableOn, resolveColor, rgb, seriesColor } from './palette';

describe('colours', () => {
  it.each([['#fff', [255, 255, 255]], ['#102030', [16, 32, 48]], ['rgba(1, 2, 3, 0.5)', [1, 2, 3]], ['nonsense', [128, 128, 128]]])('%s', (color, parts) => expect(rgb(color)).toEqual(parts));
  it.each([['dark-red', '#C4162A'], ['#abc', '#abc'], ['semi-dark-blue', '#3274D9']])('%s is %s', (name, color) => expect(resolveColor(name, true)).toBe(color));
  it('text in any colour can be read on its panel', () => {
    for (const dark of [true, false]) for (const name of ['green', 'yellow', 'super-light-orange', 'dark-purple', 'text']) expect(contrast(inkOf(resolveColor(name, dark), dark), dark ? '#1a1d21' : '#ffffff'), name).toBeGreaterThanOrEqual(4.5);
  });
  it('text on any colour can be read', () => {
    for (const color of ['#e02f44', '#73bf69', '#5794f2', '#000', '#fff', '#808080']) expect(contrast(color, readableOn(color))).toBeGreaterThanOrEqual(4.5);
  });
  it('lines stand out from their panel', () => {
    for (let i = 0; i < 16; i++) {
      expect(contrast(seriesColor(i, false), '#ffffff')).toBeGreaterThanOrEqual(3);
      expect(contrast(seriesColor(i, true), '#1a1d21')).toBeGreaterThanOrEqual(3);
    }
  });
});
