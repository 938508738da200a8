// The heatmap on canvas: time across, buckets up, count as colour.
import { useCallback, useMemo, type ReactNode } from 'react';
import { formatNumber } from '../../dashboard/display';
import { num, obj, str } from '../../dashboard/json';
import { formatDateTime, formatTick } from '../../time/zone';
import { Canvas, canvasInk, timeTicks, type Paint } from '../canvas';
import type { PanelProps } from '../types';
import type { Size } from '../useSize';
import { heatOf } from './cells';
import { panelScheme } from './schemes';

const BOTTOM = 20;

export function HeatmapPanel({ panel, frames, span, look, onZoom, onZoomOut }: PanelProps): ReactNode {
  const options = panel.options;
  const heatmapFormat = panel.targets.some((target) => target.format === 'heatmap');
  const axis = obj(options['yAxis']);
  const unit = str(axis['unit'], panel.defaults.unit === '' ? 'short' : panel.defaults.unit);
  const name = useCallback((bound: number) => (Number.isFinite(bound) ? formatNumber({ ...panel.defaults, unit, decimals: num(axis['decimals']) }, bound, look) : bound > 0 ? '+Inf' : '-Inf'), [panel, unit, look]);
  const heat = useMemo(() => heatOf(frames, options, heatmapFormat, name), [frames, options, heatmapFormat, name]);
  const most = useMemo(() => heat.cells.reduce((max, cell) => Math.max(max, cell.count), 0), [heat]);
  const colorAt = useMemo(() => panelScheme(options, look.dark), [options, look.dark]);
  const left = Math.max(36, ...heat.rows.map((row) => row.length * 6 + 10));
  const xOf = (time: number, size: Size): number => left + ((time - span.from) / (span.to - span.from)) * (size.width - left);

  const paint = useCallback<Paint>((context, size) => {
    const ink = canvasInk();
    const height = size.height - BOTTOM;
    const rowHeight = height / Math.max(1, heat.rows.length);
    const cellWidth = Math.max(1, (heat.stepMs / (span.to - span.from)) * (size.width - left));
    for (const cell of heat.cells) {
      if (cell.count <= 0) continue;
      context.fillStyle = colorAt(cell.count / most);
      // The first cell may begin before the range: what would lie below the axis is cut off.
      const right = xOf(cell.time, size);
      const from = Math.max(left, right - cellWidth);
      if (right > left) context.fillRect(from, height - (cell.row + 1) * rowHeight, Math.max(1, right - from - 1), Math.max(1, rowHeight - 1));
    }
    context.fillStyle = ink.text;
    context.font = ink.font;
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    const every = Math.max(1, Math.ceil(14 / rowHeight));
    heat.rows.forEach((row, i) => { if (i % every === 0) context.fillText(row, left - 6, height - (i + 0.5) * rowHeight); });
    context.textAlign = 'center';
    const ticks = timeTicks(span.from, span.to, Math.max(2, (size.width - left) / 90));
    for (const tick of ticks) context.fillText(formatTick(tick, look.zone, (ticks[1] ?? tick + 60_000) - (ticks[0] ?? tick)), xOf(tick, size), size.height - BOTTOM / 2);
  }, [heat, most, span, look, left, colorAt]);

  const timeAt = (x: number, size: Size): number => span.from + ((x - left) / (size.width - left)) * (span.to - span.from);
  const hit = (x: number, y: number, size: Size): readonly string[] | undefined => {
    if (x < left || y > size.height - BOTTOM) return undefined;
    const at = timeAt(x, size);
    const row = Math.floor(((size.height - BOTTOM - y) / (size.height - BOTTOM)) * heat.rows.length);
    const time = heat.times.find((one) => one >= at);
    const cell = heat.cells.find((one) => one.time === time && one.row === row);
    return [formatDateTime(at, look.zone), `${heat.rows[row - 1] ?? ''} … ${heat.rows[row] ?? ''}`, `Count: ${cell === undefined ? 0 : Math.round(cell.count * 1_000) / 1_000}`];
  };
  return (
    <div className="canvas-panel">
      <Canvas label={`Heatmap with ${heat.rows.length} buckets and ${heat.times.length} points in time`} paint={paint} hit={hit} onSelect={(from, to, size) => onZoom(timeAt(from, size), timeAt(to, size))} onDoubleClick={onZoomOut} />
    </div>
  );
}
