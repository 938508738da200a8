// The instant result as a table: vector, matrix (range selectors), scalar, string, native histograms.
import { useState, type ReactNode } from 'react';
import type { Labels, QueryData, RawHistogram, RawSample } from '../../api/types';
import { Empty } from '../../design/Note';
import { formatDateTime } from '../../time/zone';
import { useZone } from '../../time/prefs';
import { HistogramBars } from './HistogramBars';

const ROWS_FIRST = 500;

function Metric({ labels }: { readonly labels: Labels }): ReactNode {
  const { __name__: name, ...rest } = labels;
  const entries = Object.entries(rest);
  return (
    <span className="metric">
      <b>{name}</b>
      {(entries.length > 0 || name === undefined) && '{'}
      {entries.map(([key, value], i) => (
        <span key={key}>
          {i > 0 && ', '}
          <span className="metric-key">{key}</span>=<span className="metric-value">"{value}"</span>
        </span>
      ))}
      {(entries.length > 0 || name === undefined) && '}'}
    </span>
  );
}

function Samples({ samples, histograms }: { readonly samples: readonly RawSample[]; readonly histograms: readonly (readonly [number, RawHistogram])[] }): ReactNode {
  const zone = useZone();
  const [all, setAll] = useState(false);
  const shown = all ? samples : samples.slice(0, 60);
  return (
    <>
      {shown.map(([time, value]) => <div key={time} className="num">{value} <span className="muted">@ {formatDateTime(time * 1_000, zone, true)}</span></div>)}
      {samples.length > shown.length && <button type="button" className="btn btn-sm" onClick={() => setAll(true)}>{samples.length - shown.length} more</button>}
      {histograms.slice(0, 10).map(([time, histogram]) => <div key={time}><span className="muted">@ {formatDateTime(time * 1_000, zone, true)}</span><HistogramBars histogram={histogram} /></div>)}
    </>
  );
}

interface Row {
  readonly labels: Labels;
  readonly values: readonly RawSample[];
  readonly histograms: readonly (readonly [number, RawHistogram])[];
  readonly single: string | undefined;
}

function rowsOf(data: QueryData): readonly Row[] {
  switch (data.resultType) {
    case 'vector':
      return data.result.map((item) => ({ labels: item.metric, values: [], histograms: item.histogram === undefined ? [] : [item.histogram], single: item.value?.[1] }));
    case 'matrix':
      return data.result.map((item) => ({ labels: item.metric, values: item.values ?? [], histograms: item.histograms ?? [], single: undefined }));
    case 'scalar':
    case 'string':
      return [{ labels: { __name__: data.resultType }, values: [], histograms: [], single: data.result[1] }];
  }
}

export function TableView({ data }: { readonly data: QueryData }): ReactNode {
  const [limit, setLimit] = useState(ROWS_FIRST);
  const rows = rowsOf(data);
  if (rows.length === 0) return <Empty title="Empty result">The query is valid and selects no series at this time. Check the metric's name, the labels, and that its target is up.</Empty>;
  return (
    <div className="table-wrap" tabIndex={0} role="group" aria-label="Result">
      <table className="table result-table">
        <thead className="visually-hidden"><tr><th scope="col">Series</th><th scope="col">Value</th></tr></thead>
        <tbody>
          {rows.slice(0, limit).map((row, i) => (
            <tr key={i}>
              <td><Metric labels={row.labels} /></td>
              <td className="num">
                {row.single}
                {(row.values.length > 0 || row.histograms.length > 0) && <Samples samples={row.values} histograms={row.histograms} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > limit && (
        <p className="row card-pad">
          <span className="muted">{limit} of {rows.length} series shown.</span>
          <button type="button" className="btn btn-sm" onClick={() => setLimit(limit + 2_000)}>Show more</button>
        </p>
      )}
    </div>
  );
}
