// The old table (`styles`, `columns`, `transform`) → `table` with overrides and transformations.
import { bool, isObj, list, num, obj, str, type Json } from '../json';

function overridesOf(styles: readonly Json[]): readonly unknown[] {
  return styles.map((style) => {
    const pattern = str(style['pattern']);
    const properties: { id: string; value: unknown }[] = [];
    const type = str(style['type']);
    if (str(style['alias']) !== '') properties.push({ id: 'displayName', value: str(style['alias']) });
    if (type === 'hidden') properties.push({ id: 'custom.hidden', value: true });
    if (type === 'date') properties.push({ id: 'unit', value: 'dateTimeAsIso' });
    if (type === 'number') {
      if (str(style['unit']) !== '') properties.push({ id: 'unit', value: str(style['unit']) });
      if (num(style['decimals']) !== undefined) properties.push({ id: 'decimals', value: num(style['decimals']) });
      const values = list(style['thresholds']).map(num).filter((value): value is number => value !== undefined);
      const colors = list(style['colors']).map((color) => str(color));
      const mode = { cell: 'color-background', row: 'color-background', value: 'color-text' }[str(style['colorMode'])];
      if (mode !== undefined && values.length > 0) {
        properties.push({ id: 'custom.cellOptions', value: { type: mode } });
        properties.push({ id: 'thresholds', value: { mode: 'absolute', steps: [{ value: null, color: colors[0] ?? 'green' }, ...values.map((value, i) => ({ value, color: colors[i + 1] ?? 'red' }))] } });
        properties.push({ id: 'color', value: { mode: 'thresholds' } });
      }
    }
    if (str(style['align']) !== '' && str(style['align']) !== 'auto') properties.push({ id: 'custom.align', value: str(style['align']) });
    if (bool(style['link'])) properties.push({ id: 'links', value: [{ title: str(style['linkTooltip'], 'Open'), url: str(style['linkUrl']), targetBlank: bool(style['linkTargetBlank']) }] });
    const expression = /^\/(.*)\/$/.exec(pattern);
    return { matcher: expression === null ? { id: 'byName', options: pattern } : { id: 'byRegexp', options: pattern }, properties };
  });
}

const REDUCERS: Readonly<Record<string, string>> = { avg: 'mean', min: 'min', max: 'max', total: 'sum', current: 'lastNotNull', count: 'count' };

export function oldTableToTable(panel: Json): Json {
  const transform = str(panel['transform']);
  const existing = obj(panel['fieldConfig']);
  const transformations: unknown[] = [...list(panel['transformations'])];
  if (transform === 'timeseries_aggregations') {
    const reducers = list(panel['columns']).map((column) => REDUCERS[str(obj(column)['value'])] ?? str(obj(column)['value'])).filter((name) => name !== '');
    transformations.unshift({ id: 'reduce', options: { reducers: reducers.length === 0 ? ['mean'] : reducers } });
  } else if (transform === 'timeseries_to_columns') transformations.unshift({ id: 'seriesToColumns', options: { byField: 'Time' } });
  else if (transform === 'timeseries_to_rows') transformations.unshift({ id: 'seriesToRows', options: {} });
  else if (list(panel['targets']).length > 1) transformations.unshift({ id: 'merge', options: {} });
  const catchAll = list(panel['styles']).map(obj).find((style) => str(style['pattern']) === '/.*/' && str(style['type']) === 'number');
  const sort = obj(panel['sort']);
  return {
    ...panel,
    type: 'table',
    transformations,
    options: { showHeader: bool(panel['showHeader'], true), ...(num(sort['col']) === undefined ? {} : { sortByIndex: { index: num(sort['col']), desc: bool(sort['desc']) } }), ...obj(panel['options']) },
    fieldConfig: {
      defaults: { unit: str(catchAll?.['unit'], 'short'), ...(num(catchAll?.['decimals']) === undefined ? {} : { decimals: num(catchAll?.['decimals']) }), ...obj(existing['defaults']) },
      overrides: [...overridesOf(list(panel['styles']).filter(isObj).filter((style) => style !== catchAll)), ...list(existing['overrides'])],
    },
  };
}
