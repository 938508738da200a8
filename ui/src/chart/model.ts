// What a chart draws, independent of where it came from: pages and panels build this, the chart draws it.

export interface ChartSeries {
  /** Stable identity: colours and visibility stick to it over refreshes. */
  readonly key: string;
  readonly label: string;
  readonly color: string;
  /** Own timestamps (seconds, ascending) and values; null is a gap. */
  readonly times: ArrayLike<number>;
  readonly values: readonly (number | null)[];
  /** Distance between own points in seconds; a larger one is a gap. */
  readonly step: number;
  readonly draw: 'line' | 'bars' | 'points';
  readonly width: number;
  /** 0–100 */
  readonly fill: number;
  readonly gradient: boolean;
  readonly dash: readonly number[] | undefined;
  readonly interpolation: 'linear' | 'smooth' | 'stepBefore' | 'stepAfter';
  readonly points: 'auto' | 'always' | 'never';
  readonly pointSize: number;
  readonly barAlign: -1 | 0 | 1;
  readonly barWidth: number;
  readonly stack: 'none' | 'normal' | 'percent';
  readonly stackGroup: string;
  /** true spans all gaps, a number those up to so many seconds. */
  readonly spanNulls: boolean | number;
  readonly scale: string;
  readonly format: (value: number) => string;
  readonly hideTooltip: boolean;
  readonly hideLegend: boolean;
  /** Key of the series down to which this one is filled. */
  readonly fillBelowTo: string | undefined;
}

export interface ChartAxis {
  readonly scale: string;
  readonly side: 'left' | 'right';
  readonly show: boolean;
  readonly label: string;
  readonly format: (value: number, step: number) => string;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly softMin: number | undefined;
  readonly softMax: number | undefined;
  readonly centeredZero: boolean;
  readonly distribution: 'linear' | 'log' | 'symlog';
  readonly logBase: 2 | 10;
  /** Distances that ticks may have, for units that are not decimal. */
  readonly steps: readonly number[] | undefined;
  readonly grid: boolean;
}

export interface ChartThreshold {
  readonly value: number;
  readonly color: string;
  readonly scale: string;
}

export interface ChartAnnotation {
  readonly time: number;
  readonly timeEnd: number | undefined;
  readonly title: string;
  readonly text: string;
  readonly color: string;
}

export interface ChartExemplar {
  readonly time: number;
  readonly value: number;
  readonly text: string;
  readonly href: string | undefined;
}

export interface ChartModel {
  readonly from: number;
  readonly to: number;
  readonly series: readonly ChartSeries[];
  readonly axes: readonly ChartAxis[];
  readonly thresholds: readonly ChartThreshold[];
  readonly thresholdStyle: 'off' | 'line' | 'dashed' | 'area' | 'line+area' | 'dashed+area';
  readonly annotations: readonly ChartAnnotation[];
  readonly exemplars: readonly ChartExemplar[];
}

export const PLAIN_SERIES: Omit<ChartSeries, 'key' | 'label' | 'color' | 'times' | 'values' | 'step' | 'format'> = {
  draw: 'line', width: 1.5, fill: 0, gradient: false, dash: undefined, interpolation: 'linear', points: 'auto', pointSize: 5, barAlign: 0, barWidth: 0.8, stack: 'none',
  stackGroup: 'A', spanNulls: false, scale: 'y', hideTooltip: false, hideLegend: false, fillBelowTo: undefined,
};

export const PLAIN_AXIS: Omit<ChartAxis, 'format'> = {
  scale: 'y', side: 'left', show: true, label: '', min: undefined, max: undefined, softMin: undefined, softMax: undefined, centeredZero: false, distribution: 'linear', logBase: 10, steps: undefined, grid: true,
};
