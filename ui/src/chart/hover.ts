// The tooltip: plain DOM that follows the cursor, sorted by value, flipped at the edges. No React on the hot path.
import type uPlot from 'uplot';
import type { ChartModel } from './model';

export interface HoverOptions {
  readonly mode: 'multi' | 'single' | 'none';
  readonly sort: 'desc' | 'asc' | 'none';
  readonly time: (ms: number) => string;
}

const ROWS_MAX = 24;

interface Row {
  readonly label: string;
  readonly color: string;
  readonly text: string;
  readonly value: number;
  readonly near: boolean;
}

function nearestValue(data: ArrayLike<number | null | undefined>, index: number): number | undefined {
  const value = data[index];
  return value === null || value === undefined ? undefined : value;
}

/** The rows of the tooltip at `index`; `raw` are the columns before stacking. */
export function hoverRows(model: ChartModel, raw: readonly ArrayLike<number | null | undefined>[], visible: (key: string) => boolean, index: number, nearest: number, options: HoverOptions): Row[] {
  const rows: Row[] = [];
  model.series.forEach((series, i) => {
    if (series.hideTooltip || !visible(series.key)) return;
    if (options.mode === 'single' && i !== nearest) return;
    const value = nearestValue(raw[i] ?? [], index);
    if (value !== undefined) rows.push({ label: series.label, color: series.color, text: series.format(value), value, near: i === nearest });
  });
  if (options.sort !== 'none') rows.sort((a, b) => (options.sort === 'desc' ? b.value - a.value : a.value - b.value));
  return rows;
}

function element(tag: string, className: string, text?: string): HTMLElement {
  const out = document.createElement(tag);
  out.className = className;
  if (text !== undefined) out.textContent = text;
  return out;
}

export class Hover {
  private readonly box = element('div', 'chart-tip');
  constructor(private readonly host: HTMLElement) {
    this.box.hidden = true;
    document.body.append(this.box);
  }

  hide(): void {
    this.box.hidden = true;
  }
  destroy(): void {
    this.box.remove();
  }

  show(u: uPlot, ms: number, rows: readonly Row[], notes: readonly string[], options: HoverOptions): void {
    if (rows.length === 0 && notes.length === 0) {
      this.hide();
      return;
    }
    const shown = rows.length <= ROWS_MAX ? rows : rows.slice(0, ROWS_MAX);
    const parts: HTMLElement[] = [element('div', 'chart-tip-time', options.time(ms))];
    for (const row of shown) {
      const line = element('div', row.near ? 'chart-tip-row near' : 'chart-tip-row');
      const dot = element('i', 'swatch');
      dot.style.background = row.color;
      line.append(dot, element('span', 'chart-tip-label', row.label), element('b', '', row.text));
      parts.push(line);
    }
    if (rows.length > shown.length) parts.push(element('div', 'muted', `and ${rows.length - shown.length} more`));
    for (const note of notes) parts.push(element('div', 'chart-tip-note', note));
    this.box.replaceChildren(...parts);
    this.box.hidden = false;
    this.place(u);
  }

  private place(u: uPlot): void {
    const over = u.over.getBoundingClientRect();
    const x = over.left + (u.cursor.left ?? 0);
    const y = over.top + (u.cursor.top ?? 0);
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const left = x + 16 + width > window.innerWidth ? Math.max(4, x - 16 - width) : x + 16;
    const top = Math.min(Math.max(4, y + 12), Math.max(4, window.innerHeight - height - 4));
    this.box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    this.host.dataset['hovering'] = 'true';
  }
}
