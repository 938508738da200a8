// A dashboard after normalisation: one shape for all schema versions, every field present.
import type { Json } from './json';

export interface GridPos {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A data source as panels name it: by uid or name, through a variable, or the default. */
export type DatasourceRef = { readonly kind: 'default' } | { readonly kind: 'mixed' } | { readonly kind: 'named'; readonly ref: string; readonly type: string };

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string | undefined;
  readonly format: 'time_series' | 'table' | 'heatmap';
  readonly instant: boolean;
  readonly range: boolean;
  readonly interval: string;
  readonly intervalFactor: number;
  readonly exemplar: boolean;
  readonly hide: boolean;
  readonly datasource: DatasourceRef;
}

export interface Threshold {
  /** -Infinity for the base step. */
  readonly value: number;
  readonly color: string;
}
export interface Thresholds {
  readonly mode: 'absolute' | 'percentage';
  readonly steps: readonly Threshold[];
}

export interface MappingResult {
  readonly text: string | undefined;
  readonly color: string | undefined;
}
export type Mapping =
  | { readonly type: 'value'; readonly options: Readonly<Record<string, MappingResult>> }
  | { readonly type: 'range'; readonly from: number; readonly to: number; readonly result: MappingResult }
  | { readonly type: 'regex'; readonly pattern: string; readonly result: MappingResult }
  | { readonly type: 'special'; readonly match: string; readonly result: MappingResult };

export interface Link {
  readonly title: string;
  readonly url: string;
  readonly newTab: boolean;
}

export interface FieldOptions {
  readonly unit: string;
  readonly decimals: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly displayName: string;
  readonly noValue: string;
  readonly color: { readonly mode: string; readonly fixedColor: string; readonly seriesBy: string };
  readonly thresholds: Thresholds;
  readonly mappings: readonly Mapping[];
  readonly links: readonly Link[];
  readonly custom: Json;
}

export interface Override {
  readonly matcher: { readonly id: string; readonly options: unknown };
  readonly properties: readonly { readonly id: string; readonly value: unknown }[];
}

export interface Transformation {
  readonly id: string;
  readonly options: Json;
  readonly disabled: boolean;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  /** What the file says, when normalisation chose another type. */
  readonly originalType: string;
  readonly title: string;
  readonly description: string;
  readonly grid: GridPos;
  readonly transparent: boolean;
  readonly datasource: DatasourceRef;
  readonly targets: readonly Target[];
  readonly options: Json;
  readonly defaults: FieldOptions;
  readonly overrides: readonly Override[];
  readonly transformations: readonly Transformation[];
  readonly links: readonly Link[];
  readonly interval: string;
  readonly maxDataPoints: number | undefined;
  readonly timeFrom: string;
  readonly timeShift: string;
  readonly repeat: string;
  readonly repeatDirection: 'h' | 'v';
  readonly maxPerRow: number;
  /** Rows only. */
  readonly collapsed: boolean;
  readonly panels: readonly Panel[];
}

export interface VariableOption {
  readonly text: string;
  readonly value: string;
}
export type VariableType = 'query' | 'datasource' | 'custom' | 'interval' | 'textbox' | 'constant' | 'adhoc' | 'unsupported';
export interface Variable {
  readonly name: string;
  readonly type: VariableType;
  readonly label: string;
  readonly hide: 'no' | 'label' | 'variable';
  readonly multi: boolean;
  readonly includeAll: boolean;
  readonly allValue: string;
  readonly query: string;
  readonly regex: string;
  readonly sort: number;
  readonly refreshOnTime: boolean;
  readonly datasource: DatasourceRef;
  readonly current: readonly string[];
  readonly options: readonly VariableOption[];
  readonly auto: { readonly count: number; readonly min: string } | undefined;
  readonly skipUrl: boolean;
}

export interface AnnotationQuery {
  readonly name: string;
  readonly enable: boolean;
  readonly hide: boolean;
  readonly color: string;
  readonly datasource: DatasourceRef;
  readonly expr: string;
  readonly step: string;
  readonly titleFormat: string;
  readonly textFormat: string;
  readonly tagKeys: string;
  readonly useValueForTime: boolean;
}

export interface DashboardLink {
  readonly type: 'link' | 'dashboards';
  readonly title: string;
  readonly url: string;
  readonly tags: readonly string[];
  readonly asDropdown: boolean;
  readonly newTab: boolean;
  readonly includeVars: boolean;
  readonly keepTime: boolean;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly timezone: string;
  readonly refresh: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly refreshIntervals: readonly string[];
  readonly hideTimepicker: boolean;
  readonly tooltip: 'own' | 'crosshair' | 'shared';
  readonly links: readonly DashboardLink[];
  readonly variables: readonly Variable[];
  readonly annotations: readonly AnnotationQuery[];
  readonly panels: readonly Panel[];
  readonly schemaVersion: number;
}
