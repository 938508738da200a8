// Builders of unit formats: prefixes in powers of 1000 or 1024, counts with K, M, B, and fixed suffixes.
import { toFixed } from './number';

interface Formatted {
  readonly prefix: string;
  readonly text: string;
  readonly suffix: string;
}
type Format = (value: number, decimals: number | undefined) => Formatted;

export function withPrefixes(base: number, suffixes: readonly string[], zero = 0): Format {
  return (value, decimals) => {
    const power = value === 0 || !Number.isFinite(value) ? 0 : Math.floor(Math.log(Math.abs(value)) / Math.log(base) + 1e-12);
    const at = Math.min(suffixes.length - 1, Math.max(0, zero + power));
    return { prefix: '', text: toFixed(value / base ** (at - zero), decimals), suffix: suffixes[at] ?? '' };
  };
}

const SI = ['f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];

/** `offset` 1 for values that come in thousands, -1 in thousandths. */
export const si = (unit: string, offset = 0): Format => withPrefixes(1_000, SI.map((prefix) => ` ${prefix}${unit}`), 5 + offset);
export const binary = (unit: string, offset = 0): Format => withPrefixes(1_024, BINARY.map((prefix) => ` ${prefix}${unit}`), offset);
export const count = (unit: string): Format => withPrefixes(1_000, ['', ' K', ' M', ' B', ' T'].map((prefix) => (prefix === '' ? ` ${unit}` : `${prefix.trim()} ${unit}`)));
export const suffixed = (suffix: string): Format => (value, decimals) => ({ prefix: '', text: toFixed(value, decimals), suffix });
export const currency = (symbol: string, after = false): Format => (value, decimals) => {
  const scaled = withPrefixes(1_000, ['', 'K', 'M', 'B', 'T'])(Math.abs(value), decimals);
  return { prefix: (value < 0 ? '-' : '') + (after ? '' : symbol), text: scaled.text, suffix: after ? `${scaled.suffix}${symbol}` : scaled.suffix };
};
