// The typed client of one Prometheus API. `base` is `api/v1` on the server's own pages and the proxy of a data
// source on dashboards; everything else is the same.
import { prometheusCall } from './http';
import type {
  AlertState, Answer, Alert, AstNode, ExemplarSeries, Labels, MetricMetadata, Notification, PlanNode, QueryCosts, QueryData, RelabelStep, RuleGroup, TargetsData, TsdbStatus, WalReplay,
} from './types';

export interface RangeRequest {
  readonly query: string;
  /** Seconds since the epoch. */
  readonly start: number;
  readonly end: number;
  /** Seconds. */
  readonly step: number;
}

export class Prometheus {
  readonly base: string;
  constructor(base = 'api/v1') {
    this.base = base;
  }

  private call<T>(path: string, params: Parameters<typeof prometheusCall>[1] = {}, signal?: AbortSignal, method: 'GET' | 'POST' = 'GET'): Promise<Answer<T>> {
    return prometheusCall<T>(`${this.base}/${path}`, params, signal, method);
  }

  query(query: string, time: number | undefined, signal?: AbortSignal, stats = false): Promise<Answer<QueryData>> {
    return this.call('query', { query, time, stats: stats ? 'true' : undefined }, signal, 'POST');
  }
  queryRange(request: RangeRequest, signal?: AbortSignal, stats = false): Promise<Answer<QueryData>> {
    return this.call('query_range', { ...request, stats: stats ? 'true' : undefined }, signal, 'POST');
  }
  exemplars(query: string, start: number, end: number, signal?: AbortSignal): Promise<Answer<readonly ExemplarSeries[]>> {
    return this.call('query_exemplars', { query, start, end }, signal);
  }
  formatQuery(query: string, signal?: AbortSignal): Promise<Answer<string>> {
    return this.call('format_query', { query }, signal);
  }
  parseQuery(query: string, signal?: AbortSignal): Promise<Answer<AstNode>> {
    return this.call('parse_query', { query }, signal);
  }
  explain(request: RangeRequest, signal?: AbortSignal): Promise<Answer<PlanNode>> {
    return this.call('explain', { ...request }, signal, 'POST');
  }
  labelNames(match: readonly string[], start?: number, end?: number, signal?: AbortSignal): Promise<Answer<readonly string[]>> {
    return this.call('labels', { 'match[]': match, start, end }, signal);
  }
  labelValues(label: string, match: readonly string[], start?: number, end?: number, signal?: AbortSignal, limit?: number): Promise<Answer<readonly string[]>> {
    return this.call(`label/${encodeURIComponent(label)}/values`, { 'match[]': match, start, end, limit }, signal);
  }
  series(match: readonly string[], start?: number, end?: number, signal?: AbortSignal, limit?: number): Promise<Answer<readonly Labels[]>> {
    return this.call('series', { 'match[]': match, start, end, limit }, signal);
  }
  metadata(signal?: AbortSignal): Promise<Answer<Readonly<Record<string, readonly MetricMetadata[]>>>> {
    return this.call('metadata', {}, signal);
  }
  targets(state: 'active' | 'dropped' | 'any', signal?: AbortSignal, scrapePool?: string): Promise<Answer<TargetsData>> {
    return this.call('targets', { state, scrapePool }, signal);
  }
  scrapePools(signal?: AbortSignal): Promise<Answer<{ readonly scrapePools: readonly string[] }>> {
    return this.call('scrape_pools', {}, signal);
  }
  relabelSteps(scrapePool: string, labels: Labels, signal?: AbortSignal): Promise<Answer<{ readonly steps: readonly RelabelStep[] }>> {
    return this.call('targets/relabel_steps', { scrapePool, labels: JSON.stringify(labels) }, signal);
  }
  alerts(signal?: AbortSignal): Promise<Answer<{ readonly alerts: readonly (Alert & { state: AlertState })[] }>> {
    return this.call('alerts', {}, signal);
  }
  rules(type: 'alert' | 'record' | undefined, signal?: AbortSignal): Promise<Answer<{ readonly groups: readonly RuleGroup[] }>> {
    return this.call('rules', { type }, signal);
  }
  alertmanagers(signal?: AbortSignal): Promise<Answer<{ readonly activeAlertmanagers: readonly { url: string }[]; readonly droppedAlertmanagers: readonly { url: string }[] }>> {
    return this.call('alertmanagers', {}, signal);
  }
  notifications(signal?: AbortSignal): Promise<Answer<readonly Notification[]>> {
    return this.call('notifications', {}, signal);
  }
  tsdb(limit: number, signal?: AbortSignal): Promise<Answer<TsdbStatus>> {
    return this.call('status/tsdb', { limit }, signal);
  }
  queries(by: string, limit: number, signal?: AbortSignal): Promise<Answer<QueryCosts>> {
    return this.call('status/queries', { by, limit }, signal);
  }
  walReplay(signal?: AbortSignal): Promise<Answer<WalReplay>> {
    return this.call('status/walreplay', {}, signal);
  }
  status<T>(what: 'buildinfo' | 'runtimeinfo' | 'flags' | 'config', signal?: AbortSignal): Promise<Answer<T>> {
    return this.call(`status/${what}`, {}, signal);
  }
}
