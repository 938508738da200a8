import { describe, expect, it } from 'vitest';
import { BINARY_STEPS, durationSteps } from './axisSteps';

describe('distances of ticks', () => {
  it.each([['bytes', BINARY_STEPS], ['seconds', durationSteps(1)], ['milliseconds', durationSteps(1_000)]])('of %s rise', (_, steps) => {
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
    expect(new Set(steps).size).toBe(steps.length);
  });
  it.each([1, 1_000, 1e6, 1e9])('have few digits where a second has %i', (perSecond) => {
    // Else uPlot leaves them out, or never comes to the end of an axis.
    for (const step of durationSteps(perSecond)) {
      const digits = step.toExponential();
      expect(digits.replace(/e.*/, '').replace('.', '').length, digits).toBeLessThan(8);
    }
    expect(durationSteps(perSecond)).toEqual(expect.arrayContaining([5e-6, 2e-9]));
  });
  it('follow the clock', () => {
    expect(durationSteps(1)).toEqual(expect.arrayContaining([0.001, 1, 15, 60, 300, 3_600, 86_400]));
    expect(durationSteps(1_000)).toEqual(expect.arrayContaining([60_000, 300_000]));
    expect(durationSteps(1)).not.toContain(500);
  });
});
