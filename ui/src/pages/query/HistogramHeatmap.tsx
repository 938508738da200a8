// Native histograms over time as a heatmap on canvas: time across, buckets up, count as colour; all selected series are added up.
import { useCallback, useMemo, type ReactNode } from 'react';
import type { MatrixItem } from '../../api/types';
import { mix } from '../../design/palette';
import { Canvas, canvasInk, timeTicks, type Paint } from '../../panels/canvas';
import type { Size } from '../../panels/useSize';
import { formatDateTime, formatTick } from '../../time/zone';
import { useDark, useZone } from '../../time/prefs';
import { formatAxisValue, formatValue, parseValue } from './format';

const LEFT = 52;
const BOTTOM = 20;
const LABEL_PX = 18;

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

/** A bound with two digits, as buckets grow by a few percent each. */
function boundText(bound: number): string {
  return bound === 0 || !Number.isFinite(bound) ? formatValue(bound) : formatAxisValue(bound, 10 ** (Math.floor(Math.log10(Math.abs(bound))) - 1));
}

interface HeatmapProps {
  readonly items: readonly MatrixItem[];
  /** Seconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** Milliseconds since the epoch. */
  readonly onZoom: (from: number, to: number) => void;
  readonly onZoomOut: () => void;
}

export function HistogramHeatmap({ items, from, to, onZoom, onZoomOut }: HeatmapProps): ReactNode {
  const dark = useDark();
  const zone = useZone();
  const { cells, bounds } = useMemo(() => cellsOf(items), [items]);
  const times = useMemo(() => [...new Set(cells.map((cell) => cell.time))].sort((a, b) => a - b), [cells]);
  const rows = Math.max(1, bounds.length - 1);

  const paint = useCallback<Paint>((context, size) => {
    const ink = canvasInk();
    const [width, height] = [size.width - LEFT, size.height - BOTTOM];
    const xOf = (time: number): number => LEFT + ((time - from) / (to - from)) * width;
    const rank = new Map(bounds.map((bound, i) => [bound, i]));
    const most = cells.reduce((max, cell) => Math.max(max, cell.count), 0);
    const step = times.length > 1 ? times.slice(1).reduce((least, time, i) => Math.min(least, time - (times[i] ?? 0)), Infinity) : to - from;
    for (const cell of cells) {
      if (cell.count <= 0) continue;
      const right = xOf(cell.time);
      const left = Math.max(LEFT, xOf(cell.time - step));
      const low = rank.get(cell.low) ?? 0;
      const high = rank.get(cell.high) ?? low + 1;
      context.fillStyle = mix(dark ? '#1d3146' : '#dcebf8', dark ? '#ee8450' : '#b23c0c', Math.sqrt(cell.count / most));
      if (right > left) context.fillRect(left, height * (1 - high / rows), Math.max(1, right - left - 0.5), Math.max(1, ((high - low) / rows) * height - 0.5));
    }
    context.fillStyle = ink.text;
    context.font = ink.font;
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    const every = Math.max(1, Math.ceil((LABEL_PX * rows) / height));
    bounds.forEach((bound, i) => { if (i % every === 0) context.fillText(boundText(bound), LEFT - 6, Math.max(6, Math.min(height - 4, height * (1 - i / rows)))); });
    context.textAlign = 'center';
    const ticks = timeTicks(from * 1_000, to * 1_000, Math.max(2, width / 90));
    for (const tick of ticks) context.fillText(formatTick(tick, zone, (ticks[1] ?? tick + 60_000) - (ticks[0] ?? tick)), xOf(tick / 1_000), size.height - BOTTOM / 2);
  }, [cells, bounds, times, rows, from, to, dark, zone]);

  const timeAt = (x: number, size: Size): number => from + ((x - LEFT) / (size.width - LEFT)) * (to - from);
  const hit = (x: number, y: number, size: Size): readonly string[] | undefined => {
    const height = size.height - BOTTOM;
    if (x < LEFT || y >= height) return undefined;
    const row = Math.floor((1 - y / height) * rows);
    const time = times.find((one) => one >= timeAt(x, size));
    const cell = cells.find((one) => one.time === time && one.low === bounds[row]);
    return [formatDateTime((time ?? timeAt(x, size)) * 1_000, zone), `${formatValue(bounds[row] ?? NaN)} … ${formatValue(bounds[row + 1] ?? NaN)}`, `Count: ${cell === undefined ? 0 : formatValue(cell.count)}`];
  };
  return (
    <div className="query-chart canvas-panel" data-heatmap>
      <Canvas
        label={`Heatmap of ${items.length} native histograms, values from ${formatValue(bounds[0] ?? 0)} to ${formatValue(bounds.at(-1) ?? 0)}`}
        paint={paint} hit={hit} onSelect={(a, b, size) => onZoom(timeAt(a, size) * 1_000, timeAt(b, size) * 1_000)} onDoubleClick={onZoomOut}
      />
    </div>
  );
}
