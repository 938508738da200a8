// The one wrapper around uPlot. The instance lives as long as the shape of the model does; a refresh with the same
// series only hands over new data, so that nothing flashes.
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, type ReactNode } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './chart.css';
import { useDark } from '../time/prefs';
import { formatDateTime, type Zone } from '../time/zone';
import { align } from './align';
import { Hover, hoverRows, type HoverOptions } from './hover';
import { uplotOptions } from './options';
import { notesNear, paintAnnotations, paintExemplars, paintThresholds } from './overlay';
import { stackColumns } from './stack';
import { exposeChart, hideChart } from './testing';
import type { ChartModel } from './model';

export interface TimeChartProps {
  readonly id: string;
  readonly model: ChartModel;
  readonly zone: Zone;
  readonly visible: (key: string) => boolean;
  readonly syncKey?: string;
  readonly tooltip?: Partial<Omit<HoverOptions, 'time'>>;
  /** Milliseconds. */
  readonly onZoom: (from: number, to: number) => void;
  readonly onZoomOut: () => void;
}

/** Everything that needs a new instance when it changes; data and colours of the theme are handled apart. */
function shapeOf(model: ChartModel): string {
  const series = model.series.map((s) => [s.key, s.label, s.color, s.draw, s.width, s.fill, s.gradient, s.dash, s.interpolation, s.points, s.pointSize, s.stack, s.scale, s.fillBelowTo]);
  const axes = model.axes.map((a) => [a.scale, a.side, a.show, a.label, a.min, a.max, a.softMin, a.softMax, a.centeredZero, a.distribution, a.logBase, a.steps?.[0], a.format(1234.5, 1)]);
  return JSON.stringify([series, axes]);
}

function summary(model: ChartModel, zone: Zone): string {
  const last = model.series.slice(0, 5).map((series) => {
    const value = series.values.findLast((v) => v !== null);
    return `${series.label}: ${value === undefined || value === null ? 'no value' : series.format(value)}`;
  });
  return `Time series chart with ${model.series.length} series from ${formatDateTime(model.from * 1_000, zone)} to ${formatDateTime(model.to * 1_000, zone)}. Last values: ${last.join('; ')}${model.series.length > 5 ? '; and more' : ''}`;
}

export function TimeChart({ id, model, zone, visible, syncKey, tooltip, onZoom, onZoomOut }: TimeChartProps): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const dark = useDark();
  const latest = useRef({ model, visible, onZoom, onZoomOut, tooltip, raw: [] as ReturnType<typeof align>['columns'] });

  const hidden = model.series.filter((series) => !visible(series.key)).map((series) => series.key).join('\n');
  const prepared = useMemo(() => {
    const aligned = align(model.series);
    const positive = aligned.columns.map((column, i) => {
      const axis = model.axes.find((a) => a.scale === model.series[i]?.scale);
      return axis?.distribution === 'log' ? column.map((value) => (typeof value === 'number' && value <= 0 ? null : value)) : column;
    });
    const off = new Set(hidden.split('\n'));
    const stacked = stackColumns(positive, model.series.map((s) => ({ stack: s.stack, stackGroup: `${s.scale}/${s.stackGroup}`, visible: !off.has(s.key) })));
    return { raw: aligned.columns, data: [aligned.times, ...stacked.columns] as uPlot.AlignedData, bands: stacked.bands };
  }, [model, hidden]);
  latest.current = { model, visible, onZoom, onZoomOut, tooltip, raw: prepared.raw };

  const shape = useMemo(() => shapeOf(model), [model]);
  const bandShape = JSON.stringify(prepared.bands);

  const makeHooks = useCallback((hover: Hover): uPlot.Hooks.Arrays => {
    let nearest = -1;
    let inside = false;
    // Charts in sync get each other's selections; only the one that was dragged on acts.
    let dragged = false;
    return {
      ready: [(u) => {
        u.over.addEventListener('mousedown', () => { dragged = true; });
        u.over.addEventListener('mouseenter', () => { inside = true; });
        u.over.addEventListener('mouseleave', () => { inside = false; hover.hide(); });
      }],
      setSeries: [(_u, index) => { nearest = index === null ? -1 : index - 1; }],
      setCursor: [(u) => {
        const { idx, left = -1, top = -1 } = u.cursor;
        const options: HoverOptions = { mode: latest.current.tooltip?.mode ?? 'multi', sort: latest.current.tooltip?.sort ?? 'desc', time: (ms) => formatDateTime(ms, zone) };
        const seconds = idx === null || idx === undefined ? undefined : u.data[0][idx];
        if (!inside || left < 0 || seconds === undefined || idx === null || idx === undefined || options.mode === 'none') {
          hover.hide();
          return;
        }
        const rows = hoverRows(latest.current.model, latest.current.raw, latest.current.visible, idx, nearest, options);
        hover.show(u, seconds * 1_000, rows, notesNear(u, latest.current.model, left, top), options);
      }],
      setSelect: [(u) => {
        const own = dragged;
        dragged = false;
        if (u.select.width < 8) return;
        const from = u.posToVal(u.select.left, 'x');
        const to = u.posToVal(u.select.left + u.select.width, 'x');
        u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        if (own) latest.current.onZoom(from * 1_000, to * 1_000);
      }],
      drawAxes: [(u) => paintThresholds(u, latest.current.model)],
      draw: [(u) => {
        paintAnnotations(u, latest.current.model);
        paintExemplars(u, latest.current.model, u.axes[0] === undefined ? '#888' : getComputedStyle(u.root).color);
      }],
    };
  }, [zone]);

  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return;
    const hover = new Hover(element);
    const u = new uPlot(
      uplotOptions({
        model: latest.current.model, zone, width: Math.max(80, element.clientWidth), height: Math.max(60, element.clientHeight), bands: prepared.bands,
        visible: latest.current.visible, syncKey, hooks: makeHooks(hover), onDoubleClick: () => latest.current.onZoomOut(),
      }),
      prepared.data,
      element,
    );
    plot.current = u;
    exposeChart(id, u);
    const observer = new ResizeObserver(() => {
      const width = Math.max(80, element.clientWidth);
      const height = Math.max(60, element.clientHeight);
      if (u.width !== width || u.height !== height) u.setSize({ width, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      hover.destroy();
      hideChart(id, u);
      u.destroy();
      plot.current = null;
    };
    // The instance is remade only when its shape changes; data follows in the effect below.
  }, [id, shape, bandShape, zone, syncKey, dark, makeHooks]);

  useEffect(() => {
    const u = plot.current;
    if (u === null) return;
    const off = new Set(hidden.split('\n'));
    u.batch(() => {
      model.series.forEach((series, i) => {
        const show = !off.has(series.key);
        const option = u.series[i + 1];
        if (option !== undefined && option.show !== show) u.setSeries(i + 1, { show }, false);
      });
      if (u.data !== prepared.data) u.setData(prepared.data);
      // A new instance has it all already; asking again would draw everything twice.
      if (u.scales['x']?.min !== model.from || u.scales['x'].max !== model.to) u.setScale('x', { min: model.from, max: model.to });
    });
  }, [prepared, model, hidden]);

  return <div className="chart" ref={host} data-chart={id} role="img" aria-label={summary(model, zone)} />;
}
