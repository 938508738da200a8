// Stacks columns on each other: sums within a group, in order; positive and negative values apart; percent of the total.
import type { Column } from './align';

export interface Stackable {
  readonly stack: 'none' | 'normal' | 'percent';
  readonly stackGroup: string;
  readonly visible: boolean;
}
export interface Band {
  /** Index of the upper and lower column. */
  readonly upper: number;
  readonly lower: number;
}

export function stackColumns(columns: readonly Column[], series: readonly Stackable[]): { readonly columns: Column[]; readonly bands: Band[] } {
  const out = columns.map((column) => column);
  const bands: Band[] = [];
  const groups = new Map<string, number[]>();
  series.forEach((one, index) => {
    if (one.stack === 'none' || !one.visible) return;
    const sum = (columns[index] ?? []).reduce<number>((total, value) => total + (value ?? 0), 0);
    const group = `${one.stack}/${one.stackGroup}/${sum < 0 ? '-' : '+'}`;
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [index]);
    else members.push(index);
  });
  for (const [group, members] of groups) {
    const length = columns[members[0] ?? 0]?.length ?? 0;
    const total = new Float64Array(length);
    const percent = group.startsWith('percent');
    if (percent) for (const index of members) columns[index]?.forEach((value, i) => { total[i] = (total[i] ?? 0) + (value ?? 0); });
    const running = new Float64Array(length);
    let below = -1;
    for (const index of members) {
      const source = columns[index] ?? [];
      out[index] = source.map((value, i) => {
        const part = percent ? (total[i] === 0 ? 0 : (100 * (value ?? 0)) / (total[i] ?? 1)) : (value ?? 0);
        running[i] = (running[i] ?? 0) + part;
        return value === undefined ? undefined : value === null ? null : (running[i] ?? 0);
      });
      if (below >= 0) bands.push({ upper: index, lower: below });
      below = index;
    }
  }
  return { columns: out, bands };
}
