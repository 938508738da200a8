// The old `graph` panel → `timeseries` (or `barchart`/`histogram`, by its x axis).
import { bool, isObj, list, num, obj, str, type Json } from '../json';

const NULLS: Readonly<Record<string, boolean>> = { connected: true, 'null as zero': false, null: false };

function legend(from: Json): Json {
  const calcs = ([['min', 'min'], ['max', 'max'], ['avg', 'mean'], ['current', 'lastNotNull'], ['total', 'sum']] as const).filter(([key]) => bool(from['values']) && bool(from[key])).map(([, calc]) => calc);
  const sort = { min: 'Min', max: 'Max', avg: 'Mean', current: 'Last *', total: 'Total' }[str(from['sort'])];
  return {
    showLegend: bool(from['show'], true),
    displayMode: bool(from['alignAsTable']) ? 'table' : 'list',
    placement: bool(from['rightSide']) ? 'right' : 'bottom',
    calcs,
    ...(sort === undefined ? {} : { sortBy: sort, sortDesc: bool(from['sortDesc'], true) }),
  };
}

function overrideOf(item: Json, rightAxis: Json): { properties: { id: string; value: unknown }[] } {
  const properties: { id: string; value: unknown }[] = [];
  const set = (id: string, value: unknown): void => {
    properties.push({ id, value });
  };
  for (const [key, value] of Object.entries(item)) {
    switch (key) {
      case 'color': set('color', { mode: 'fixed', fixedColor: value }); break;
      case 'fill': set('custom.fillOpacity', (num(value) ?? 0) * 10); break;
      case 'linewidth': set('custom.lineWidth', value); break;
      case 'lines': if (value === false) set('custom.lineWidth', 0); break;
      case 'bars': if (value === true) { set('custom.drawStyle', 'bars'); set('custom.fillOpacity', 100); } break;
      case 'points': set('custom.showPoints', value === true ? 'always' : 'never'); break;
      case 'dashes': if (value === true) set('custom.lineStyle', { fill: 'dash', dash: [num(item['dashLength']) ?? 10, num(item['spaceLength']) ?? 10] }); break;
      case 'hideTooltip': if (value === true) set('custom.hideFrom', { tooltip: true, viz: false, legend: bool(item['legend'], true) === false }); break;
      case 'legend': if (value === false && item['hideTooltip'] === undefined) set('custom.hideFrom', { legend: true, tooltip: false, viz: false }); break;
      case 'stack': set('custom.stacking', value === false ? { mode: 'none' } : { mode: 'normal', group: str(value, 'A') }); break;
      case 'steppedLine': if (value === true) set('custom.lineInterpolation', 'stepAfter'); break;
      case 'transform': set('custom.transform', value === 'negative-Y' ? 'negative-Y' : value); break;
      case 'fillBelowTo': set('custom.fillBelowTo', value); break;
      case 'yaxis':
        if (num(value) === 2) {
          set('custom.axisPlacement', 'right');
          set('unit', str(rightAxis['format'], 'short'));
          if (num(rightAxis['min']) !== undefined) set('min', num(rightAxis['min']));
          if (num(rightAxis['max']) !== undefined) set('max', num(rightAxis['max']));
          if (str(rightAxis['label']) !== '') set('custom.axisLabel', str(rightAxis['label']));
        }
        break;
      default: break;
    }
  }
  return { properties };
}

function matcherOf(alias: string): Json {
  const pattern = /^\/(.*)\/[gimsuy]*$/.exec(alias);
  return pattern === null ? { id: 'byName', options: alias } : { id: 'byRegexp', options: alias };
}

function thresholdsOf(panel: Json): Json | undefined {
  const steps = list(panel['thresholds']).filter(isObj);
  if (steps.length === 0) return undefined;
  const colors: Readonly<Record<string, string>> = { critical: 'red', warning: 'orange', ok: 'green' };
  return {
    mode: 'absolute',
    steps: [{ value: null, color: 'transparent' }, ...steps.map((step) => ({ value: num(step['value']) ?? null, color: colors[str(step['colorMode'])] ?? str(step['lineColor'], str(step['fillColor'], 'red')) }))],
  };
}

/** Panel JSON in, panel JSON of the newer type out; everything shared is left alone. */
export function graphToTimeseries(panel: Json): Json {
  const axes = list(panel['yaxes']).map(obj);
  const left = axes[0] ?? {};
  const right = axes[1] ?? {};
  const lines = bool(panel['lines'], true);
  const bars = bool(panel['bars']);
  const points = bool(panel['points']);
  const stack = bool(panel['stack']);
  const thresholds = thresholdsOf(panel);
  const logBase = num(left['logBase']) ?? 1;
  const existing = obj(panel['fieldConfig']);
  const existingDefaults = obj(existing['defaults']);
  const aliasColors = Object.entries(obj(panel['aliasColors'])).map(([alias, color]) => ({ matcher: { id: 'byName', options: alias }, properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }] }));
  const series = list(panel['seriesOverrides']).map(obj).filter((item) => str(item['alias']) !== '').map((item) => ({ matcher: matcherOf(str(item['alias'])), ...overrideOf(item, right) }));
  const custom = {
    drawStyle: bars ? 'bars' : lines ? 'line' : points ? 'points' : 'line',
    lineWidth: lines || bars ? (num(panel['linewidth']) ?? 1) : 0,
    fillOpacity: bars ? 100 : (num(panel['fill']) ?? 1) * 10,
    gradientMode: (num(panel['fillGradient']) ?? 0) > 0 ? 'opacity' : 'none',
    showPoints: points ? 'always' : 'never',
    pointSize: (num(panel['pointradius']) ?? 2) * 2,
    spanNulls: NULLS[str(panel['nullPointMode'], 'null')] ?? false,
    lineInterpolation: bool(panel['steppedLine']) ? 'stepAfter' : 'linear',
    stacking: stack ? { mode: bool(panel['percentage']) ? 'percent' : 'normal', group: 'A' } : { mode: 'none' },
    axisLabel: str(left['label']),
    axisPlacement: bool(left['show'], true) ? 'auto' : 'hidden',
    ...(bool(panel['dashes']) ? { lineStyle: { fill: 'dash', dash: [num(panel['dashLength']) ?? 10, num(panel['spaceLength']) ?? 10] } } : {}),
    ...(logBase > 1 ? { scaleDistribution: { type: 'log', log: logBase } } : {}),
    ...(thresholds === undefined ? {} : { thresholdsStyle: { mode: list(panel['thresholds']).some((step) => bool(obj(step)['fill'])) ? 'line+area' : 'line' } }),
    ...obj(existingDefaults['custom']),
  };
  return {
    ...panel,
    type: 'timeseries',
    options: {
      legend: legend(obj(panel['legend'])),
      tooltip: { mode: bool(obj(panel['tooltip'])['shared'], true) ? 'multi' : 'single', sort: (num(obj(panel['tooltip'])['sort']) ?? 0) === 2 ? 'desc' : (num(obj(panel['tooltip'])['sort']) ?? 0) === 1 ? 'asc' : 'none' },
    },
    fieldConfig: {
      defaults: {
        ...existingDefaults,
        unit: str(left['format'], str(existingDefaults['unit'], 'short')),
        ...(num(left['min']) === undefined ? {} : { min: num(left['min']) }),
        ...(num(left['max']) === undefined ? {} : { max: num(left['max']) }),
        ...(num(left['decimals'] ?? panel['decimals']) === undefined ? {} : { decimals: num(left['decimals'] ?? panel['decimals']) }),
        ...(thresholds === undefined ? {} : { thresholds }),
        custom,
      },
      overrides: [...aliasColors, ...series, ...list(existing['overrides'])],
    },
  };
}
