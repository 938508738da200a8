// The stat panel: big numbers with their names, colours and sparklines.
import type { ReactNode } from 'react';
import { inkOf, readableOn } from '../../design/palette';
import { bool, num, obj, str } from '../../dashboard/json';
import { reduce } from '../../dashboard/reduce';
import type { PanelProps } from '../types';
import { gridFor, useSize } from '../useSize';
import { linkOf, ValueLink } from '../ValueLink';
import { valuesOf, type PanelValue } from '../values';
import { Sparkline } from './Sparkline';

function textsOf(mode: string, several: boolean, value: PanelValue, title: string): { readonly name: string; readonly value: string } {
  const shownName = mode === 'name' || mode === 'value_and_name' || (mode !== 'value' && mode !== 'none' && (several || title === '')) ? value.name : '';
  return { name: shownName, value: mode === 'name' || mode === 'none' ? '' : value.text };
}

function change(value: PanelValue): string {
  const first = reduce(value.values, 'firstNotNull');
  const last = reduce(value.values, 'lastNotNull');
  if (first === null || last === null || first === 0) return '';
  const percent = (100 * (last - first)) / Math.abs(first);
  return `${percent >= 0 ? '↑' : '↓'} ${Math.abs(percent).toFixed(1)}%`;
}

/** What the glyphs of bold system fonts take at most, in em. */
function widthOf(text: string): number {
  let em = 0;
  for (const glyph of text) em += '%mMwW@'.includes(glyph) ? 1.05 : '.,:;|!\'il '.includes(glyph) ? 0.38 : 0.72;
  return em;
}

/** A font size at which `text` fits into a width and a height. */
export function fitFont(text: string, width: number, height: number, most: number): number {
  return Math.max(12, Math.min(most, height, width / Math.max(1, widthOf(text))));
}

/** As in panels.css: room for the sparkline below the value. */
const SPARKLINE_PX = 24;

export function StatPanel({ panel, frames, look, links, text }: PanelProps): ReactNode {
  const [ref, size] = useSize();
  const values = valuesOf(frames, panel.options, look);
  const orientation = str(panel.options['orientation'], 'auto');
  const [columns, rows] = gridFor(values.length, size, 2.4, orientation === 'horizontal' ? 'horizontal' : orientation === 'vertical' ? 'vertical' : 'auto');
  const colorMode = str(panel.options['colorMode'], 'value');
  const withGraph = str(panel.options['graphMode'], 'area') === 'area';
  const mode = str(panel.options['textMode'], 'auto');
  const sizes = obj(panel.options['text']);
  const title = text(panel.title);
  const cell = { width: size.width / columns - 16, height: size.height / rows - 8 };
  return (
    <div className="stat-grid" ref={ref} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, gridTemplateRows: `repeat(${rows}, minmax(0, 1fr))` }}>
      {values.map((value) => {
        const shown = textsOf(mode, values.length > 1, value, title);
        const filled = colorMode.startsWith('background');
        const ink = filled ? readableOn(value.shown.color) : colorMode === 'value' ? inkOf(value.shown.color, look.dark) : undefined;
        const graph = withGraph && value.row < 0 && value.values.length > 1;
        const main = shown.value === '' ? shown.name : shown.value;
        const fontSize = num(sizes['valueSize']) ?? fitFont(main, cell.width, (cell.height - (graph ? SPARKLINE_PX : 0)) * (shown.name === '' || shown.value === '' ? 0.7 : 0.5), 52);
        return (
          <div key={value.key} className={filled ? 'stat filled' : 'stat'} style={{ ...(filled ? { background: value.shown.color, color: readableOn(value.shown.color) } : {}) }} data-stat={value.text}>
            {graph && <Sparkline values={value.values} color={filled ? readableOn(value.shown.color) : value.shown.color} />}
            {shown.name !== '' && shown.value !== '' && <div className="stat-name ellipsis" style={{ fontSize: num(sizes['titleSize']) ?? Math.max(12, Math.min(18, fontSize * 0.5)) }}>{shown.name}</div>}
            <div className="stat-value" style={{ fontSize, ...(ink === undefined ? {} : { color: ink }) }}>
              <ValueLink link={linkOf(value.field, value.frame, value.row, value.text, value.raw, links)}>{main}</ValueLink>
            </div>
            {bool(panel.options['showPercentChange']) && <div className="stat-change">{change(value)}</div>}
          </div>
        );
      })}
    </div>
  );
}
