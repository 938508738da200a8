import { describe, expect, it } from 'vitest';
import { BINARY_STEPS, durationSteps } from './axisSteps';

describe('distances of ticks', () => {
  it.each([['bytes', BINARY_STEPS], ['seconds', durationSteps(1)], ['milliseconds', durationSteps(1_000)]])('of %s rise', (_, steps) => {
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
    expect(new Set(steps).size).toBe(steps.length);
  });
  it('follow the clock', () => {
    expect(durationSteps(1)).toEqual(expect.arrayContaining([0.001, 1, 15, 60, 300, 3_600, 86_400]));
    expect(durationSteps(1_000)).toEqual(expect.arrayContaining([60_000, 300_000]));
    expect(durationSteps(1)).not.toContain(500);
  });
});
