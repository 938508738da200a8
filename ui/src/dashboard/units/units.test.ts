import { describe, expect, it } from 'vitest';
import { formatOf, isBinary } from '.';
// Values as the reference implementation of dashboards formats them, generated at development time.
import expected from './expected.json';

const write = (unit: string, value: number, decimals?: number): string => {
  const shown = formatOf(unit)(value, decimals, 'utc');
  return shown.prefix + shown.text + shown.suffix;
};

describe.each(Object.entries(expected as unknown as Record<string, [number, number | null, string][]>))('%s', (unit, rows) => {
  it.each(rows)('%d with %s decimals is %s', (value, decimals, text) => expect(write(unit, value, decimals ?? undefined)).toBe(text));
});

describe('instants', () => {
  it('are written in the zone', () => expect(write('dateTimeAsIso', Date.UTC(2026, 2, 1, 12, 30))).toBe('2026-03-01 12:30:00'));
  it('tell their distance', () => expect(write('dateTimeFromNow', Date.now() - 3 * 3_600_000)).toBe('3 hours ago'));
});

it('knows which axes tick in powers of two', () => {
  expect(isBinary('bytes')).toBe(true);
  expect(isBinary('decbytes')).toBe(false);
});
