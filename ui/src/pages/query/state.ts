// The query page's state and its address: `g0.expr`, `g0.tab`, `g0.range_input` … as Prometheus writes them,
// so that links made for its pages open here and the other way round. Pure.
import { formatDuration, parseDuration } from '../../time/duration';
import { formatDateTime, parseDateTime } from '../../time/zone';

export type Tab = 'table' | 'graph' | 'explain';
export type DisplayMode = 'lines' | 'stacked' | 'heatmap';
export type Density = 'low' | 'medium' | 'high';
export type Resolution = { readonly type: 'auto'; readonly density: Density } | { readonly type: 'fixed' | 'custom'; readonly stepMs: number };

export interface PanelState {
  readonly expr: string;
  readonly tab: Tab;
  readonly rangeMs: number;
  /** Right edge of the graph, instant of the table; undefined is now. */
  readonly end: number | undefined;
  readonly resolution: Resolution;
  readonly display: DisplayMode;
  readonly exemplars: boolean;
  readonly yFromZero: boolean;
  readonly tree: boolean;
}

export const NEW_PANEL: PanelState = {
  expr: '', tab: 'table', rangeMs: 3_600_000, end: undefined, resolution: { type: 'auto', density: 'medium' }, display: 'lines', exemplars: false, yFromZero: false, tree: false,
};

const POINTS: Readonly<Record<Density, number>> = { low: 100, medium: 250, high: 750 };

/** Seconds between two points of a graph. */
export function stepSeconds(resolution: Resolution, rangeMs: number): number {
  if (resolution.type === 'auto') return Math.max(Math.floor(rangeMs / POINTS[resolution.density] / 1_000), 1);
  return Math.max(resolution.stepMs / 1_000, 0.001);
}

function readTab(value: string): Tab {
  if (value === '0' || value === 'graph') return 'graph';
  return value === 'explain' ? 'explain' : 'table';
}

function readResolution(get: (key: string) => string | null): Resolution {
  const type = get('res_type');
  if (type === 'fixed' || type === 'custom') {
    const stepMs = parseDuration(get('res_step') ?? '');
    if (stepMs !== undefined && stepMs > 0) return { type, stepMs };
  }
  const step = parseDuration(get('step_input') ?? '');
  if (step !== undefined && step > 0) return { type: 'custom', stepMs: step };
  const density = get('res_density');
  return { type: 'auto', density: density === 'low' || density === 'high' ? density : 'medium' };
}

function readPanel(get: (key: string) => string | null): PanelState {
  const end = get('end_input') ?? get('moment_input');
  const mode = get('display_mode');
  return {
    expr: get('expr') ?? '',
    tab: readTab(get('tab') ?? ''),
    rangeMs: parseDuration(get('range_input') ?? '') ?? NEW_PANEL.rangeMs,
    end: end === null ? undefined : parseDateTime(end, 'utc'),
    resolution: readResolution(get),
    display: mode === 'stacked' || mode === 'heatmap' ? mode : get('stacked') === '1' ? 'stacked' : 'lines',
    exemplars: get('show_exemplars') === '1',
    yFromZero: get('y_axis_min') === 'zero',
    tree: get('show_tree') === '1',
  };
}

/** The panels of an address; one empty panel for an address without any. */
export function panelsFromSearch(search: string): readonly PanelState[] {
  const params = new URLSearchParams(search);
  const indices = new Set<number>();
  for (const key of params.keys()) {
    const match = /^g(\d+)\./.exec(key);
    if (match !== null) indices.add(Number(match[1]));
  }
  const panels = [...indices].sort((a, b) => a - b).slice(0, 64).map((index) => readPanel((key) => params.get(`g${index}.${key}`)));
  return panels.length === 0 ? [NEW_PANEL] : panels;
}

export function panelsToSearch(panels: readonly PanelState[], keep: URLSearchParams = new URLSearchParams()): URLSearchParams {
  const params = new URLSearchParams();
  panels.forEach((panel, index) => {
    const set = (key: string, value: string): void => params.set(`g${index}.${key}`, value);
    set('expr', panel.expr);
    set('show_tree', panel.tree ? '1' : '0');
    set('tab', panel.tab);
    if (panel.end !== undefined) {
      set('end_input', formatDateTime(panel.end, 'utc'));
      set('moment_input', formatDateTime(panel.end, 'utc'));
    }
    set('range_input', formatDuration(panel.rangeMs));
    set('res_type', panel.resolution.type);
    if (panel.resolution.type === 'auto') set('res_density', panel.resolution.density);
    else set('res_step', formatDuration(panel.resolution.stepMs));
    set('display_mode', panel.display);
    set('show_exemplars', panel.exemplars ? '1' : '0');
    if (panel.yFromZero) set('y_axis_min', 'zero');
  });
  for (const [key, value] of keep) if (!/^g\d+\./.test(key)) params.append(key, value);
  return params;
}

const RANGES_MS = [1, 10, 60, 300, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_419_200, 4_838_400, 15_724_800, 31_449_600].map((s) => s * 1_000);

/** The next round range up or down, for the − and + buttons. */
export function neighbourRange(rangeMs: number, direction: 1 | -1): number {
  const sorted = direction === 1 ? RANGES_MS : [...RANGES_MS].reverse();
  return sorted.find((candidate) => (direction === 1 ? candidate > rangeMs : candidate < rangeMs)) ?? rangeMs;
}
