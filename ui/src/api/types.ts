// The answers of the Prometheus HTTP API (/api/v1), as JSON delivers them.

export type Labels = Readonly<Record<string, string>>;
/** `[seconds, "value"]` */
export type RawSample = readonly [number, string];
/** `[boundary rule, lower, upper, count]` of a native histogram bucket. */
export type RawBucket = readonly [number, string, string, string];
export interface RawHistogram {
  readonly count: string;
  readonly sum: string;
  readonly buckets?: readonly RawBucket[];
}
export type RawHistogramSample = readonly [number, RawHistogram];

export interface VectorItem {
  readonly metric: Labels;
  readonly value?: RawSample;
  readonly histogram?: RawHistogramSample;
}
export interface MatrixItem {
  readonly metric: Labels;
  readonly values?: readonly RawSample[];
  readonly histograms?: readonly RawHistogramSample[];
}
export interface QueryStats {
  readonly timings?: Readonly<Record<string, number>>;
  readonly samples?: { readonly totalQueryableSamples?: number; readonly peakSamples?: number };
}
export type QueryData = (
  | { readonly resultType: 'vector'; readonly result: readonly VectorItem[] }
  | { readonly resultType: 'matrix'; readonly result: readonly MatrixItem[] }
  | { readonly resultType: 'scalar'; readonly result: RawSample }
  | { readonly resultType: 'string'; readonly result: RawSample }
) & { readonly stats?: QueryStats };

/** What every successful call carries besides its data. */
export interface Answer<T> {
  readonly data: T;
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

export interface Target {
  readonly discoveredLabels: Labels;
  readonly labels: Labels;
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly globalUrl: string;
  readonly lastError: string;
  readonly lastScrape: string;
  readonly lastScrapeDuration: number;
  readonly health: 'up' | 'down' | 'unknown';
  readonly scrapeInterval: string;
  readonly scrapeTimeout: string;
}
export interface DroppedTarget {
  readonly discoveredLabels: Labels;
  readonly scrapePool?: string;
}
export interface TargetsData {
  readonly activeTargets: readonly Target[];
  readonly droppedTargets?: readonly DroppedTarget[];
  readonly droppedTargetCounts?: Readonly<Record<string, number>>;
}
export interface RelabelStep {
  readonly rule: Readonly<Record<string, unknown>>;
  readonly output: Labels | null;
  readonly keep: boolean;
}

export type AlertState = 'firing' | 'pending' | 'inactive' | 'unknown';
export interface Alert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly state: AlertState;
  readonly activeAt: string;
  readonly value: string;
  readonly keepFiringSince?: string;
}
interface RuleBase {
  readonly name: string;
  readonly query: string;
  readonly labels?: Labels;
  readonly health: string;
  readonly lastError?: string;
  readonly evaluationTime: number;
  readonly lastEvaluation: string;
}
export interface AlertingRule extends RuleBase {
  readonly type: 'alerting';
  readonly state: AlertState;
  readonly duration: number;
  readonly keepFiringFor?: number;
  readonly annotations?: Labels;
  readonly alerts?: readonly Alert[];
}
export interface RecordingRule extends RuleBase {
  readonly type: 'recording';
}
export type Rule = AlertingRule | RecordingRule;
export interface RuleGroup {
  readonly name: string;
  readonly file: string;
  readonly interval: number;
  readonly limit?: number;
  readonly evaluationTime: number;
  readonly lastEvaluation: string;
  readonly rules: readonly Rule[];
}

export interface NameValue {
  readonly name: string;
  readonly value: number;
}
export interface TsdbStatus {
  readonly headStats: Readonly<Record<string, number>>;
  readonly seriesCountByMetricName?: readonly NameValue[] | null;
  readonly labelValueCountByLabelName?: readonly NameValue[] | null;
  readonly memoryInBytesByLabelName?: readonly NameValue[] | null;
  readonly seriesCountByLabelValuePair?: readonly NameValue[] | null;
}
export interface RunningQuery {
  readonly query: string;
  /** RFC 3339. */
  readonly since: string;
  readonly seconds: number;
}
/** What one expression has cost since the start. */
export interface QueryCost {
  readonly query: string;
  readonly count: number;
  readonly errors: number;
  readonly totalSeconds: number;
  readonly maxSeconds: number;
  readonly averageSeconds: number;
  readonly samples: number;
  readonly last?: string;
  readonly lastError?: string;
}
/** `/api/v1/status/queries`, an endpoint of Narthex. */
export interface QueryCosts {
  readonly since: string;
  readonly active: readonly RunningQuery[];
  readonly top: readonly QueryCost[];
  readonly expressions: number;
  readonly forgotten: number;
}
export interface WalReplay {
  readonly min: number;
  readonly max: number;
  readonly current: number;
}
export interface MetricMetadata {
  readonly type: string;
  readonly unit: string;
  readonly help: string;
}
export interface ExemplarSeries {
  readonly seriesLabels: Labels;
  readonly exemplars: readonly { readonly labels: Labels; readonly value: string; readonly timestamp: number }[];
}
/** One node of `/api/v1/parse_query`. */
export interface AstNode {
  readonly type: string;
  readonly [key: string]: unknown;
}
/** One operator of `/api/v1/explain`. */
export interface PlanNode {
  readonly operator: string;
  readonly expr: string;
  readonly mode: string;
  readonly steps: number;
  readonly once: boolean;
  /** Milliseconds. */
  readonly reads?: { readonly mint: number; readonly maxt: number };
  readonly notes: readonly string[];
  readonly inputs: readonly PlanNode[];
}
export interface Notification {
  readonly text: string;
  readonly date: string;
  readonly active: boolean;
}
