import { describe, expect, it } from 'vitest';
import type { Frame } from '../../dashboard/frames';
import { levelOf, linesOf } from './lines';

const look = { dark: false, zone: 'utc' } as const;
const all = { newestFirst: true, deduplicate: false };
const table: Frame = {
  refId: 'A', kind: 'table',
  fields: [{ name: 'Time', type: 'time', values: [1_000, 3_000, 2_000] }, { name: 'Line', type: 'string', values: ['level=warn msg="slow"', 'panic', 'panic'] }, { name: 'pod', type: 'string', values: ['a', '', 'b'] }],
};

describe('log lines', () => {
  it('takes the text column, sorts by time, keeps the other columns as labels', () => {
    expect(linesOf([table], look, all)).toEqual([
      { time: 3_000, text: 'panic', level: 'unknown', labels: {} },
      { time: 2_000, text: 'panic', level: 'unknown', labels: { pod: 'b' } },
      { time: 1_000, text: 'level=warn msg="slow"', level: 'warning', labels: { pod: 'a' } },
    ]);
    expect(linesOf([table], look, { newestFirst: false, deduplicate: true }).map((line) => line.time)).toEqual([1_000, 2_000]);
  });
  it('makes a line of every sample of a series', () => {
    const series: Frame = { refId: 'A', kind: 'series', fields: [{ name: 'Time', type: 'time', values: [1_000, 2_000] }, { name: 'Value', type: 'number', values: [1, null], labels: { __name__: 'up', severity: 'critical' } }] };
    expect(linesOf([series], look, all)).toEqual([{ time: 1_000, text: 'up{severity="critical"} 1', level: 'critical', labels: { __name__: 'up', severity: 'critical' } }]);
  });
  it.each([[{ level: 'ERR' }, 'all is info', 'error'], [{}, '2026-01-01 INFO started', 'info'], [{}, 'errors=0 informer', 'unknown'], [{ level: 'other' }, 'debug it', 'debug']] as const)('finds the level of %j and %s', (labels, text, level) => {
    expect(levelOf(labels, text)).toBe(level);
  });
});
