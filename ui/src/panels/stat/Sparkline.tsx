// The quiet curve behind a stat.
import type { ReactNode } from 'react';
import type { Cell } from '../../dashboard/frames';

/** SVG paths in a 100 × 100 box: the line, and the area below it. */
export function sparkPaths(values: readonly Cell[]): { readonly line: string; readonly area: string } | undefined {
  const numbers = values.map((value) => (typeof value === 'number' && Number.isFinite(value) ? value : null));
  const known = numbers.filter((value) => value !== null);
  if (known.length < 2) return undefined;
  const min = Math.min(...known);
  const max = Math.max(...known);
  const y = (value: number): string => (98 - (max === min ? 0.5 : (value - min) / (max - min)) * 96).toFixed(1);
  const x = (i: number): string => ((100 * i) / (numbers.length - 1)).toFixed(1);
  let line = '';
  let area = '';
  let start = -1;
  numbers.forEach((value, i) => {
    if (value !== null) {
      line += `${start === -1 ? 'M' : 'L'}${x(i)} ${y(value)}`;
      area += `${start === -1 ? `M${x(i)} 100L` : 'L'}${x(i)} ${y(value)}`;
      if (start === -1) start = i;
    }
    if (start !== -1 && (value === null || i === numbers.length - 1)) {
      area += `L${x(value === null ? i - 1 : i)} 100Z`;
      start = -1;
    }
  });
  return { line, area };
}

export function Sparkline({ values, color }: { readonly values: readonly Cell[]; readonly color: string }): ReactNode {
  const paths = sparkPaths(values);
  if (paths === undefined) return null;
  return (
    <svg className="sparkline" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      <path d={paths.area} fill={color} opacity="0.14" />
      <path d={paths.line} fill="none" stroke={color} strokeWidth="1.5" vectorEffect="non-scaling-stroke" opacity="0.8" />
    </svg>
  );
}
