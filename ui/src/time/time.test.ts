import { describe, expect, it } from 'vitest';
import { formatDuration, formatInterval, parseDuration } from './duration';
import { describeRange, resolveRange, resolveTime } from './range';
import { formatDateTime, formatTick, parseDateTime } from './zone';

describe('durations', () => {
  it.each([['5m', 300_000], ['1h30m', 5_400_000], ['500ms', 500], ['1d', 86_400_000], ['15', 15_000], ['1w', 604_800_000]])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));
  it.each([[''], ['x'], ['5 m'], ['-5m'], ['1h-']])('%s is none', (text) => expect(parseDuration(text)).toBeUndefined());
  it.each([[5_400_000, '1h30m'], [604_800_000, '1w'], [500, '500ms'], [0, '0s'], [691_200_000, '8d']])('%d', (ms, text) => expect(formatDuration(ms)).toBe(text));
  it.each([[90_000, '90s'], [120_000, '2m'], [1_500, '1500ms'], [86_400_000, '1d']])('interval %d', (ms, text) => expect(formatInterval(ms)).toBe(text));
});

describe('relative times', () => {
  const now = Date.UTC(2026, 2, 11, 12, 34, 56, 789);
  it.each([
    ['now', false, now], ['now-6h', false, now - 21_600_000], ['now-1d', false, now - 86_400_000], ['now/d', false, Date.UTC(2026, 2, 11)], ['now/d', true, Date.UTC(2026, 2, 12) - 1],
    ['now-1d/d', false, Date.UTC(2026, 2, 10)], ['now/w', false, Date.UTC(2026, 2, 9)], ['now/M', false, Date.UTC(2026, 2, 1)], ['now-1M/M', false, Date.UTC(2026, 1, 1)], ['now/y', false, Date.UTC(2026, 0, 1)], ['1700000000000', false, 1_700_000_000_000], ['2026-01-02 03:04', false, Date.UTC(2026, 0, 2, 3, 4)],
  ])('%s (end: %s)', (text, up, ms) => expect(resolveTime(text, now, 'utc', up)).toBe(ms));
  it.each([['now-'], ['now-6'], ['soon'], ['now-6h junk']])('%s is none', (text) => expect(resolveTime(text, now, 'utc')).toBeUndefined());
  it('refuses a range that ends before it starts', () => expect(resolveRange({ from: 'now', to: 'now-1h' }, now, 'utc')).toBeUndefined());
  it.each([['now-6h', 'now', 'Last 6 hours'], ['now-1h', 'now', 'Last hour'], ['now/d', 'now/d', 'Today'], ['1700000000000', 'now', '2023-11-14 22:13:20 to now']])('%s to %s', (from, to, words) => expect(describeRange({ from, to }, 'utc')).toBe(words));
});

describe('zones', () => {
  it('writes and reads the same instant', () => {
    for (const zone of ['utc', 'browser', 'America/New_York', 'Asia/Kolkata']) expect(parseDateTime(formatDateTime(1_700_000_000_000, zone), zone)).toBe(1_700_000_000_000);
  });
  it.each([[30_000, '00:00:00'], [60_000, '00:00'], [1_800_000, '00:00'], [3_600_000, '03-11'], [86_400_000, '03-11'], [2_592_000_000, '2026-03']])('labels midnight every %d ms', (spacing, text) => expect(formatTick(Date.UTC(2026, 2, 11), 'utc', spacing)).toBe(text));
  it('survives an unknown zone', () => expect(formatDateTime(0, 'Nowhere/Land')).toMatch(/^19(69|70)-/));
});
