import { describe, expect, it } from 'vitest';
import type { Target } from '../../api/types';
import { poolsOf, searchText } from './filter';

const target = (scrapePool: string, health: Target['health'], instance: string, lastError = ''): Target => ({
  discoveredLabels: {}, labels: { instance, job: scrapePool }, scrapePool, scrapeUrl: `http://${instance}/metrics`, globalUrl: '', lastError, lastScrape: '', lastScrapeDuration: 0, health, scrapeInterval: '15s', scrapeTimeout: '10s',
});
const all = new Set(['up', 'down', 'unknown'] as const);
const targets = [target('a', 'up', 'x:1'), target('b', 'up', 'y:1'), target('b', 'down', 'y:2', 'connection refused'), target('c', 'unknown', 'z:1')];
const texts = targets.map(searchText);

describe('pools', () => {
  it('puts pools and targets that are down first', () => {
    const pools = poolsOf(targets, texts, '', all, '');
    expect(pools.map((pool) => pool.name)).toEqual(['b', 'a', 'c']);
    expect(pools[0]?.targets.map((one) => one.health)).toEqual(['down', 'up']);
    expect(pools[0]?.counts).toEqual({ up: 1, down: 1, unknown: 0 });
  });
  it.each([['refused', 1], ['job="b" y:', 2], ['X:1', 1], ['nothing', 0]])('filters by %s', (filter, count) => {
    expect(poolsOf(targets, texts, filter, all, '').flatMap((pool) => pool.targets)).toHaveLength(count);
  });
  it('filters by health and pool, and still counts everything in the header', () => {
    const [pool] = poolsOf(targets, texts, '', new Set(['down'] as const), 'b');
    expect(pool?.targets).toHaveLength(1);
    expect(pool?.total).toBe(2);
  });
});
