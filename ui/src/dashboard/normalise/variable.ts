// templating.list → variables.
import { bool, isObj, list, num, obj, oneOf, str, strings } from '../json';
import type { Variable, VariableOption } from '../model';
import { normaliseDatasource } from './datasource';

const TYPES = ['query', 'datasource', 'custom', 'interval', 'textbox', 'constant', 'adhoc'] as const;

/** `$__all` and the words that older files used for it. */
export const ALL = '$__all';

function currentOf(value: unknown): readonly string[] {
  const from = obj(value)['value'];
  if (Array.isArray(from)) return strings(from);
  if (from === null || from === undefined || isObj(from)) return [];
  return [str(from)];
}

/** `a, b\, c, name : value` */
export function parseCustomOptions(query: string): readonly VariableOption[] {
  return (query.match(/(?:\\,|[^,])+/g) ?? [])
    .map((part) => part.replaceAll('\\,', ',').trim())
    .filter((part) => part !== '')
    .map((part) => {
      const pair = /^\s*(.+?)\s:\s(.+)$/.exec(part);
      return pair === null ? { text: part, value: part } : { text: (pair[1] ?? '').trim(), value: (pair[2] ?? '').trim() };
    });
}

function queryOf(from: Readonly<Record<string, unknown>>): string {
  const query = from['query'];
  if (isObj(query)) {
    if (str(query['query']) !== '') return str(query['query']);
    const label = str(query['label']);
    if (label !== '') return str(query['metric']) === '' ? `label_values(${label})` : `label_values(${str(query['metric'])}, ${label})`;
    return '';
  }
  return str(query, str(from['definition']));
}

export function normaliseVariable(value: unknown): Variable | undefined {
  const from = obj(value);
  const name = str(from['name']);
  if (name === '') return undefined;
  const type = TYPES.find((known) => known === from['type']) ?? 'unsupported';
  const query = queryOf(from);
  const given = list(from['options']).map((option) => ({ text: str(obj(option)['text'], str(obj(option)['value'])), value: str(obj(option)['value']) })).filter((option) => option.value !== ALL && option.value !== '');
  const options = type === 'custom' || type === 'interval' ? parseCustomOptions(query) : given;
  const hide = num(from['hide']) ?? 0;
  return {
    name,
    type,
    label: str(from['label']),
    hide: hide === 2 || type === 'constant' ? 'variable' : hide === 1 ? 'label' : 'no',
    multi: bool(from['multi']),
    includeAll: bool(from['includeAll']),
    allValue: str(from['allValue']),
    query,
    regex: str(from['regex']),
    sort: num(from['sort']) ?? 0,
    refreshOnTime: num(from['refresh']) === 2,
    datasource: normaliseDatasource(from['datasource']),
    current: currentOf(from['current']),
    options: options.length === 0 && type === 'custom' ? given : options,
    auto: bool(from['auto']) ? { count: num(from['auto_count']) ?? 30, min: str(from['auto_min'], '10s') } : undefined,
    skipUrl: bool(from['skipUrlSync']) || oneOf(from['type'], ['constant'], 'constant') === from['type'],
  };
}
