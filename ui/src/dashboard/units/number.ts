// Numbers with the decimals that a dashboard shows. Pure.

/** Decimals for a value when none are asked for: about two significant digits, none for whole numbers. */
export function decimalsFor(value: number): number {
  if (value === 0 || value % 1 === 0) return 0;
  const size = Math.abs(value);
  const decimals = 1 - Math.floor(Math.log(size) / Math.LN10);
  // Between 2.25 and 10 in the leading digit two digits are enough; below, one more keeps steps visible.
  const leading = size / 10 ** -decimals;
  return Math.max(0, leading > 2.25 ? decimals + 1 : decimals);
}

export function toFixed(value: number, decimals: number | undefined): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  const digits = decimals ?? decimalsFor(value);
  if (value === 0) return value.toFixed(Math.min(digits, 20));
  const factor = digits === 0 ? 1 : 10 ** Math.min(digits, 20);
  const text = String(Math.round(value * factor) / factor);
  if (text.includes('e') || digits === 0) return text;
  const dot = text.indexOf('.');
  const have = dot === -1 ? 0 : text.length - dot - 1;
  return have >= digits ? text : `${text}${dot === -1 ? '.' : ''}${'0'.repeat(digits - have)}`;
}
