// `rows[]` with spans and pixel heights (schema before 16) → panels with grid positions.
import { bool, isObj, list, num, obj, str, type Json } from '../json';

const CELL_PX = 38;
const HEIGHT_DEFAULT = 7;

function gridHeight(value: unknown): number | undefined {
  const px = num(typeof value === 'string' ? value.replace(/px$/, '') : value);
  return px === undefined || px <= 0 ? undefined : Math.max(2, Math.ceil(px / CELL_PX));
}

/** Panel JSON with `gridPos`, rows included when any of them has a title, is collapsed or repeats. */
export function rowsToPanels(rows: readonly unknown[]): readonly Json[] {
  const all = rows.filter(isObj);
  const showRows = all.some((row) => bool(row['collapse']) || bool(row['showTitle']) || str(row['repeat']) !== '');
  const out: Json[] = [];
  let top = 0;
  let id = 10_000;
  for (const row of all) {
    const rowHeight = gridHeight(row['height']) ?? HEIGHT_DEFAULT;
    const collapsed = bool(row['collapse']);
    const children: Json[] = [];
    let rowPanel: Json | undefined;
    if (showRows) {
      rowPanel = { id: id++, type: 'row', title: str(row['title'], 'Row'), collapsed, repeat: row['repeat'], gridPos: { x: 0, y: top, w: 24, h: 1 } };
      top += 1;
    }
    let x = 0;
    let lineHeight = 0;
    const start = top;
    for (const item of list(row['panels']).filter(isObj)) {
      const span = Math.floor(num(item['span']) ?? 4);
      const w = Math.min(24, Math.max(1, span * 2));
      const h = gridHeight(item['height']) ?? rowHeight;
      if (x + w > 24) {
        x = 0;
        top += lineHeight;
        lineHeight = 0;
      }
      const minSpan = num(item['minSpan']);
      children.push({ ...item, gridPos: { x, y: top, w, h }, ...(minSpan === undefined ? {} : { maxPerRow: Math.max(1, Math.floor(12 / minSpan)) }) });
      x += w;
      lineHeight = Math.max(lineHeight, h);
    }
    top += lineHeight;
    if (rowPanel !== undefined && collapsed) {
      out.push({ ...rowPanel, panels: children });
      top = start;
    } else {
      if (rowPanel !== undefined) out.push(rowPanel);
      out.push(...children);
    }
  }
  return out.map((panel) => obj(panel));
}
