// Frames with field options → the chart: draw styles, axes per unit, stacking, thresholds, transforms. Pure.
import type { ChartAnnotation, ChartAxis, ChartExemplar, ChartModel, ChartSeries, ChartThreshold } from '../../chart/model';
import { BINARY_STEPS, durationSteps } from '../../chart/axisSteps';
import { PLAIN_AXIS } from '../../chart/model';
import { colorOf, formatAxis, formatNumber, rangeOf, type Look } from '../../dashboard/display';
import type { Cell, Field, Frame } from '../../dashboard/frames';
import { bool, list, num, obj, oneOf, str } from '../../dashboard/json';
import { thresholdValue } from '../../dashboard/mappings';
import type { FieldOptions, Panel } from '../../dashboard/model';
import { reduce } from '../../dashboard/reduce';
import { isBinary, secondsOf } from '../../dashboard/units';
import { resolveColor } from '../../design/palette';

const DRAW = ['line', 'bars', 'points'] as const;
const SMOOTH = ['linear', 'smooth', 'stepBefore', 'stepAfter'] as const;

export interface SeriesField {
  readonly key: string;
  readonly label: string;
  readonly field: Field;
  readonly frame: Frame;
  readonly options: FieldOptions;
  readonly values: readonly (number | null)[];
  readonly times: readonly Cell[];
}

function transformed(values: readonly Cell[], kind: string): readonly (number | null)[] {
  const flip = kind === 'negative-Y' ? -1 : 1;
  if (kind === 'constant') {
    const first = values.find((value): value is number => typeof value === 'number');
    return values.map(() => first ?? null);
  }
  return values.map((value) => (typeof value === 'number' && Number.isFinite(value) ? flip * value : typeof value === 'boolean' ? Number(value) : null));
}

/** All drawable columns, with keys that stay the same over refreshes. */
export function seriesFields(frames: readonly Frame[]): readonly SeriesField[] {
  const seen = new Map<string, number>();
  return frames.flatMap((frame) => {
    const time = frame.fields.find((field) => field.type === 'time');
    if (time === undefined) return [];
    return frame.fields.flatMap((field): SeriesField[] => {
      if ((field.type !== 'number' && field.type !== 'boolean') || field.options === undefined) return [];
      const label = field.displayName ?? field.name;
      const base = `${frame.refId}/${label}`;
      const nth = (seen.get(base) ?? 0) + 1;
      seen.set(base, nth);
      return [{ key: nth === 1 ? base : `${base}#${nth}`, label, field, frame, options: field.options, times: time.values, values: transformed(field.values, str(field.options.custom['transform'])) }];
    });
  });
}

function scaleKey(options: FieldOptions): string {
  const { custom } = options;
  const side = str(custom['axisPlacement'], 'auto');
  return JSON.stringify([options.unit, side === 'right' ? 'right' : side === 'hidden' ? 'hidden' : 'left', str(custom['axisLabel']), options.min ?? null, options.max ?? null, obj(custom['scaleDistribution'])['type'] ?? 'linear']);
}

function axisOf(scale: string, options: FieldOptions, first: boolean, look: Look): ChartAxis {
  const { custom } = options;
  const placement = str(custom['axisPlacement'], 'auto');
  const distribution = obj(custom['scaleDistribution']);
  return {
    ...PLAIN_AXIS,
    scale,
    side: placement === 'right' || (placement === 'auto' && !first) ? 'right' : 'left',
    show: placement !== 'hidden',
    label: str(custom['axisLabel']),
    min: options.min, max: options.max, softMin: num(custom['axisSoftMin']), softMax: num(custom['axisSoftMax']),
    centeredZero: bool(custom['axisCenteredZero']),
    distribution: oneOf(distribution['type'], ['linear', 'log', 'symlog'], 'linear'),
    logBase: num(distribution['log']) === 2 ? 2 : 10,
    steps: isBinary(options.unit) ? BINARY_STEPS : secondsOf(options.unit) === undefined ? undefined : durationSteps(1 / (secondsOf(options.unit) ?? 1)),
    grid: custom['axisGridShow'] !== false,
    format: (value, step) => formatAxis(options, value, step, look),
  };
}

function dashOf(custom: FieldOptions['custom']): readonly number[] | undefined {
  const style = obj(custom['lineStyle']);
  const given = list(style['dash']).map(num).filter((n): n is number => n !== undefined);
  if (style['fill'] === 'dash') return given.length > 0 ? given : [10, 10];
  if (style['fill'] === 'dot') return given.length > 0 ? given : [1, 8];
  return undefined;
}

function toSeconds(times: readonly Cell[]): Float64Array {
  return Float64Array.from(times, (time) => (typeof time === 'number' ? time / 1_000 : 0));
}

function seriesOf(item: SeriesField, times: Float64Array, scale: string, color: string, look: Look): ChartSeries {
  const { custom } = item.options;
  const stacking = obj(custom['stacking']);
  const hide = obj(custom['hideFrom']);
  const draw = oneOf(custom['drawStyle'], DRAW, 'line');
  const spanNulls = custom['spanNulls'];
  const stack = oneOf(stacking['mode'], ['none', 'normal', 'percent'], 'none');
  const hidden = bool(hide['viz']);
  return {
    key: item.key, label: item.label, color, times, values: hidden ? item.values.map(() => null) : item.values,
    step: (item.frame.stepMs ?? 0) / 1_000, draw, width: num(custom['lineWidth']) ?? 1, fill: num(custom['fillOpacity']) ?? 0,
    gradient: custom['gradientMode'] === 'opacity' || custom['gradientMode'] === 'hue', dash: dashOf(custom), interpolation: oneOf(custom['lineInterpolation'], SMOOTH, 'linear'),
    points: oneOf(custom['showPoints'], ['auto', 'always', 'never'], 'auto'), pointSize: num(custom['pointSize']) ?? 5, barAlign: num(custom['barAlignment']) === 1 ? 1 : num(custom['barAlignment']) === -1 ? -1 : 0,
    barWidth: num(custom['barWidthFactor']) ?? 0.6, stack, stackGroup: str(stacking['group'], 'A'), spanNulls: typeof spanNulls === 'number' ? spanNulls / 1_000 : spanNulls === true,
    scale, format: (value) => formatNumber(item.options, value, look), hideTooltip: bool(hide['tooltip']) || hidden, hideLegend: bool(hide['legend']),
    fillBelowTo: str(custom['fillBelowTo']) === '' ? undefined : str(custom['fillBelowTo']),
  };
}

export interface TimeSeriesWishes {
  readonly panel: Panel;
  readonly span: { readonly from: number; readonly to: number };
  readonly look: Look;
  readonly colorIndex: (key: string) => number;
  readonly annotations: readonly ChartAnnotation[];
  readonly exemplars: readonly ChartExemplar[];
}

export function toChartModel(items: readonly SeriesField[], { panel, span, look, colorIndex, annotations, exemplars }: TimeSeriesWishes): ChartModel {
  const axes = new Map<string, ChartAxis>();
  const seconds = new Map<readonly Cell[], Float64Array>();
  const series = items.map((item) => {
    const key = scaleKey(item.options);
    let axis = axes.get(key);
    if (axis === undefined) {
      axis = axisOf(`y${axes.size}`, item.options, axes.size === 0, look);
      axes.set(key, axis);
    }
    const by = item.options.color.seriesBy;
    const value = reduce(item.values, by === 'min' || by === 'max' ? by : 'lastNotNull');
    const times = seconds.get(item.times) ?? toSeconds(item.times);
    seconds.set(item.times, times);
    return seriesOf(item, times, axis.scale, colorOf(item.options, value, rangeOf(item.options, item.field), colorIndex(item.key), look), look);
  });
  const first = items[0];
  const style = obj(panel.defaults.custom['thresholdsStyle'])['mode'];
  const [min, max] = first === undefined ? [0, 1] : rangeOf(panel.defaults, first.field);
  const thresholds = panel.defaults.thresholds.steps.map((step): ChartThreshold => ({ value: step.value === -Infinity ? -Infinity : thresholdValue(panel.defaults.thresholds, step.value, min, max), color: resolveColor(step.color, look.dark), scale: 'y0' }));
  return {
    from: span.from / 1_000, to: span.to / 1_000, series, axes: axes.size === 0 ? [{ ...PLAIN_AXIS, format: String }] : [...axes.values()],
    thresholds, thresholdStyle: oneOf(style, ['off', 'line', 'dashed', 'area', 'line+area', 'dashed+area'], 'off'), annotations, exemplars,
  };
}
