// The bar gauge: one bar for each value, lying or standing; plain, gradient or retro cells.
import type { CSSProperties, ReactNode } from 'react';
import { inkOf, resolveColor, withAlpha } from '../../design/palette';
import { rangeOf } from '../../dashboard/display';
import { bool, oneOf, str } from '../../dashboard/json';
import { thresholdColor } from '../../dashboard/mappings';
import type { PanelProps } from '../types';
import { useSize } from '../useSize';
import { linkOf, ValueLink } from '../ValueLink';
import { valuesOf, type PanelValue } from '../values';

const CELLS = 24;

function cells(value: PanelValue, dark: boolean): ReactNode {
  const options = value.field.options;
  if (options === undefined) return null;
  const [min, max] = rangeOf(options, value.field);
  return Array.from({ length: CELLS }, (_, i) => {
    const at = (i + 0.5) / CELLS;
    const color = options.color.mode === 'thresholds' ? resolveColor(thresholdColor(options.thresholds, min + at * (max - min), min, max), dark) : value.shown.color;
    return <i key={i} style={{ background: at <= value.shown.share ? color : withAlpha(color, 0.15) }} />;
  });
}

function fill(value: PanelValue, mode: string, vertical: boolean): CSSProperties {
  const share = `${(100 * value.shown.share).toFixed(2)}%`;
  const background = mode === 'gradient' ? `linear-gradient(${vertical ? 'to top' : 'to right'}, ${withAlpha(value.shown.color, 0.45)}, ${value.shown.color})` : value.shown.color;
  return vertical ? { height: share, background } : { width: share, background };
}

export function BarGaugePanel({ panel, frames, look, links }: PanelProps): ReactNode {
  const [ref, size] = useSize();
  const values = valuesOf(frames, panel.options, look);
  const wish = str(panel.options['orientation'], 'auto');
  const vertical = wish === 'vertical' || (wish === 'auto' && size.width > size.height * 1.2 && values.length <= size.width / 60);
  const mode = oneOf(panel.options['displayMode'], ['basic', 'gradient', 'lcd'], 'gradient');
  const unfilled = bool(panel.options['showUnfilled'], true);
  const hideValue = str(panel.options['valueMode']) === 'hidden';
  return (
    <div ref={ref} className={vertical ? 'bars vertical' : 'bars'} tabIndex={0} role="group" aria-label="Bar gauge">
      {values.map((value) => (
        <div key={value.key} className="bar-row" data-stat={value.text}>
          <div className="bar-name ellipsis" title={value.name}>{values.length > 1 || panel.title === '' ? value.name : ''}</div>
          <div className={`bar-track ${mode} ${unfilled ? '' : 'bare'}`} role="img" aria-label={`${value.name}: ${value.text}`}>
            {mode === 'lcd' ? cells(value, look.dark) : <div className="bar-fill" style={fill(value, mode, vertical)} />}
          </div>
          {!hideValue && <div className="bar-value" style={{ color: inkOf(value.shown.color, look.dark) }}><ValueLink link={linkOf(value.field, value.frame, value.row, value.text, value.raw, links)}>{value.text}</ValueLink></div>}
        </div>
      ))}
    </div>
  );
}
