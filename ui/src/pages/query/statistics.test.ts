import { expect, it } from 'vitest';
import { rowsOf } from './Statistics';

it('puts the times in the order in which they happen, and keeps those it does not know', () => {
  const rows = rowsOf({ timings: { execTotalTime: 0.5, other: 0.25, execQueueTime: 0.001 }, samples: { totalQueryableSamples: 12_345, peakSamples: 20 } }, 600);
  expect(rows.map(([name]) => name)).toEqual(['Waited for a place among the queries', 'In all', 'other', 'From this page and back', 'Samples read', 'Samples held at once, at most']);
  expect(rows.find(([name]) => name === 'Samples read')?.[1]).toBe('12,345');
});
it('shows what there is', () => {
  expect(rowsOf({}, 1)).toHaveLength(1);
});
