// The old `singlestat` panel → `stat`, or `gauge` when it drew one.
import { bool, isObj, list, num, obj, str, type Json } from '../json';

const CALCS: Readonly<Record<string, string>> = { avg: 'mean', current: 'lastNotNull', total: 'sum', min: 'min', max: 'max', first: 'first', delta: 'delta', diff: 'diff', range: 'range', name: 'lastNotNull', last_time: 'lastNotNull' };

function thresholdsOf(panel: Json): Json | undefined {
  const values = str(panel['thresholds']).split(',').map(num).filter((value): value is number => value !== undefined);
  const colors = list(panel['colors']).map((color) => str(color));
  if (values.length === 0 || colors.length === 0) return undefined;
  return { mode: 'absolute', steps: [{ value: null, color: colors[0] }, ...values.map((value, i) => ({ value, color: colors[i + 1] ?? colors.at(-1) ?? 'red' }))] };
}

function mappingsOf(panel: Json): readonly unknown[] {
  const ranges = num(panel['mappingType']) === 2;
  const maps = list(ranges ? panel['rangeMaps'] : panel['valueMaps']).filter(isObj);
  return maps.map((map) => (ranges ? { type: 2, from: map['from'], to: map['to'], text: map['text'] } : { type: 1, value: map['value'], text: map['text'] })).filter((map) => str(map.text) !== '');
}

export function singlestatToStat(panel: Json): Json {
  const gauge = obj(panel['gauge']);
  const drawsGauge = bool(gauge['show']);
  const sparkline = obj(panel['sparkline']);
  const existing = obj(panel['fieldConfig']);
  const defaults = obj(existing['defaults']);
  const thresholds = thresholdsOf(panel);
  const affix = (text: unknown): string => str(text).trim();
  const prefix = affix(panel['prefix']);
  const postfix = affix(panel['postfix']);
  const unit = str(panel['format'], str(defaults['unit'], 'none'));
  const background = bool(panel['colorBackground']);
  return {
    ...panel,
    type: drawsGauge ? 'gauge' : 'stat',
    options: {
      reduceOptions: { calcs: [CALCS[str(panel['valueName'], 'avg')] ?? 'lastNotNull'], fields: '', values: false },
      colorMode: background ? 'background' : bool(panel['colorValue']) ? 'value' : 'none',
      graphMode: bool(sparkline['show']) ? 'area' : 'none',
      textMode: str(panel['valueName']) === 'name' ? 'name' : 'auto',
      showThresholdMarkers: bool(gauge['thresholdMarkers'], true),
      showThresholdLabels: bool(gauge['thresholdLabels']),
    },
    fieldConfig: {
      defaults: {
        ...defaults,
        unit: prefix !== '' && unit === 'none' ? `prefix:${prefix}` : postfix !== '' && (unit === 'none' || unit === 'short') ? `suffix:${postfix}` : unit,
        ...(num(panel['decimals']) === undefined ? {} : { decimals: num(panel['decimals']) }),
        ...(drawsGauge ? { min: num(gauge['minValue']) ?? 0, max: num(gauge['maxValue']) ?? 100 } : {}),
        ...(thresholds === undefined ? {} : { thresholds }),
        color: { mode: 'thresholds' },
        mappings: [...mappingsOf(panel), ...list(defaults['mappings'])],
        ...(str(panel['nullText']) === '' ? {} : { noValue: str(panel['nullText']) }),
      },
      overrides: list(existing['overrides']),
    },
  };
}
