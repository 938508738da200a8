import { describe, expect, it } from 'vitest';
import { alignSpan, intervalOf, rangeMacros, stepMacros, stepsOf } from './intervals';

const wishes = { spanMs: 3_600_000, maxDataPoints: 1_000, scrapeMs: 15_000, panelMin: undefined, targetMin: undefined, intervalFactor: 1 };

describe('steps', () => {
  it.each([
    [{}, 15_000, 60_000],
    [{ spanMs: 21_600_000, maxDataPoints: 500 }, 30_000, 60_000],
    [{ spanMs: 86_400_000, maxDataPoints: 500 }, 120_000, 135_000],
    [{ targetMin: 60_000 }, 60_000, 240_000],
    [{ panelMin: 5_000 }, 5_000, 20_000],
    [{ intervalFactor: 4 }, 60_000, 75_000],
  ])('%o', (change, stepMs, rateIntervalMs) => expect(stepsOf({ ...wishes, ...change })).toMatchObject({ stepMs, rateIntervalMs }));
  it('stays below the limit of points per series', () => {
    const { stepMs } = stepsOf({ ...wishes, spanMs: 30 * 86_400_000, maxDataPoints: 100_000, scrapeMs: 1_000 });
    expect((30 * 86_400_000) / stepMs).toBeLessThanOrEqual(11_000);
  });
});

describe('macros', () => {
  it('name the step', () => expect(stepMacros({ stepMs: 120_000, intervalMs: 120_000, rateIntervalMs: 135_000 })).toMatchObject({ __interval: '2m', __interval_ms: '120000', __rate_interval: '135s' }));
  it('name the range', () => expect(rangeMacros({ from: 0, to: 3_600_000 })).toMatchObject({ __range: '3600s', __range_s: '3600', __range_ms: '3600000' }));
});

it('rounds to a ladder', () => expect([intervalOf(3_600_000, 1_000, 0), intervalOf(604_800_000, 1_000, 0)]).toEqual([5_000, 600_000]));
it('asks for the same points again', () => expect(alignSpan({ from: 61_000, to: 125_000 }, 60_000)).toEqual({ from: 60_000, to: 120_000 }));
