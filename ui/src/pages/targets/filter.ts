// Targets → pools in order of need: filter by health and text, unhealthy first. Pure.
import type { Target } from '../../api/types';

export type Health = 'up' | 'down' | 'unknown';
export interface Pool {
  readonly name: string;
  readonly total: number;
  readonly counts: Readonly<Record<Health, number>>;
  readonly targets: readonly Target[];
}

/** What the text filter looks at, lower case, computed once per answer. */
export function searchText(target: Target): string {
  let text = `${target.scrapeUrl} ${target.lastError} ${target.scrapePool}`;
  for (const name in target.labels) text += ` ${name}="${target.labels[name] ?? ''}"`;
  return text.toLowerCase();
}

const RANK: Readonly<Record<Health, number>> = { down: 0, unknown: 1, up: 2 };

export function poolsOf(targets: readonly Target[], texts: readonly string[], filter: string, health: ReadonlySet<Health>, pool: string): readonly Pool[] {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const found = new Map<string, { counts: Record<Health, number>; total: number; targets: Target[] }>();
  targets.forEach((target, i) => {
    if (pool !== '' && target.scrapePool !== pool) return;
    let group = found.get(target.scrapePool);
    if (group === undefined) {
      group = { counts: { up: 0, down: 0, unknown: 0 }, total: 0, targets: [] };
      found.set(target.scrapePool, group);
    }
    group.counts[target.health]++;
    group.total++;
    const text = texts[i] ?? '';
    if (health.has(target.health) && words.every((word) => text.includes(word))) group.targets.push(target);
  });
  return [...found]
    .map(([name, group]) => ({ name, ...group, targets: group.targets.sort((a, b) => RANK[a.health] - RANK[b.health] || (a.scrapeUrl < b.scrapeUrl ? -1 : a.scrapeUrl > b.scrapeUrl ? 1 : 0)) }))
    .sort((a, b) => Number(b.counts.down > 0) - Number(a.counts.down > 0) || a.name.localeCompare(b.name));
}
