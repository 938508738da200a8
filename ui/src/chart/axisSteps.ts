// Distances of ticks that are round in a unit: powers of two for bytes, sixties for times. Pure.

export const BINARY_STEPS: readonly number[] = Array.from({ length: 64 }, (_, i) => 2 ** (i - 4));

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** For a unit of which one second has `perSecond`. Below a second they are decimal, above they follow the clock. */
export function durationSteps(perSecond: number): readonly number[] {
  const below = Array.from({ length: 10 }, (_, i) => 10 ** (i - 10)).flatMap((power) => [power, 2 * power, 5 * power]);
  const clock = [1, 2, 5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY];
  const above = Array.from({ length: 8 }, (_, i) => 10 ** i * 100 * DAY).flatMap((power) => [power, 2 * power, 5 * power]);
  return [...below, ...clock, ...above].map((step) => step * perSecond);
}
