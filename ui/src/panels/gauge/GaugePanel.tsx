// The gauge: an arc for the value, a thin rim for the thresholds.
import type { ReactNode } from 'react';
import { inkOf, resolveColor } from '../../design/palette';
import { rangeOf } from '../../dashboard/display';
import { bool, str } from '../../dashboard/json';
import { thresholdValue } from '../../dashboard/mappings';
import type { PanelProps } from '../types';
import { gridFor, useSize } from '../useSize';
import { linkOf, ValueLink } from '../ValueLink';
import { valuesOf, type PanelValue } from '../values';
import { fitFont } from '../stat/StatPanel';

const START = -210;
const SWEEP = 240;

function point(radius: number, share: number): string {
  const angle = ((START + SWEEP * share) * Math.PI) / 180;
  return `${(100 + radius * Math.cos(angle)).toFixed(2)} ${(100 + radius * Math.sin(angle)).toFixed(2)}`;
}

/** An arc from one share of the dial to another. */
export function arc(radius: number, from: number, to: number): string {
  return `M${point(radius, from)}A${radius} ${radius} 0 ${(to - from) * SWEEP > 180 ? 1 : 0} 1 ${point(radius, to)}`;
}

function Dial({ value, dark, markers }: { readonly value: PanelValue; readonly dark: boolean; readonly markers: boolean }): ReactNode {
  const options = value.field.options;
  if (options === undefined) return null;
  const [min, max] = rangeOf(options, value.field);
  const steps = options.thresholds.steps.map((step) => ({ color: resolveColor(step.color, dark), share: step.value === -Infinity ? 0 : Math.min(1, Math.max(0, (thresholdValue(options.thresholds, step.value, min, max) - min) / (max - min))) }));
  return (
    <svg viewBox="0 0 200 172" className="gauge-dial" role="img" aria-label={`${value.name}: ${value.text}`}>
      <path d={arc(78, 0, 1)} className="gauge-track" />
      {value.shown.share > 0.002 && <path d={arc(78, 0, value.shown.share)} className="gauge-value" stroke={value.shown.color} />}
      {markers && steps.map((step, i) => {
        const end = steps[i + 1]?.share ?? 1;
        return end > step.share ? <path key={i} d={arc(95, step.share, end)} className="gauge-rim" stroke={step.color} /> : null;
      })}
      <text x="100" y="112" textAnchor="middle" fontSize={fitFont(value.text, 124, 40, 40)} fill={inkOf(value.shown.color, dark)} className="gauge-text">{value.text}</text>
    </svg>
  );
}

export function GaugePanel({ panel, frames, look, links }: PanelProps): ReactNode {
  const [ref, size] = useSize();
  const values = valuesOf(frames, panel.options, look);
  const orientation = str(panel.options['orientation'], 'auto');
  const [columns, rows] = gridFor(values.length, size, 1.16, orientation);
  return (
    <div className="stat-grid" ref={ref} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, gridTemplateRows: `repeat(${rows}, minmax(0, 1fr))` }}>
      {values.map((value) => (
        <div key={value.key} className="gauge" data-stat={value.text}>
          <ValueLink link={linkOf(value.field, value.frame, value.row, value.text, value.raw, links)}>
            <Dial value={value} dark={look.dark} markers={bool(panel.options['showThresholdMarkers'], true)} />
          </ValueLink>
          {values.length > 1 && <div className="gauge-name ellipsis">{value.name}</div>}
        </div>
      ))}
    </div>
  );
}
