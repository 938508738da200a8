// Distances of ticks that are round in a unit: powers of two for bytes, sixties for times. Pure.

export const BINARY_STEPS: readonly number[] = Array.from({ length: 64 }, (_, i) => 2 ** (i - 4));

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Decimal distances from `10^from` up to below `limit`. They are read from their digits: `5 * 1e-6` is a neighbour of `5e-6`, of which the
 * chart library does not know how many decimals it has, and it would leave it out.
 */
function decimals(from: number, limit: number): number[] {
  return Array.from({ length: 40 }, (_, i) => from + i).flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`))).filter((step) => step < limit);
}

/** For a unit of which one second has `perSecond`. Below a second they are decimal, above they follow the clock. */
export function durationSteps(perSecond: number): readonly number[] {
  const clock = [1, 2, 5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY];
  const above = decimals(2, 1e10).map((days) => days * DAY);
  return [...decimals(-12, perSecond), ...[...clock, ...above].map((step) => step * perSecond)];
}
