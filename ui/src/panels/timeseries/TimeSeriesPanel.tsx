// The time series panel: chart and legend, side by side or below each other.
import { useMemo, useRef, type ReactNode } from 'react';
import { Legend, type LegendItem } from '../../chart/Legend';
import { TimeChart } from '../../chart/TimeChart';
import { useVisibility } from '../../chart/visibility';
import type { ChartExemplar } from '../../chart/model';
import type { ExemplarSeries } from '../../api/types';
import { formatNumber } from '../../dashboard/display';
import { parseSample } from '../../dashboard/frames';
import { bool, obj, oneOf, str, strings } from '../../dashboard/json';
import { calcId, calcName, reduce } from '../../dashboard/reduce';
import type { PanelProps } from '../types';
import { seriesFields, toChartModel } from './toModel';

const TOOLTIP_MODES = ['multi', 'single', 'none'] as const;
const SORTS = ['desc', 'asc', 'none'] as const;

function toExemplars(series: readonly ExemplarSeries[]): readonly ChartExemplar[] {
  return series.flatMap((one) => one.exemplars.map((item) => ({ time: item.timestamp, value: parseSample(item.value) ?? 0, text: Object.entries(item.labels).map(([name, value]) => `${name}: ${value}`).join(', '), href: undefined })));
}

export function TimeSeriesPanel({ id, panel, frames, span, look, annotations, exemplars, syncKey, onZoom, onZoomOut }: PanelProps): ReactNode {
  const indices = useRef(new Map<string, number>());
  const legend = obj(panel.options['legend']);
  const tooltip = obj(panel.options['tooltip']);
  const items = useMemo(() => seriesFields(frames), [frames]);
  const model = useMemo(() => {
    const colorIndex = (key: string): number => {
      const known = indices.current.get(key) ?? indices.current.size;
      indices.current.set(key, known);
      return known;
    };
    return toChartModel(items, { panel, span, look, colorIndex, annotations, exemplars: toExemplars(exemplars) });
  }, [items, panel, span, look, annotations, exemplars]);
  const { visible, pick } = useVisibility(model.series.map((series) => series.key));

  const calcs = strings(legend['calcs']).map(calcId);
  const mode = oneOf(legend['displayMode'], ['list', 'table'], 'list');
  const showLegend = bool(legend['showLegend'], legend['displayMode'] !== 'hidden') && legend['displayMode'] !== 'hidden';
  const right = str(legend['placement']) === 'right';
  const legendItems = useMemo(
    () => items.flatMap((item, i): LegendItem[] => {
      const series = model.series[i];
      if (series === undefined || series.hideLegend) return [];
      return [{ key: item.key, label: item.label, color: series.color, calcs: calcs.map((calc) => {
        const value = reduce(item.values, calc);
        return { value: value ?? NaN, text: value === null ? '-' : formatNumber(item.options, value, look) };
      }) }];
    }),
    [items, model, look, calcs.join()],
  );
  return (
    <div className={right && showLegend ? 'panel-chart legend-right' : 'panel-chart'}>
      <div className="panel-chart-plot">
        <TimeChart
          id={id} model={model} zone={look.zone} visible={visible} onZoom={onZoom} onZoomOut={onZoomOut} {...(syncKey === undefined ? {} : { syncKey })}
          tooltip={{ mode: oneOf(tooltip['mode'], TOOLTIP_MODES, syncKey === undefined ? 'single' : 'multi'), sort: oneOf(tooltip['sort'], SORTS, 'desc') }}
        />
      </div>
      {showLegend && (
        <div className="panel-legend" tabIndex={0} role="group" aria-label="Legend">
          <Legend mode={mode} items={legendItems} columns={calcs.map(calcName)} visible={visible} onPick={pick} sortBy={str(legend['sortBy'])} sortDesc={bool(legend['sortDesc'], true)} />
        </div>
      )}
    </div>
  );
}
