import { expect, it } from 'vitest';
import type { PlanNode } from '../../api/types';
import { planFacts } from './Plan';

const node: PlanNode = { operator: 'selector', expr: 'up', mode: 'streamed', steps: 250, once: false, notes: ['lookback 5m'], inputs: [] };

it('says how often, over which time and what else', () => {
  expect(planFacts({ ...node, reads: { mint: 1, maxt: 300_000 } }, 'utc')).toEqual(['250 steps', 'reads 5m: 1970-01-01 00:00:00 to 1970-01-01 00:05:00', 'lookback 5m']);
  expect(planFacts({ ...node, once: true, notes: [] }, 'utc')).toEqual(['computed once']);
  expect(planFacts({ ...node, steps: 1, notes: [] }, 'utc')).toEqual(['1 step']);
});
