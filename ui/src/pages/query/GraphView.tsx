// The range result as a graph, with its legend below.
import { useMemo, useRef, type ReactNode } from 'react';
import type { MatrixItem, QueryData } from '../../api/types';
import { Legend } from '../../chart/Legend';
import { TimeChart } from '../../chart/TimeChart';
import { useVisibility } from '../../chart/visibility';
import type { ChartExemplar } from '../../chart/model';
import { Empty, Note } from '../../design/Note';
import { useDark, useZone } from '../../time/prefs';
import { HistogramHeatmap } from './HistogramHeatmap';
import { ColorBook, matrixToModel } from './toModel';
import type { DisplayMode } from './state';

interface GraphViewProps {
  readonly id: string;
  readonly data: QueryData;
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly display: DisplayMode;
  readonly yFromZero: boolean;
  readonly exemplars: readonly ChartExemplar[];
  readonly onZoom: (from: number, to: number) => void;
  readonly onZoomOut: () => void;
}

const SERIES_MAX = 1_000;
const NO_ITEMS: readonly MatrixItem[] = [];

export function GraphView({ id, data, from, to, step, display, yFromZero, exemplars, onZoom, onZoomOut }: GraphViewProps): ReactNode {
  const dark = useDark();
  const zone = useZone();
  const colors = useRef(new ColorBook());
  const result = data.resultType === 'matrix' ? data.result : NO_ITEMS;
  const model = useMemo(
    () => matrixToModel(result.slice(0, SERIES_MAX), { stacked: display === 'stacked', yFromZero, dark, step, from, to }, colors.current, exemplars),
    [result, display, yFromZero, dark, step, from, to, exemplars],
  );
  const { visible, pick } = useVisibility(model.series.map((series) => series.key));
  const histograms = result.filter((item) => (item.histograms?.length ?? 0) > 0);

  if (result.length === 0) return <Empty title="Empty result">No series in this time range. Try a longer range, or the table for the latest value.</Empty>;
  if (display === 'heatmap' && histograms.length > 0) return <HistogramHeatmap items={histograms} from={from} to={to} onZoom={onZoom} onZoomOut={onZoomOut} />;
  return (
    <div className="stack">
      {result.length > SERIES_MAX && <Note kind="warn">{result.length} series; the first {SERIES_MAX} are drawn. Aggregate, for example with topk() or sum by ().</Note>}
      {histograms.length > 0 && (
        <Note kind="info">{histograms.length} of the series are native histograms, which lines cannot show. Choose the heatmap, or wrap the query in histogram_quantile().</Note>
      )}
      {model.series.length > 0 && (
        <>
          <div className="query-chart">
            <TimeChart id={id} model={model} zone={zone} visible={visible} syncKey="query" onZoom={onZoom} onZoomOut={onZoomOut} />
          </div>
          <div className="query-legend">
            <Legend mode="list" columns={[]} items={model.series.map((series) => ({ key: series.key, label: series.label, color: series.color, calcs: [] }))} visible={visible} onPick={pick} />
          </div>
        </>
      )}
    </div>
  );
}
