// Many values → one: the calculations of stats, legends and table footers. Pure.
import type { Cell } from './frames';

const NAMES: Readonly<Record<string, string>> = {
  last: 'Last', lastNotNull: 'Last *', first: 'First', firstNotNull: 'First *', min: 'Min', max: 'Max', mean: 'Mean', sum: 'Total', count: 'Count', range: 'Range', diff: 'Difference', diffperc: 'Difference percent',
  delta: 'Delta', step: 'Step', logmin: 'Min (above zero)', variance: 'Variance', stdDev: 'StdDev', distinctCount: 'Distinct count', changeCount: 'Change count', median: 'Median', allIsZero: 'All zeros', allIsNull: 'All nulls',
};
const ALIASES: Readonly<Record<string, string>> = { current: 'lastNotNull', avg: 'mean', total: 'sum', 'last*': 'lastNotNull', 'first*': 'firstNotNull' };

export function calcId(id: string): string {
  return ALIASES[id] ?? id;
}
export function calcName(id: string): string {
  const known = NAMES[calcId(id)];
  if (known !== undefined) return known;
  const percentile = /^p(\d{1,2})$/.exec(id);
  return percentile === null ? id : `${percentile[1]}th %`;
}

function quantile(values: readonly number[], q: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? 0;
  return low + (high - low) * (at - Math.floor(at));
}

/** Increases only: a drop counts as a counter's restart. */
function delta(values: readonly number[]): number {
  let total = 0;
  for (let i = 1; i < values.length; i++) {
    const [before, now] = [values[i - 1] ?? 0, values[i] ?? 0];
    total += now >= before ? now - before : now;
  }
  return total;
}

/** The one number (or null without values). Nulls and NaN are left out, except where the calculation is about them. */
export function reduce(values: readonly Cell[], calc: string): number | null {
  const id = calcId(calc);
  const asNumber = (value: Cell | undefined): number | null => (typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : null);
  if (id === 'last') return asNumber(values.at(-1));
  if (id === 'first') return asNumber(values[0]);
  if (id === 'count') return values.length;
  if (id === 'changeCount') return values.reduce<number>((total, value, i) => total + (i > 0 && value !== values[i - 1] ? 1 : 0), 0);
  if (id === 'distinctCount') return new Set(values).size;
  const numbers: number[] = [];
  for (const value of values) if (typeof value === 'number' && !Number.isNaN(value)) numbers.push(value);
  if (id === 'allIsNull') return Number(numbers.length === 0);
  if (numbers.length === 0) return null;
  const first = numbers[0] ?? 0;
  const last = numbers.at(-1) ?? 0;
  const sum = (): number => numbers.reduce((total, value) => total + value, 0);
  const min = (): number => numbers.reduce((a, b) => Math.min(a, b));
  const max = (): number => numbers.reduce((a, b) => Math.max(a, b));
  switch (id) {
    case 'lastNotNull': return last;
    case 'firstNotNull': return first;
    case 'min': return min();
    case 'max': return max();
    case 'mean': return sum() / numbers.length;
    case 'sum': return sum();
    case 'range': return max() - min();
    case 'diff': return last - first;
    case 'diffperc': return (last - first) / first;
    case 'delta': return delta(numbers);
    case 'step': return numbers.slice(1).reduce((least, value, i) => Math.min(least, value - (numbers[i] ?? 0)), Infinity);
    case 'logmin': return numbers.filter((value) => value > 0).reduce((a, b) => Math.min(a, b), Infinity);
    case 'allIsZero': return Number(numbers.every((value) => value === 0));
    case 'median': return quantile(numbers, 0.5);
    case 'variance':
    case 'stdDev': {
      const mean = sum() / numbers.length;
      const variance = numbers.reduce((total, value) => total + (value - mean) ** 2, 0) / numbers.length;
      return id === 'variance' ? variance : Math.sqrt(variance);
    }
    default: {
      const percentile = /^p(\d{1,2})$/.exec(id);
      return percentile === null ? last : quantile(numbers, Number(percentile[1]) / 100);
    }
  }
}
