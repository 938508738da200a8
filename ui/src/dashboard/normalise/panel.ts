// One panel of any schema version → `Panel`. Types that have a successor become it first.
import { bool, isObj, list, num, obj, oneOf, str, type Json } from '../json';
import type { GridPos, Panel, Transformation } from '../model';
import { normaliseDatasource } from './datasource';
import { defaultColorMode, normaliseField, normaliseLinks, normaliseOverrides } from './field';
import { graphToTimeseries } from './graph';
import { singlestatToStat } from './singlestat';
import { oldTableToTable } from './table';
import { normaliseTarget } from './target';

const DEFAULT_GRID: GridPos = { x: 0, y: 0, w: 12, h: 8 };
const RENAMED: Readonly<Record<string, string>> = { 'grafana-piechart-panel': 'piechart', 'timeseries-panel': 'timeseries', 'barchart-panel': 'barchart', 'grafana-singlestat-panel': 'singlestat', 'vonage-status-panel': 'stat' };

/** Moves a panel of an older type to the type that took its place. */
function successor(panel: Json): Json {
  const type = RENAMED[str(panel['type'])] ?? str(panel['type']);
  const renamed = type === panel['type'] ? panel : { ...panel, type };
  if (type === 'graph') return graphToTimeseries(renamed);
  if (type === 'singlestat') return singlestatToStat(renamed);
  if (type === 'table-old' || (type === 'table' && Array.isArray(panel['styles']) && !isObj(obj(panel['options'])['footer']) && !isObj(panel['fieldConfig']))) return oldTableToTable(renamed);
  if (type === 'text' && panel['options'] === undefined) return { ...renamed, options: { content: panel['content'], mode: panel['mode'] } };
  if ((type === 'gauge' || type === 'bargauge' || type === 'stat') && isObj(obj(panel['options'])['fieldOptions'])) return legacyFieldOptions(renamed);
  return renamed;
}

/** `options.fieldOptions` of the first gauges → `fieldConfig` and `reduceOptions`. */
function legacyFieldOptions(panel: Json): Json {
  const options = obj(panel['options']);
  const from = obj(options['fieldOptions']);
  return {
    ...panel,
    options: { ...options, reduceOptions: { calcs: from['calcs'], values: from['values'], fields: '' } },
    fieldConfig: { defaults: { ...obj(from['defaults']), color: { mode: 'thresholds' }, ...obj(obj(panel['fieldConfig'])['defaults']) }, overrides: list(obj(panel['fieldConfig'])['overrides']) },
  };
}

export function normaliseGrid(value: unknown): GridPos | undefined {
  if (!isObj(value)) return undefined;
  const w = Math.min(24, Math.max(1, num(value['w']) ?? DEFAULT_GRID.w));
  return { x: Math.min(24 - w, Math.max(0, num(value['x']) ?? 0)), y: Math.max(0, num(value['y']) ?? 0), w, h: Math.max(1, num(value['h']) ?? DEFAULT_GRID.h) };
}

function normaliseTransformations(value: unknown): readonly Transformation[] {
  return list(value).map((item) => ({ id: str(obj(item)['id']), options: obj(obj(item)['options']), disabled: bool(obj(item)['disabled']) })).filter((item) => item.id !== '');
}

export function normalisePanel(raw: unknown, fallbackId: number): Panel {
  const original = obj(raw);
  const panel = successor(original);
  const fieldConfig = obj(panel['fieldConfig']);
  const datasource = normaliseDatasource(panel['datasource']);
  return {
    id: num(panel['id']) ?? fallbackId,
    type: str(panel['type'], 'unknown'),
    originalType: str(original['type'], 'unknown'),
    title: str(panel['title']),
    description: str(panel['description']),
    grid: normaliseGrid(panel['gridPos']) ?? DEFAULT_GRID,
    transparent: bool(panel['transparent']),
    datasource,
    targets: list(panel['targets']).map((target, i) => normaliseTarget(target, i, datasource)),
    options: obj(panel['options']),
    defaults: normaliseField(fieldConfig['defaults'], defaultColorMode(str(panel['type']))),
    overrides: normaliseOverrides(fieldConfig['overrides']),
    transformations: normaliseTransformations(panel['transformations']),
    links: normaliseLinks(panel['links']),
    interval: str(panel['interval']),
    maxDataPoints: num(panel['maxDataPoints']),
    timeFrom: str(panel['timeFrom']),
    timeShift: str(panel['timeShift']),
    repeat: str(panel['repeat']),
    repeatDirection: oneOf(panel['repeatDirection'], ['h', 'v'], 'h'),
    maxPerRow: num(panel['maxPerRow']) ?? 4,
    collapsed: bool(panel['collapsed']),
    panels: list(panel['panels']).map((child, i) => normalisePanel(child, fallbackId * 1_000 + i + 1)),
  };
}
