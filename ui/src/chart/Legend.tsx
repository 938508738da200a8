// The legend: a list or a table with calculations; every entry is a button.
import { memo, useState, type MouseEvent, type ReactNode } from 'react';

export interface LegendItem {
  readonly key: string;
  readonly label: string;
  readonly color: string;
  /** One text and one number (for sorting) per column. */
  readonly calcs: readonly { readonly text: string; readonly value: number }[];
}

interface LegendProps {
  readonly items: readonly LegendItem[];
  readonly columns: readonly string[];
  readonly mode: 'list' | 'table';
  readonly visible: (key: string) => boolean;
  readonly onPick: (key: string, add: boolean) => void;
  readonly sortBy?: string;
  readonly sortDesc?: boolean;
}

const LIST_MAX = 200;

function pickHandler(onPick: LegendProps['onPick'], key: string) {
  return (event: MouseEvent): void => onPick(key, event.ctrlKey || event.metaKey || event.shiftKey);
}

const HINT = 'Click: only this. Ctrl+click: show or hide.';

function ListLegend({ items, columns, visible, onPick }: LegendProps): ReactNode {
  const [all, setAll] = useState(false);
  const shown = all ? items : items.slice(0, LIST_MAX);
  return (
    <ul className="legend-list" aria-label="Legend">
      {shown.map((item) => (
        <li key={item.key}>
          <button type="button" className={visible(item.key) ? 'legend-item' : 'legend-item off'} aria-pressed={visible(item.key)} title={`${item.label}\n${HINT}`} onClick={pickHandler(onPick, item.key)}>
            <i className="swatch" style={{ background: item.color }} />
            <span className="ellipsis">{item.label}</span>
            {item.calcs.map((calc, i) => (
              <span key={columns[i]} className="legend-calc">{columns[i]}: {calc.text}</span>
            ))}
          </button>
        </li>
      ))}
      {items.length > shown.length && <li><button type="button" className="legend-item" onClick={() => setAll(true)}>{items.length - shown.length} more…</button></li>}
    </ul>
  );
}

function TableLegend({ items, columns, visible, onPick, sortBy, sortDesc }: LegendProps): ReactNode {
  const [sort, setSort] = useState<{ column: number; desc: boolean }>({ column: columns.findIndex((name) => name.toLowerCase() === (sortBy ?? '').toLowerCase()), desc: sortDesc ?? true });
  const sorted = [...items];
  if (sort.column >= 0) {
    const value = (item: LegendItem): number => {
      const found = item.calcs[sort.column]?.value ?? NaN;
      return Number.isNaN(found) ? -Infinity : found;
    };
    sorted.sort((a, b) => (sort.desc ? value(b) - value(a) : value(a) - value(b)));
  }
  return (
    <table className="legend-table">
      <thead>
        <tr>
          <th scope="col">Name</th>
          {columns.map((name, i) => (
            <th key={name} scope="col" className="num" aria-sort={sort.column === i ? (sort.desc ? 'descending' : 'ascending') : undefined}>
              <button type="button" className="th-sort" onClick={() => setSort({ column: i, desc: sort.column === i ? !sort.desc : true })}>
                {name}
                {sort.column === i ? (sort.desc ? ' ↓' : ' ↑') : ''}
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sorted.slice(0, LIST_MAX).map((item) => (
          <tr key={item.key} className={visible(item.key) ? '' : 'off'}>
            <td>
              <button type="button" className={visible(item.key) ? 'legend-item' : 'legend-item off'} aria-pressed={visible(item.key)} title={`${item.label}\n${HINT}`} onClick={pickHandler(onPick, item.key)}>
                <i className="swatch" style={{ background: item.color }} />
                <span className="ellipsis">{item.label}</span>
              </button>
            </td>
            {item.calcs.map((calc, i) => <td key={columns[i]} className="num">{calc.text}</td>)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export const Legend = memo(function Legend(props: LegendProps): ReactNode {
  if (props.items.length === 0) return null;
  return props.mode === 'table' ? <TableLegend {...props} /> : <ListLegend {...props} />;
});
