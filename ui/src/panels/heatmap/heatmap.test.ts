import { describe, expect, it } from 'vitest';
import type { Frame } from '../../dashboard/frames';
import { heatOf } from './cells';
import { schemeOf } from './schemes';

const bucket = (le: string, values: (number | null)[]): Frame => ({ refId: 'A', kind: 'series', stepMs: 1_000, fields: [{ name: 'Time', type: 'time', values: values.map((_, i) => i * 1_000) }, { name: 'Value', type: 'number', values, labels: { le } }] });
const name = (bound: number): string => String(bound);

describe('cells of a heatmap', () => {
  it('turns cumulative buckets into counts, in order of their bounds', () => {
    const heat = heatOf([bucket('+Inf', [10, 12]), bucket('0.5', [4, 4]), bucket('1', [9, 9])], {}, true, name);
    expect(heat.rows).toEqual(['0.5', '1', 'Infinity']);
    expect(heat.cells.filter((cell) => cell.time === 1_000).map((cell) => cell.count)).toEqual([4, 5, 3]);
  });
  it('has no row for what lies beyond the last bound when nothing does', () => {
    const heat = heatOf([bucket('1', [9, 9]), bucket('+Inf', [9, 9])], {}, true, name);
    expect(heat.rows).toEqual(['1']);
    expect(heat.cells).toHaveLength(2);
  });
});

describe('colours of a heatmap', () => {
  const red = (color: string): number => Number(/\d+/.exec(color)?.[0]);
  it('goes from the ground of the theme to the hue', () => {
    for (const dark of [false, true]) {
      const scheme = schemeOf({ scheme: 'Blues' }, dark);
      expect(scheme(0)).toBe(dark ? 'rgb(36,40,45)' : 'rgb(243,244,246)');
      expect(scheme(1)).not.toBe(scheme(0));
    }
  });
  it('bends by the exponent, turns around when asked, takes unknown schemes as oranges', () => {
    expect(schemeOf({ scheme: 'Blues', exponent: 1 }, false)(0.25)).toBe(schemeOf({ scheme: 'Blues', exponent: 0.5 }, false)(0.0625));
    expect(schemeOf({ scheme: 'Viridis', reverse: true }, false)(0)).toBe(schemeOf({ scheme: 'Viridis' }, false)(1));
    expect(schemeOf({ scheme: 'Nothing' }, false)(1)).toBe(schemeOf({ scheme: 'Oranges' }, false)(1));
    expect(red(schemeOf({ mode: 'opacity', fill: 'dark-red' }, false)(1))).toBeGreaterThan(150);
  });
});
