// The bar chart over categories: groups or stacks of bars for each row of a table.
import type { ReactNode } from 'react';
import { Legend } from '../../chart/Legend';
import { useVisibility } from '../../chart/visibility';
import { colorOf, formatAxis, formatNumber, rangeOf, show, shownText } from '../../dashboard/display';
import { lengthOf, type Field } from '../../dashboard/frames';
import { bool, obj, str } from '../../dashboard/json';
import type { PanelProps } from '../types';
import { niceStep } from '../niceStep';
import { useSize } from '../useSize';

const PAD = { left: 52, bottom: 24, top: 6 };

export function BarChartPanel({ panel, frames, look }: PanelProps): ReactNode {
  const [ref, size] = useSize();
  const frame = frames[0];
  const numbers = (frame?.fields ?? []).filter((field) => field.type === 'number' && !bool(obj(field.options?.custom['hideFrom'])['viz']));
  const { visible, pick } = useVisibility(numbers.map((field) => field.name));
  if (frame === undefined || numbers.length === 0) return null;
  const wanted = str(panel.options['xField']);
  const category = frame.fields.find((field) => (wanted === '' ? field.type === 'string' : field.name === wanted || field.displayName === wanted)) ?? frame.fields.find((field) => field.type === 'time');
  const rows = Math.min(200, lengthOf(frame));
  const stacked = str(panel.options['stacking'], 'none') !== 'none';
  const lying = str(panel.options['orientation']) === 'horizontal';
  const shown = numbers.filter((field) => visible(field.name));
  const value = (field: Field, row: number): number => {
    const raw = field.values[row];
    return typeof raw === 'number' && Number.isFinite(raw) ? raw : 0;
  };
  const tops = Array.from({ length: rows }, (_, row) => (stacked ? shown.reduce((sum, field) => sum + Math.max(0, value(field, row)), 0) : Math.max(0, ...shown.map((field) => value(field, row)))));
  const max = panel.defaults.max ?? Math.max(...tops, 1e-12);
  const min = Math.min(0, panel.defaults.min ?? 0, ...shown.flatMap((field) => Array.from({ length: rows }, (_, row) => value(field, row))));
  const [width, height] = [Math.max(1, size.width - PAD.left), Math.max(1, size.height - PAD.bottom - PAD.top)];
  const along = (lying ? height : width) / Math.max(1, rows);
  const across = (n: number): number => ((n - min) / (max - min || 1)) * (lying ? width : height);
  const name = (row: number): string => (category === undefined ? String(row + 1) : shownText(show(category, category.values[row] ?? null, row, look)));
  const step = niceStep(max - min, 5);
  const ticks = Array.from({ length: Math.floor((max - min) / step + 1e-9) + 1 }, (_, i) => Math.ceil(min / step) * step + i * step).filter((tick) => tick <= max * (1 + 1e-9));
  const every = Math.max(1, Math.ceil(lying ? 16 / along : (Math.max(...Array.from({ length: rows }, (_, row) => name(row).length)) * 6.5) / along));
  const color = (field: Field, row: number): string => (field.options === undefined ? '#888888' : colorOf(field.options, value(field, row), rangeOf(field.options, field), numbers.indexOf(field), look));
  return (
    <div className="panel-chart">
      <div className="panel-chart-plot" ref={ref}>
        <svg width={size.width} height={size.height} role="img" aria-label={`Bar chart with ${rows} groups of ${shown.length} bars`} fontSize="11" fill="var(--axis)">
          {ticks.map((tick) => {
            const at = across(tick);
            return lying
              ? <g key={tick}><line x1={PAD.left + at} x2={PAD.left + at} y1={PAD.top} y2={PAD.top + height} stroke="var(--grid)" /><text x={PAD.left + at} y={size.height - 8} textAnchor="middle">{formatAxis(panel.defaults, tick, step, look)}</text></g>
              : <g key={tick}><line x1={PAD.left} x2={size.width} y1={PAD.top + height - at} y2={PAD.top + height - at} stroke="var(--grid)" /><text x={PAD.left - 6} y={PAD.top + height - at + 4} textAnchor="end">{formatAxis(panel.defaults, tick, step, look)}</text></g>;
          })}
          {Array.from({ length: rows }, (_, row) => {
            let base = 0;
            const thick = stacked ? along * 0.7 : (along * 0.8) / Math.max(1, shown.length);
            return (
              <g key={row}>
                {shown.map((field, i) => {
                  const n = value(field, row);
                  const start = stacked ? base : 0;
                  if (stacked) base += Math.max(0, n);
                  const [low, high] = [across(Math.min(start, start + n)), across(Math.max(start, start + n))];
                  const side = row * along + along * (stacked ? 0.15 : 0.1) + (stacked ? 0 : i * thick);
                  const box = lying ? { x: PAD.left + low, y: PAD.top + side, width: Math.max(0, high - low), height: Math.max(1, thick - 1) } : { x: PAD.left + side, y: PAD.top + height - high, width: Math.max(1, thick - 1), height: Math.max(0, high - low) };
                  return <rect key={field.name} {...box} fill={color(field, row)} rx="1"><title>{`${name(row)}\n${field.displayName ?? field.name}: ${field.options === undefined ? n : formatNumber(field.options, n, look)}`}</title></rect>;
                })}
                {row % every === 0 && (lying ? <text x={PAD.left - 6} y={PAD.top + (row + 0.5) * along + 4} textAnchor="end">{name(row).slice(0, 8)}</text> : <text x={PAD.left + (row + 0.5) * along} y={size.height - 8} textAnchor="middle">{name(row)}</text>)}
              </g>
            );
          })}
        </svg>
      </div>
      {bool(obj(panel.options['legend'])['showLegend'], true) && (
        <div className="panel-legend"><Legend mode="list" columns={[]} visible={visible} onPick={pick} items={numbers.map((field) => ({ key: field.name, label: field.displayName ?? field.name, color: color(field, 0), calcs: [] }))} /></div>
      )}
    </div>
  );
}
