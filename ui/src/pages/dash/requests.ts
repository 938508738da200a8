// A panel, a time range and variables → the queries as they will be sent. Pure.
import { parseDuration } from '../../time/duration';
import { resolveTime } from '../../time/range';
import { findDatasource, type Datasource } from '../../dashboard/datasources';
import { interpolate, asQuery, asText, type Scope } from '../../dashboard/interpolate';
import { alignSpan, minInterval, rangeMacros, SCRAPE_INTERVAL_DEFAULT_MS, stepMacros, stepsOf, type Span } from '../../dashboard/intervals';
import type { Panel } from '../../dashboard/model';
import { insertFilters, type AdhocFilter } from '../../dashboard/adhoc';

export interface Request {
  readonly refId: string;
  readonly datasource: Datasource;
  readonly expr: string;
  readonly instant: boolean;
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly legend: string | undefined;
  readonly format: 'time_series' | 'table' | 'heatmap';
  readonly exemplar: boolean;
}
export interface Requests {
  readonly list: readonly Request[];
  /** Targets that cannot be asked, with the reason. */
  readonly refused: readonly string[];
  readonly span: Span;
}

/** `timeFrom` narrows the range, `timeShift` moves it back. */
export function panelSpan(panel: Panel, span: Span, scope: Scope): Span {
  let { from, to } = span;
  const own = interpolate(panel.timeFrom, scope);
  if (own !== '') {
    const at = own.startsWith('now') ? resolveTime(own, to, 'utc') : undefined;
    const ms = parseDuration(own);
    from = at ?? (ms === undefined ? from : to - ms);
  }
  const shift = parseDuration(interpolate(panel.timeShift, scope).replace(/^now-/, ''));
  if (shift !== undefined) {
    from -= shift;
    to -= shift;
  }
  return { from, to };
}

export interface Surroundings {
  readonly datasources: readonly Datasource[];
  readonly scope: Scope;
  readonly span: Span;
  readonly widthPx: number;
  readonly filters: readonly AdhocFilter[];
}

export function requestsOf(panel: Panel, { datasources, scope, span: whole, widthPx, filters }: Surroundings): Requests {
  const span = panelSpan(panel, whole, scope);
  const refused: string[] = [];
  const points = panel.maxDataPoints ?? Math.max(100, widthPx);
  const asTable = panel.type === 'table';
  const list = panel.targets.flatMap((target): Request[] => {
    if (target.hide || target.expr.trim() === '') return [];
    const datasource = findDatasource(target.datasource, datasources, scope);
    if (datasource === undefined) {
      refused.push(`Query ${target.refId}: no data source of type ${target.datasource.kind === 'named' ? target.datasource.type : 'prometheus'} is set up here.`);
      return [];
    }
    const scrapeMs = parseDuration(datasource.timeInterval) ?? SCRAPE_INTERVAL_DEFAULT_MS;
    const base: Scope = { ...scope, builtins: { ...scope.builtins, ...rangeMacros(span), ...stepMacros(stepsOf({ spanMs: span.to - span.from, maxDataPoints: points, scrapeMs, panelMin: undefined, targetMin: undefined, intervalFactor: 1 })) } };
    const steps = stepsOf({ spanMs: span.to - span.from, maxDataPoints: points, scrapeMs, panelMin: minInterval(panel.interval, base), targetMin: minInterval(target.interval, base), intervalFactor: target.intervalFactor });
    const full: Scope = { ...base, builtins: { ...base.builtins, ...stepMacros(steps) } };
    const instant = target.instant && (!target.range || asTable);
    const aligned = alignSpan(span, steps.stepMs);
    return [{
      refId: target.refId, datasource, expr: insertFilters(interpolate(target.expr, full, asQuery), filters), instant,
      from: instant ? span.from : aligned.from, to: instant ? span.to : aligned.to, stepMs: steps.stepMs,
      legend: target.legendFormat === undefined ? undefined : interpolate(target.legendFormat, full, asText), format: target.format, exemplar: target.exemplar,
    }];
  });
  return { list, refused, span };
}
