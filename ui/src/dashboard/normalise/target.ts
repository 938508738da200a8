// One query of a panel.
import { bool, isObj, num, obj, oneOf, str } from '../json';
import type { DatasourceRef, Target } from '../model';
import { normaliseDatasource } from './datasource';

/** A, B, …, Z, AA, … */
export function refIdOf(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : refIdOf(Math.floor(index / 26) - 1) + refIdOf(index % 26);
}

export function normaliseTarget(value: unknown, index: number, panelDatasource: DatasourceRef): Target {
  const from = obj(value);
  const own = from['datasource'];
  const datasource = own === undefined || own === null || (isObj(own) && Object.keys(own).length === 0) ? panelDatasource : normaliseDatasource(own);
  const instant = bool(from['instant']);
  return {
    refId: str(from['refId'], refIdOf(index)),
    expr: str(from['expr']),
    legendFormat: from['legendFormat'] === undefined || from['legendFormat'] === null ? undefined : str(from['legendFormat']),
    format: oneOf(from['format'], ['time_series', 'table', 'heatmap'], 'time_series'),
    instant,
    range: bool(from['range'], !instant),
    interval: str(from['interval']),
    intervalFactor: Math.max(1, num(from['intervalFactor']) ?? 1),
    exemplar: bool(from['exemplar']),
    hide: bool(from['hide']),
    datasource,
  };
}
