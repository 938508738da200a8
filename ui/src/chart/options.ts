// A chart model → the options of uPlot: scales, axes, paths, fills.
import uPlot from 'uplot';
import { withAlpha } from '../design/palette';
import { formatTick, type Zone } from '../time/zone';
import type { Band } from './stack';
import type { ChartAxis, ChartModel, ChartSeries } from './model';

export interface Ink {
  readonly grid: string;
  readonly axis: string;
  readonly font: string;
}

/** The colours that a canvas needs, read from the tokens. */
export function readInk(): Ink {
  const style = getComputedStyle(document.documentElement);
  return { grid: style.getPropertyValue('--grid').trim(), axis: style.getPropertyValue('--axis').trim(), font: `11px ${style.getPropertyValue('--font').trim()}` };
}

const DOTS_MAX = 8;

function pathsOf(series: ChartSeries): uPlot.Series.PathBuilder | undefined {
  if (series.draw === 'points') return () => null;
  if (series.draw === 'bars') return uPlot.paths.bars?.({ size: [series.barWidth, Infinity], align: series.barAlign });
  if (series.interpolation === 'smooth') return uPlot.paths.spline?.();
  if (series.interpolation === 'stepBefore') return uPlot.paths.stepped?.({ align: -1 });
  if (series.interpolation === 'stepAfter') return uPlot.paths.stepped?.({ align: 1 });
  return uPlot.paths.linear?.();
}

function fillOf(series: ChartSeries): uPlot.Series.Fill | undefined {
  if (series.fill <= 0 || series.draw === 'points') return undefined;
  const strong = withAlpha(series.color, series.fill / 100);
  if (!series.gradient) return strong;
  return (u) => {
    const gradient = u.ctx.createLinearGradient(0, u.bbox.top, 0, u.bbox.top + u.bbox.height);
    gradient.addColorStop(0, strong);
    gradient.addColorStop(1, withAlpha(series.color, series.fill / 1_000));
    return gradient;
  };
}

function seriesOption(series: ChartSeries, visible: boolean): uPlot.Series {
  const paths = pathsOf(series);
  const fill = fillOf(series);
  return {
    label: series.label,
    show: visible,
    scale: series.scale,
    stroke: series.color,
    width: series.draw === 'points' ? 0 : series.width,
    spanGaps: false,
    ...(paths === undefined ? {} : { paths }),
    ...(fill === undefined ? {} : { fill }),
    ...(series.dash === undefined ? {} : { dash: [...series.dash] }),
    points: {
      ...(series.draw === 'points' || series.points === 'always' ? { show: true } : { show: series.draw !== 'bars', filter: isolatedPoints }),
      size: series.pointSize,
      fill: series.color,
    },
  };
}

/** Only the points between two gaps: they have no line and would be invisible otherwise. */
const isolatedPoints: uPlot.Series.Points.Filter = (u, seriesIndex) => {
  const data = u.data[seriesIndex];
  if (data === undefined) return null;
  const alone: number[] = [];
  let previous: number | null | undefined = null;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (value === undefined) continue;
    if (value !== null && previous === null) {
      let next = i + 1;
      while (next < data.length && data[next] === undefined) next++;
      if (next >= data.length || data[next] === null) alone.push(i);
    }
    previous = value;
  }
  return alone;
};

const DECADES_MAX = 1e15;

function logRange(dataMin: number | null | undefined, dataMax: number | null | undefined, axis: ChartAxis): [number, number] {
  const high = dataMax !== null && dataMax !== undefined && dataMax > 0 ? dataMax : axis.logBase;
  const low = dataMin !== null && dataMin !== undefined && dataMin > 0 ? Math.max(dataMin, high / DECADES_MAX) : high / axis.logBase;
  const [from, to] = uPlot.rangeLog(low, high, axis.logBase, false);
  const least = axis.min !== undefined && axis.min > 0 ? axis.min : (from ?? low);
  const most = axis.max !== undefined && axis.max > least ? axis.max : (to ?? high);
  return most > least ? [least, most] : [least, least * axis.logBase];
}

function scaleOption(axis: ChartAxis, series: readonly ChartSeries[]): uPlot.Scale {
  const mine = series.filter((one) => one.scale === axis.scale);
  const grounded = mine.some((one) => one.draw === 'bars' || one.stack !== 'none' || one.fill > 0);
  const distr = axis.distribution === 'log' ? 3 : axis.distribution === 'symlog' ? 4 : 1;
  return {
    distr,
    log: axis.logBase,
    range: (_u, dataMin, dataMax) => {
      let low = dataMin;
      let high = dataMax;
      // A logarithmic scale has no zero: without positive data it still needs a positive range, or its ticks never end.
      if (axis.distribution === 'log') return logRange(low, high, axis);
      if (low === null || high === null || low === undefined || high === undefined) return [axis.min ?? 0, axis.max ?? (axis.min ?? 0) + 1];
      // Nothing but zeros: one unit of room above instead of a hundred.
      if (low === 0 && high === 0 && !axis.centeredZero) return [axis.min ?? axis.softMin ?? 0, axis.max ?? axis.softMax ?? 1];
      if (axis.softMin !== undefined) low = Math.min(low, axis.softMin);
      if (axis.softMax !== undefined) high = Math.max(high, axis.softMax);
      if (axis.centeredZero) {
        const reach = Math.max(Math.abs(low), Math.abs(high)) || 1;
        return [axis.min ?? -reach, axis.max ?? reach];
      }
      const [from, to] = uPlot.rangeNum(low, high, {
        min: { pad: 0.08, soft: 0, mode: grounded ? 1 : 3 },
        max: { pad: 0.08, soft: 0, mode: grounded && high < 0 ? 1 : 3 },
      });
      const least = axis.min ?? (axis.softMin !== undefined && low === axis.softMin ? axis.softMin : from);
      let most = axis.max ?? (axis.softMax !== undefined && high === axis.softMax ? axis.softMax : to);
      if (least !== null && most !== null && most <= least) most = least + 1;
      return [least, most];
    },
  };
}

const widths = new Map<string, number>();
const WIDTHS_MAX = 2_000;

/** The width of an axis label, measured once: the same labels come again with every panel and every refresh. */
function widthOf(context: CanvasRenderingContext2D, font: string, text: string): number {
  const key = `${font}\n${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size >= WIDTHS_MAX) widths.clear();
    context.save();
    context.font = font;
    width = context.measureText(text).width;
    context.restore();
    widths.set(key, width);
  }
  return width;
}

function axisOption(axis: ChartAxis, ink: Ink, first: boolean): uPlot.Axis {
  return {
    scale: axis.scale,
    show: axis.show,
    side: axis.side === 'left' ? 3 : 1,
    stroke: ink.axis,
    font: ink.font,
    labelFont: ink.font,
    gap: 6,
    labelSize: 18,
    ...(axis.label === '' ? {} : { label: axis.label }),
    ...(axis.distribution === 'linear' && axis.steps !== undefined ? { incrs: [...axis.steps] } : {}),
    space: 28,
    grid: { show: first && axis.grid, stroke: ink.grid, width: 1 },
    ticks: { show: false },
    values: (_u, splits, _axis, _space, step) => splits.map((value) => (value === null ? '' : axis.format(value, step))),
    size: (u, values) => {
      if (values === null || values === undefined || values.length === 0) return 32;
      return Math.ceil(Math.max(...values.map((text) => widthOf(u.ctx, ink.font, text)))) + 14;
    },
  };
}

export interface Setup {
  readonly model: ChartModel;
  readonly zone: Zone;
  readonly width: number;
  readonly height: number;
  readonly bands: readonly Band[];
  readonly visible: (key: string) => boolean;
  readonly syncKey: string | undefined;
  readonly hooks: uPlot.Hooks.Arrays;
  readonly onDoubleClick: () => void;
}

function bandOptions(setup: Setup): uPlot.Band[] {
  const bands: uPlot.Band[] = setup.bands.map(({ upper, lower }) => ({ series: [upper + 1, lower + 1] }));
  setup.model.series.forEach((series, i) => {
    if (series.fillBelowTo === undefined) return;
    const lower = setup.model.series.findIndex((other) => other.key === series.fillBelowTo || other.label === series.fillBelowTo);
    if (lower >= 0) bands.push({ series: [i + 1, lower + 1], fill: withAlpha(series.color, Math.max(series.fill, 20) / 100) });
  });
  return bands;
}

export function uplotOptions(setup: Setup): uPlot.Options {
  const ink = readInk();
  const { model } = setup;
  const scales: uPlot.Scales = { x: { time: true, range: () => [model.from, model.to] } };
  for (const axis of model.axes) scales[axis.scale] = scaleOption(axis, model.series);
  const utc = setup.zone === 'utc' || setup.zone === 'UTC';
  const named = !utc && setup.zone !== 'browser' && setup.zone !== '';
  return {
    width: setup.width,
    height: setup.height,
    padding: [8, 16, 0, 4],
    legend: { show: false },
    scales,
    series: [{}, ...model.series.map((series) => seriesOption(series, setup.visible(series.key)))],
    bands: bandOptions(setup),
    axes: [
      {
        stroke: ink.axis,
        font: ink.font,
        size: 24,
        gap: 4,
        space: 72,
        grid: { stroke: ink.grid, width: 1 },
        ticks: { show: false },
        values: (_u, splits, _axis, _space, step) => splits.map((seconds) => formatTick(seconds * 1_000, setup.zone, step * 1_000)),
      },
      ...model.axes.map((axis, i) => axisOption(axis, ink, i === 0)),
    ],
    cursor: {
      x: true,
      y: true,
      // A dot for every series is an element for every series; where there are many, the nearest one has it.
      points: { size: 7, width: 2, one: model.series.length > DOTS_MAX },
      drag: { x: true, y: false, setScale: false },
      focus: { prox: 24 },
      bind: {
        dblclick: () => () => {
          setup.onDoubleClick();
          return null;
        },
      },
      ...(setup.syncKey === undefined ? {} : { sync: { key: setup.syncKey, scales: ['x', null] as [string, null], setSeries: false } }),
    },
    focus: { alpha: 0.35 },
    ...(utc || named ? { tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1_000), utc ? 'Etc/UTC' : setup.zone) } : {}),
    hooks: setup.hooks,
  };
}
