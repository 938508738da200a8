// fieldConfig.defaults, thresholds, mappings, links and overrides, of every schema version.
import { bool, isObj, list, num, obj, oneOf, str, type Json } from '../json';
import type { FieldOptions, Link, Mapping, MappingResult, Override, Thresholds } from '../model';

const BY_THRESHOLD: ReadonlySet<string> = new Set(['stat', 'gauge', 'bargauge', 'table', 'status-history', 'logs']);
const NO_THRESHOLDS: Thresholds = { mode: 'absolute', steps: [{ value: -Infinity, color: 'green' }, { value: 80, color: 'red' }] };

export function normaliseThresholds(value: unknown): Thresholds | undefined {
  if (!isObj(value)) return undefined;
  const steps = list(value['steps']).map((step, i) => ({ value: i === 0 ? (num(obj(step)['value']) ?? -Infinity) : (num(obj(step)['value']) ?? -Infinity), color: str(obj(step)['color'], 'green') }));
  if (steps.length === 0) return undefined;
  const [first, ...rest] = steps;
  return { mode: oneOf(value['mode'], ['absolute', 'percentage'], 'absolute'), steps: first === undefined ? [] : [{ ...first, value: -Infinity }, ...rest.sort((a, b) => a.value - b.value)] };
}

function result(value: unknown): MappingResult {
  const from = obj(value);
  return { text: from['text'] === undefined || from['text'] === null ? undefined : str(from['text']), color: typeof from['color'] === 'string' ? from['color'] : undefined };
}

function modernMapping(from: Json): Mapping | undefined {
  const options = obj(from['options']);
  switch (from['type']) {
    case 'value':
      return { type: 'value', options: Object.fromEntries(Object.entries(options).map(([key, value]) => [key, result(value)])) };
    case 'range':
      return { type: 'range', from: num(options['from']) ?? -Infinity, to: num(options['to']) ?? Infinity, result: result(options['result']) };
    case 'regex':
      return { type: 'regex', pattern: str(options['pattern']), result: result(options['result']) };
    case 'special':
      return { type: 'special', match: str(options['match']), result: result(options['result']) };
    default:
      return undefined;
  }
}

/** Numbered types (1 value, 2 range) of older files, with `text` and `value`/`from`/`to` beside them. */
function legacyMapping(from: Json): Mapping | undefined {
  const text: MappingResult = { text: str(from['text']), color: undefined };
  if (num(from['type']) === 2 || (from['from'] !== undefined && from['to'] !== undefined)) return { type: 'range', from: num(from['from']) ?? -Infinity, to: num(from['to']) ?? Infinity, result: text };
  const value = str(from['value']);
  if (value === 'null') return { type: 'special', match: 'null', result: text };
  return value === '' && from['value'] === undefined ? undefined : { type: 'value', options: { [value]: text } };
}

export function normaliseMappings(value: unknown): readonly Mapping[] {
  return list(value).flatMap((item) => {
    const from = obj(item);
    const mapping = typeof from['type'] === 'string' && num(from['type']) === undefined ? modernMapping(from) : legacyMapping(from);
    return mapping === undefined ? [] : [mapping];
  });
}

export function normaliseLinks(value: unknown): readonly Link[] {
  return list(value).flatMap((item) => {
    const from = obj(item);
    const url = str(from['url'], str(from['dashUri']) === '' ? '' : `d/${str(from['dashUri'])}`);
    return url === '' ? [] : [{ title: str(from['title'], url), url, newTab: bool(from['targetBlank']) }];
  });
}

/** The colour mode of a field whose file names none: panels of series take colours in turn, panels of values by threshold. */
export function defaultColorMode(panelType: string): string {
  if (panelType === 'state-timeline') return 'continuous-GrYlRd';
  return BY_THRESHOLD.has(panelType) ? 'thresholds' : 'palette-classic';
}

export function normaliseField(value: unknown, colorMode = 'palette-classic'): FieldOptions {
  const from = obj(value);
  const color = obj(from['color']);
  return {
    unit: str(from['unit']),
    decimals: num(from['decimals']),
    min: num(from['min']),
    max: num(from['max']),
    displayName: str(from['displayName']),
    noValue: str(from['noValue']),
    color: { mode: str(color['mode'], colorMode), fixedColor: str(color['fixedColor']), seriesBy: str(color['seriesBy'], 'last') },
    thresholds: normaliseThresholds(from['thresholds']) ?? NO_THRESHOLDS,
    mappings: normaliseMappings(from['mappings']),
    links: normaliseLinks(from['links']),
    custom: obj(from['custom']),
  };
}

export function normaliseOverrides(value: unknown): readonly Override[] {
  return list(value).map((item) => {
    const from = obj(item);
    const matcher = obj(from['matcher']);
    return { matcher: { id: str(matcher['id']), options: matcher['options'] }, properties: list(from['properties']).map((property) => ({ id: str(obj(property)['id']), value: obj(property)['value'] })) };
  });
}
