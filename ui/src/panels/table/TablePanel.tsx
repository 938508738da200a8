// The table: sortable columns with units, colours, bars and links; only the rows in view are in the document.
import { useMemo, useState, type CSSProperties, type ReactNode } from 'react';
import { inkOf, readableOn } from '../../design/palette';
import { rangeOf, show, shownText, type Shown } from '../../dashboard/display';
import type { Field, Frame } from '../../dashboard/frames';
import { lengthOf } from '../../dashboard/frames';
import { bool, list, num, obj, str, strings } from '../../dashboard/json';
import { calcName, reduce } from '../../dashboard/reduce';
import { compareCells } from '../../dashboard/transform/table';
import type { PanelProps } from '../types';
import { linkOf, ValueLink } from '../ValueLink';
import { Sparkline } from '../stat/Sparkline';

interface Sort {
  readonly column: string;
  readonly desc: boolean;
}

const ROW_PX: Readonly<Record<string, number>> = { sm: 28, md: 36, lg: 44 };

function labelOf(field: Field): string {
  return field.displayName ?? field.name;
}

/** `cellOptions.type`, or what older files call `displayMode`. */
function cellMode(field: Field): string {
  const options = obj(field.options?.custom['cellOptions']);
  const type = str(options['type'], str(field.options?.custom['displayMode'], 'auto'));
  return type === 'gauge' || type === 'basic' || type === 'gradient-gauge' || type === 'lcd-gauge' ? 'gauge' : type.startsWith('color-background') ? 'color-background' : type;
}

function initialSort(panel: PanelProps['panel'], fields: readonly Field[]): Sort | undefined {
  const [first] = list(panel.options['sortBy']).map(obj);
  if (first !== undefined) {
    const wanted = str(first['displayName']);
    const field = fields.find((one) => labelOf(one) === wanted || one.name === wanted);
    return field === undefined ? undefined : { column: field.name, desc: bool(first['desc']) };
  }
  const byIndex = obj(panel.options['sortByIndex']);
  const field = fields[num(byIndex['index']) ?? -1];
  return field === undefined ? undefined : { column: field.name, desc: bool(byIndex['desc']) };
}

function styleOf(mode: string, shown: Shown, align: string, dark: boolean): CSSProperties {
  const side: CSSProperties = align === '' ? {} : { textAlign: align as 'left' | 'right' | 'center' };
  if (shown.text === '' || (Number.isNaN(shown.numeric) && !shown.mapped && shown.text === '-')) return side;
  if (mode === 'color-background') return { ...side, background: shown.color, color: readableOn(shown.color) };
  if (mode === 'color-text') return { ...side, color: inkOf(shown.color, dark) };
  return side;
}

/** Series that were not made a table get one: a row for each series, or the columns of the chosen frame. */
export function tableFrame(frames: readonly Frame[], index: number): Frame | undefined {
  return frames[Math.min(index, frames.length - 1)];
}

interface CellProps {
  readonly field: Field;
  readonly frame: Frame;
  readonly row: number;
  readonly range: readonly [number, number];
  readonly props: PanelProps;
}
function CellView({ field, frame, row, range, props }: CellProps): ReactNode {
  const raw = field.values[row] ?? null;
  const mode = cellMode(field);
  const shown = show(field, raw, 0, props.look, range);
  const text = raw === null && !shown.mapped && (field.options?.noValue ?? '') === '' ? '' : shownText(shown);
  const align = str(field.options?.custom['align'], 'auto');
  const side = align === 'auto' ? (field.type === 'number' ? 'right' : '') : align;
  if (mode === 'sparkline') return <td style={styleOf(mode, shown, side, props.look.dark)}><Sparkline values={field.values} color={shown.color} /></td>;
  return (
    <td style={styleOf(mode, shown, side, props.look.dark)} title={text}>
      {mode === 'gauge' && field.type === 'number' && raw !== null && <div className="cell-gauge"><div style={{ width: `${100 * shown.share}%`, background: shown.color }} /></div>}
      <ValueLink link={linkOf(field, frame, row, text, raw, props.links)}>{text}</ValueLink>
    </td>
  );
}

export function TablePanel(props: PanelProps): ReactNode {
  const { panel, frames } = props;
  const [frameIndex, setFrameIndex] = useState(num(panel.options['frameIndex']) ?? 0);
  const [picked, setPicked] = useState<Sort | undefined>(undefined);
  const [filter, setFilter] = useState('');
  const [scrollTop, setScrollTop] = useState(0);
  const frame = tableFrame(frames, frameIndex);
  const fields = useMemo(() => (frame?.fields ?? []).filter((field) => field.options?.custom['hidden'] !== true && !bool(obj(field.options?.custom['hideFrom'])['viz'])), [frame]);
  const sort = picked ?? initialSort(panel, fields);
  const rows = useMemo(() => {
    const all = Array.from({ length: frame === undefined ? 0 : lengthOf(frame) }, (_, i) => i);
    const words = filter.toLowerCase();
    const kept = words === '' ? all : all.filter((row) => fields.some((field) => String(field.values[row] ?? '').toLowerCase().includes(words)));
    const field = fields.find((one) => one.name === sort?.column);
    if (field === undefined || sort === undefined) return kept;
    return kept.sort((a, b) => (sort.desc ? -1 : 1) * compareCells(field.values[a] ?? null, field.values[b] ?? null));
  }, [frame, fields, sort?.column, sort?.desc, filter]);
  const ranges = useMemo(() => fields.map((field) => (field.options === undefined ? ([0, 1] as const) : rangeOf(field.options, field))), [fields]);
  if (frame === undefined) return null;

  const height = ROW_PX[str(panel.options['cellHeight'], 'sm')] ?? 28;
  const first = Math.max(0, Math.floor(scrollTop / height) - 20);
  const last = Math.min(rows.length, first + 100);
  const footer = obj(panel.options['footer']);
  const filterable = fields.some((field) => bool(field.options?.custom['filterable']));
  return (
    <div className="table-panel">
      {(frames.length > 1 || filterable) && (
        <div className="row table-tools">
          {frames.length > 1 && (
            <select className="select input-sm" aria-label="Table" value={frameIndex} onChange={(event) => setFrameIndex(Number(event.target.value))}>
              {frames.map((one, i) => <option key={i} value={i}>{one.name ?? one.refId}</option>)}
            </select>
          )}
          {filterable && <input className="input input-sm" type="search" aria-label="Filter rows" placeholder="Filter rows" value={filter} onChange={(event) => setFilter(event.target.value)} />}
        </div>
      )}
      <div className="table-scroll" tabIndex={0} role="group" aria-label="Table" onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}>
        <table className="table panel-table">
          <colgroup>{fields.map((field) => <col key={field.name} style={num(field.options?.custom['width']) === undefined ? {} : { width: num(field.options?.custom['width']) }} />)}</colgroup>
          {panel.options['showHeader'] !== false && (
            <thead>
              <tr>
                {fields.map((field) => {
                  const on = sort?.column === field.name;
                  const align = str(field.options?.custom['align'], 'auto');
                  return (
                    <th key={field.name} scope="col" aria-sort={on ? (sort.desc ? 'descending' : 'ascending') : undefined} style={{ textAlign: align === 'auto' ? (field.type === 'number' ? 'right' : 'left') : (align as 'left') }}>
                      <button type="button" className="th-sort" onClick={() => setPicked({ column: field.name, desc: on ? !sort.desc : field.type === 'number' })}>{labelOf(field)}{on ? (sort.desc ? ' ↓' : ' ↑') : ''}</button>
                    </th>
                  );
                })}
              </tr>
            </thead>
          )}
          <tbody>
            {first > 0 && <tr aria-hidden="true"><td colSpan={fields.length} style={{ height: first * height, padding: 0 }} /></tr>}
            {rows.slice(first, last).map((row) => (
              <tr key={row} style={{ height }}>
                {fields.map((field, i) => <CellView key={field.name} field={field} frame={frame} row={row} range={ranges[i] ?? [0, 1]} props={props} />)}
              </tr>
            ))}
            {last < rows.length && <tr aria-hidden="true"><td colSpan={fields.length} style={{ height: (rows.length - last) * height, padding: 0 }} /></tr>}
          </tbody>
          {bool(footer['show']) && (
            <tfoot>
              <tr>
                {fields.map((field, i) => {
                  const calc = strings(footer['reducer'])[0] ?? 'sum';
                  const wanted = strings(footer['fields']);
                  const value = field.type === 'number' && (wanted.length === 0 || wanted.includes(field.name)) ? reduce(rows.map((row) => field.values[row] ?? null), calc) : null;
                  return <td key={field.name} className={field.type === 'number' ? 'num' : ''}>{value === null ? (i === 0 ? calcName(calc) : '') : shownText(show(field, value, 0, props.look, ranges[i]))}</td>;
                })}
              </tr>
            </tfoot>
          )}
        </table>
      </div>
    </div>
  );
}
