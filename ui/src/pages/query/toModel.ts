// A range answer → the chart. Colours are given out once per series and kept while the panel lives.
import type { Labels, MatrixItem, RawSample } from '../../api/types';
import { PLAIN_AXIS, PLAIN_SERIES, type ChartExemplar, type ChartModel, type ChartSeries } from '../../chart/model';
import { seriesColor } from '../../design/palette';
import { formatAxisValue, formatMetric, formatValue, parseValue } from './format';

export class ColorBook {
  private readonly given = new Map<string, number>();
  index(key: string): number {
    let found = this.given.get(key);
    if (found === undefined) {
      found = this.given.size;
      this.given.set(key, found);
    }
    return found;
  }
}

function columns(samples: readonly RawSample[]): { times: Float64Array; values: (number | null)[] } {
  const times = new Float64Array(samples.length);
  const values: (number | null)[] = new Array<number | null>(samples.length);
  samples.forEach(([time, text], i) => {
    const value = parseValue(text);
    times[i] = time;
    values[i] = Number.isFinite(value) ? value : null;
  });
  return { times, values };
}

export interface GraphWishes {
  readonly stacked: boolean;
  readonly yFromZero: boolean;
  readonly dark: boolean;
  readonly step: number;
  readonly from: number;
  readonly to: number;
}

export function matrixToModel(result: readonly MatrixItem[], wishes: GraphWishes, colors: ColorBook, exemplars: readonly ChartExemplar[]): ChartModel {
  const series = result
    .filter((item) => (item.values?.length ?? 0) > 0)
    .map((item): ChartSeries => {
      const key = formatMetric(item.metric);
      return {
        ...PLAIN_SERIES, ...columns(item.values ?? []), key, label: key, color: seriesColor(colors.index(key), wishes.dark), step: wishes.step,
        fill: wishes.stacked ? 40 : 0, stack: wishes.stacked ? 'normal' : 'none', format: formatValue,
      };
    });
  return {
    from: wishes.from, to: wishes.to, series, thresholds: [], thresholdStyle: 'off', annotations: [], exemplars,
    axes: [{ ...PLAIN_AXIS, softMin: wishes.yFromZero ? 0 : undefined, format: formatAxisValue }],
  };
}

export function labelsText(labels: Labels): string {
  return Object.entries(labels).map(([name, value]) => `${name}: ${value}`).join(', ');
}
