// Metric names and values as the query page writes them. Pure.
import type { Labels } from '../../api/types';

const PLAIN_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const PLAIN_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

const quote = (text: string): string => JSON.stringify(text);

/** `name{a="b"}`, quoted where UTF-8 names need it. */
export function formatMetric(labels: Labels): string {
  const name = labels['__name__'] ?? '';
  const rest = Object.entries(labels)
    .filter(([key]) => key !== '__name__')
    .map(([key, value]) => `${PLAIN_LABEL.test(key) ? key : quote(key)}=${quote(value)}`);
  if (name !== '' && !PLAIN_NAME.test(name)) return `{${[quote(name), ...rest].join(', ')}}`;
  return rest.length === 0 ? (name === '' ? '{}' : name) : `${name}{${rest.join(', ')}}`;
}

export function parseValue(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return Number(text === '' ? NaN : text);
}

const PREFIXES: readonly (readonly [number, string])[] = [[1e24, 'Y'], [1e21, 'Z'], [1e18, 'E'], [1e15, 'P'], [1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k'], [1, ''], [1e-3, 'm'], [1e-6, 'µ'], [1e-9, 'n'], [1e-12, 'p'], [1e-15, 'f'], [1e-18, 'a'], [1e-21, 'z'], [1e-24, 'y']];

/** How many decimals tell multiples of `step` apart. */
function decimalsOf(step: number): number {
  for (let digits = 0; digits < 6; digits++) {
    const scaled = step * 10 ** digits;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return digits;
  }
  return 6;
}

/** An axis label with an SI prefix; `step` is the distance between ticks. */
export function formatAxisValue(value: number, step: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  const [factor, prefix] = PREFIXES.find(([least]) => size >= least) ?? [1e-24, 'y'];
  const digits = Math.min(6, decimalsOf(Math.abs(step) / factor));
  return `${(value / factor).toFixed(Number.isFinite(digits) ? digits : 2)}${prefix}`;
}

/** All digits of a value, in the server's own spelling of the special ones. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}
