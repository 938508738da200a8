// Native histograms over time as a heatmap on canvas; all selected series are added up.
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { MatrixItem } from '../../api/types';
import { mix } from '../../design/palette';
import { formatDateTime } from '../../time/zone';
import { useDark, useZone } from '../../time/prefs';
import { formatValue, parseValue } from './format';

interface Cell {
  readonly time: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

function cellsOf(items: readonly MatrixItem[]): { cells: Cell[]; bounds: number[] } {
  const sums = new Map<string, { time: number; low: number; high: number; count: number }>();
  const bounds = new Set<number>();
  for (const item of items) {
    for (const [time, histogram] of item.histograms ?? []) {
      for (const [, lower, upper, count] of histogram.buckets ?? []) {
        const low = parseValue(lower);
        const high = parseValue(upper);
        const key = `${time}/${low}/${high}`;
        const found = sums.get(key);
        if (found === undefined) sums.set(key, { time, low, high, count: parseValue(count) });
        else found.count += parseValue(count);
        bounds.add(low);
        bounds.add(high);
      }
    }
  }
  return { cells: [...sums.values()], bounds: [...bounds].sort((a, b) => a - b) };
}

export function HistogramHeatmap({ items, from, to }: { readonly items: readonly MatrixItem[]; readonly from: number; readonly to: number }): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = useDark();
  const zone = useZone();
  const [tip, setTip] = useState('');
  const { cells, bounds } = useMemo(() => cellsOf(items), [items]);
  const times = useMemo(() => [...new Set(cells.map((cell) => cell.time))].sort((a, b) => a - b), [cells]);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || context === null || context === undefined) return;
    const ratio = devicePixelRatio;
    element.width = element.clientWidth * ratio;
    element.height = element.clientHeight * ratio;
    context.clearRect(0, 0, element.width, element.height);
    const rank = new Map(bounds.map((bound, i) => [bound, i]));
    const most = Math.max(...cells.map((cell) => cell.count), 0);
    const step = times.length > 1 ? Math.min(...times.slice(1).map((time, i) => time - (times[i] ?? 0))) : to - from;
    const rows = Math.max(1, bounds.length - 1);
    for (const cell of cells) {
      if (cell.count <= 0) continue;
      const x = ((cell.time - step - from) / (to - from)) * element.width;
      const low = rank.get(cell.low) ?? 0;
      const high = rank.get(cell.high) ?? low + 1;
      context.fillStyle = mix(dark ? '#1d3146' : '#dcebf8', dark ? '#ee8450' : '#b23c0c', Math.sqrt(cell.count / most));
      context.fillRect(x, element.height * (1 - high / rows), Math.max(1, (step / (to - from)) * element.width - ratio * 0.5), Math.max(1, ((high - low) / rows) * element.height - ratio * 0.5));
    }
  }, [cells, bounds, times, from, to, dark]);

  return (
    <div className="query-chart heatmap">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Heatmap of ${items.length} native histograms, values from ${formatValue(bounds[0] ?? 0)} to ${formatValue(bounds.at(-1) ?? 0)}`}
        onMouseMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const time = from + ((event.clientX - box.left) / box.width) * (to - from);
          const row = Math.floor((1 - (event.clientY - box.top) / box.height) * (bounds.length - 1));
          const column = times.find((one) => one >= time);
          const cell = cells.find((one) => one.time === column && one.low === bounds[row]);
          setTip(`${formatDateTime(time * 1_000, zone)} · ${formatValue(bounds[row] ?? NaN)} to ${formatValue(bounds[row + 1] ?? NaN)} · ${cell === undefined ? 0 : formatValue(cell.count)}`);
        }}
      />
      <div className="muted">{tip === '' ? `${formatValue(bounds[0] ?? 0)} (bottom) to ${formatValue(bounds.at(-1) ?? 0)} (top)` : tip}</div>
    </div>
  );
}
