// Panel type → component. The common ones are there at once, the rarer ones arrive as chunks.
import { lazy } from 'react';
import { BarGaugePanel } from './bargauge/BarGaugePanel';
import { GaugePanel } from './gauge/GaugePanel';
import { StatPanel } from './stat/StatPanel';
import { TablePanel } from './table/TablePanel';
import { TextPanel } from './text/TextPanel';
import { TimeSeriesPanel } from './timeseries/TimeSeriesPanel';
import type { PanelComponent } from './types';
import { UnsupportedPanel } from './unsupported/UnsupportedPanel';

const BY_TYPE: Readonly<Record<string, PanelComponent>> = {
  timeseries: TimeSeriesPanel,
  stat: StatPanel,
  gauge: GaugePanel,
  bargauge: BarGaugePanel,
  table: TablePanel,
  text: TextPanel,
  piechart: lazy(() => import('./piechart/PieChartPanel').then((m) => ({ default: m.PieChartPanel }))),
  heatmap: lazy(() => import('./heatmap/HeatmapPanel').then((m) => ({ default: m.HeatmapPanel }))),
  'state-timeline': lazy(() => import('./statetimeline/StateTimelinePanel').then((m) => ({ default: m.StateTimelinePanel }))),
  'status-history': lazy(() => import('./statetimeline/StateTimelinePanel').then((m) => ({ default: m.StateTimelinePanel }))),
  barchart: lazy(() => import('./barchart/BarChartPanel').then((m) => ({ default: m.BarChartPanel }))),
  histogram: lazy(() => import('./histogram/HistogramPanel').then((m) => ({ default: m.HistogramPanel }))),
  logs: lazy(() => import('./logs/LogsPanel').then((m) => ({ default: m.LogsPanel }))),
  dashlist: lazy(() => import('./dashlist/DashListPanel').then((m) => ({ default: m.DashListPanel }))),
  alertlist: lazy(() => import('./alertlist/AlertListPanel').then((m) => ({ default: m.AlertListPanel }))),
};

export function panelComponent(type: string): PanelComponent {
  return BY_TYPE[type] ?? UnsupportedPanel;
}

/** Panels that show something without any query. */
export const NEEDS_NO_DATA: ReadonlySet<string> = new Set(['text', 'dashlist', 'alertlist', 'row']);
