// The pie (or donut) chart, with a legend that can carry values and percent.
import { useState, type ReactNode } from 'react';
import { Legend } from '../../chart/Legend';
import { useVisibility } from '../../chart/visibility';
import { bool, obj, str, strings } from '../../dashboard/json';
import { readableOn, seriesColor } from '../../design/palette';
import type { PanelProps } from '../types';
import { useSize } from '../useSize';
import { valuesOf } from '../values';

const RADIUS = 96;

function slicePath(from: number, to: number, inner: number): string {
  const at = (share: number, radius: number): string => `${(100 + radius * Math.sin(2 * Math.PI * share)).toFixed(2)} ${(100 - radius * Math.cos(2 * Math.PI * share)).toFixed(2)}`;
  // A full circle needs two arcs: start and end of one would coincide.
  const end = to - from > 0.9999 ? from + 0.9999 : to;
  const large = end - from > 0.5 ? 1 : 0;
  const outer = `M${at(from, RADIUS)}A${RADIUS} ${RADIUS} 0 ${large} 1 ${at(end, RADIUS)}`;
  return inner === 0 ? `${outer}L100 100Z` : `${outer}L${at(end, inner)}A${inner} ${inner} 0 ${large} 0 ${at(from, inner)}Z`;
}

export function PieChartPanel({ panel, frames, look }: PanelProps): ReactNode {
  const [ref, size] = useSize();
  const [hovered, setHovered] = useState('');
  const values = valuesOf(frames, panel.options, look).filter((value) => Number.isFinite(value.shown.numeric));
  const { visible, pick } = useVisibility(values.map((value) => value.key));
  const palette = values.map((value, i) => (value.field.options?.color.mode === 'palette-classic' ? seriesColor(i, look.dark) : value.shown.color));
  const shown = values.filter((value) => visible(value.key));
  const total = shown.reduce((sum, value) => sum + Math.max(0, value.shown.numeric), 0);
  const legend = obj(panel.options['legend']);
  const showLegend = bool(legend['showLegend'], legend['displayMode'] !== 'hidden' && Object.keys(legend).length > 0);
  const columns = strings(legend['values']);
  const labels = strings(panel.options['displayLabels']);
  const inner = str(panel.options['pieType']) === 'donut' || panel.options['pieType'] === undefined && str(panel.options['type']) === 'donut' ? 56 : 0;
  const percent = (numeric: number): string => `${total === 0 ? 0 : Math.round((1_000 * Math.max(0, numeric)) / total) / 10}%`;
  const right = str(legend['placement'], 'right') === 'right' && size.width > size.height * 1.2;
  let at = 0;
  return (
    <div className={right ? 'pie' : 'pie below'} ref={ref}>
      <svg viewBox="0 0 200 200" role="img" aria-label={`Pie chart: ${values.map((value) => `${value.name} ${value.text}`).join(', ')}`}>
        {values.map((value, i) => {
          if (!visible(value.key) || total === 0) return null;
          const share = Math.max(0, value.shown.numeric) / total;
          const [from, to] = [at, at + share];
          at = to;
          const middle = 2 * Math.PI * (from + share / 2);
          const radius = inner === 0 ? 64 : 76;
          const parts = [labels.includes('name') ? value.name : '', labels.includes('value') ? value.text : '', labels.includes('percent') ? percent(value.shown.numeric) : ''].filter((part) => part !== '');
          return (
            <g key={value.key} opacity={hovered === '' || hovered === value.key ? 1 : 0.45} onMouseEnter={() => setHovered(value.key)} onMouseLeave={() => setHovered('')}>
              <path d={slicePath(from, to, inner)} fill={palette[i]} stroke="var(--surface)" strokeWidth="1"><title>{`${value.name}: ${value.text} (${percent(value.shown.numeric)})`}</title></path>
              {share > 0.04 && parts.map((part, line) => <text key={line} x={100 + radius * Math.sin(middle)} y={100 - radius * Math.cos(middle) + line * 10} textAnchor="middle" fontSize="9" fill={readableOn(palette[i] ?? '#888')} pointerEvents="none">{part.slice(0, 18)}</text>)}
            </g>
          );
        })}
        {total === 0 && <circle cx="100" cy="100" r={RADIUS} fill="none" stroke="var(--line)" />}
      </svg>
      {showLegend && (
        <div className="panel-legend" tabIndex={0} role="group" aria-label="Legend">
          <Legend
            mode={legend['displayMode'] === 'table' ? 'table' : 'list'} columns={columns.map((column) => (column === 'percent' ? 'Percent' : 'Value'))} visible={visible} onPick={pick}
            items={values.map((value, i) => ({ key: value.key, label: value.name, color: palette[i] ?? '#888888', calcs: columns.map((column) => (column === 'percent' ? { text: percent(value.shown.numeric), value: value.shown.numeric } : { text: value.text, value: value.shown.numeric })) }))}
          />
        </div>
      )}
    </div>
  );
}
