// Where every panel stands: rows open and closed, repeats of panels and rows, gaps closed upwards. Pure.
import type { GridPos, Panel } from './model';

/** Extra variable values for the panels of one repetition. */
export type ScopedValues = Readonly<Record<string, string>>;

export interface Placed {
  readonly key: string;
  readonly panel: Panel;
  readonly grid: GridPos;
  readonly scoped: ScopedValues;
  /** Rows only: whether it is open, and how many panels it holds. */
  readonly open: boolean;
  readonly count: number;
}

interface Section {
  readonly row: Panel | undefined;
  readonly panels: readonly Panel[];
}

function byPosition(a: Panel, b: Panel): number {
  return a.grid.y - b.grid.y || a.grid.x - b.grid.x;
}

/** The panels before the first row, then each row with its own. */
export function sectionsOf(panels: readonly Panel[]): readonly Section[] {
  const sections: { row: Panel | undefined; panels: Panel[] }[] = [{ row: undefined, panels: [] }];
  for (const panel of [...panels].sort(byPosition)) {
    if (panel.type === 'row') sections.push({ row: panel, panels: [...panel.panels].sort(byPosition) });
    else sections.at(-1)?.panels.push(panel);
  }
  return sections;
}

/** Repeats one panel for each value; `h` shares the width, `v` stacks. Returns positions relative to the panel's own top. */
function repeatPanel(panel: Panel, values: readonly string[]): { grid: GridPos; value: string }[] {
  if (panel.repeatDirection === 'v') return values.map((value, i) => ({ value, grid: { ...panel.grid, y: panel.grid.y + i * panel.grid.h } }));
  const perRow = Math.max(1, Math.min(values.length, panel.maxPerRow));
  const w = Math.max(1, Math.floor(24 / perRow));
  return values.map((value, i) => ({ value, grid: { x: (i % perRow) * w, y: panel.grid.y + Math.floor(i / perRow) * panel.grid.h, w, h: panel.grid.h } }));
}

/** Lets panels rise until they rest on another or on the top, as the grid does. */
export function compact<T extends { readonly grid: GridPos }>(items: readonly T[], top: number): { readonly placed: readonly T[]; readonly bottom: number } {
  const skyline = new Array<number>(24).fill(top);
  let bottom = top;
  const placed = [...items].sort((a, b) => a.grid.y - b.grid.y || a.grid.x - b.grid.x).map((item) => {
    const { x, w, h } = item.grid;
    let y = top;
    for (let column = x; column < Math.min(24, x + w); column++) y = Math.max(y, skyline[column] ?? top);
    for (let column = x; column < Math.min(24, x + w); column++) skyline[column] = y + h;
    bottom = Math.max(bottom, y + h);
    return { ...item, grid: { ...item.grid, y } };
  });
  return { placed, bottom };
}

function expand(panels: readonly Panel[], scoped: ScopedValues, suffix: string, valuesOf: (name: string) => readonly string[]): Placed[] {
  const out: Placed[] = [];
  let shift = 0;
  let line = -1;
  let lineShift = 0;
  for (const panel of panels) {
    if (panel.grid.y !== line) {
      line = panel.grid.y;
      shift += lineShift;
      lineShift = 0;
    }
    const base = { ...panel.grid, y: panel.grid.y + shift };
    const values = panel.repeat === '' || scoped[panel.repeat] !== undefined ? [] : valuesOf(panel.repeat);
    if (values.length === 0) {
      out.push({ key: `${panel.id}${suffix}`, panel, grid: base, scoped, open: true, count: 0 });
      continue;
    }
    const repeated = repeatPanel({ ...panel, grid: base }, values);
    for (const { grid, value } of repeated) out.push({ key: `${panel.id}${suffix}/${value}`, panel, grid, scoped: { ...scoped, [panel.repeat]: value }, open: true, count: 0 });
    const height = Math.max(...repeated.map(({ grid }) => grid.y + grid.h)) - base.y;
    lineShift = Math.max(lineShift, height - panel.grid.h);
  }
  return out;
}

/**
 * All panels and rows with their final places. `toggled` holds the keys of rows that a person opened or closed against
 * the file; `valuesOf` gives the chosen values of a variable.
 */
export function layout(panels: readonly Panel[], toggled: ReadonlySet<string>, valuesOf: (name: string) => readonly string[]): readonly Placed[] {
  const out: Placed[] = [];
  let top = 0;
  for (const section of sectionsOf(panels)) {
    const { row } = section;
    const values = row === undefined || row.repeat === '' ? [undefined] : valuesOf(row.repeat);
    for (const value of values.length === 0 ? [undefined] : values) {
      const scoped: ScopedValues = value === undefined || row === undefined ? {} : { [row.repeat]: value };
      const suffix = value === undefined ? '' : `@${value}`;
      let open = true;
      if (row !== undefined) {
        const key = `row ${row.id}${suffix}`;
        open = row.collapsed === toggled.has(key);
        out.push({ key, panel: row, grid: { x: 0, y: top, w: 24, h: 1 }, scoped, open, count: section.panels.length });
        top += 1;
      }
      if (!open) continue;
      const { placed, bottom } = compact(expand(section.panels, scoped, suffix, valuesOf), top);
      out.push(...placed);
      top = bottom;
    }
  }
  return out;
}
