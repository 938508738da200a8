// Status ▸ TSDB: the head's size and where its cardinality comes from. Each row leads to the query that counts it.
import { useState, type ReactNode } from 'react';
import { Prometheus } from '../../api/prometheus';
import type { NameValue } from '../../api/types';
import { useAnswer } from '../../api/useAnswer';
import { Empty, ErrorNote, Progress } from '../../design/Note';
import { Link } from '../../shell/router';
import { formatDateTime } from '../../time/zone';
import { useZone } from '../../time/prefs';
import { usePageTitle } from '../usePageTitle';
import { humanName } from './StatusPage';

const api = new Prometheus();

function queryLink(expr: string): string {
  return `/query?g0.expr=${encodeURIComponent(expr)}&g0.tab=table`;
}

interface BarsProps {
  readonly title: string;
  readonly rows: readonly NameValue[];
  readonly total: number | undefined;
  readonly unit?: (value: number) => string;
  readonly query: (name: string) => string;
}

function Bars({ title, rows, total, unit = (value) => value.toLocaleString('en'), query }: BarsProps): ReactNode {
  const most = Math.max(...rows.map((row) => row.value), 1);
  return (
    <section className="card">
      <h2 className="card-title">{title}</h2>
      {rows.length === 0 ? <Empty title="Nothing stored yet" /> : (
        <table className="table">
          <thead className="visually-hidden"><tr><th scope="col">Name</th><th scope="col">Count</th><th scope="col">Share</th></tr></thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name}>
                <td><Link to={queryLink(query(row.name))} className="mono">{row.name}</Link></td>
                <td className="num">{unit(row.value)}{total !== undefined && total > 0 && <span className="muted share">{((100 * row.value) / total).toFixed(1)} %</span>}</td>
                <td className="bar-cell"><div className="bar"><div style={{ width: `${(100 * row.value) / most}%` }} /></div></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function pairSelector(pair: string): string {
  const cut = pair.indexOf('=');
  return `${pair.slice(0, cut)}=${JSON.stringify(pair.slice(cut + 1))}`;
}

export function TsdbPage(): ReactNode {
  usePageTitle('TSDB status');
  const zone = useZone();
  const [limit, setLimit] = useState(10);
  const asked = useAnswer(`tsdb ${limit}`, (signal) => api.tsdb(limit, signal));
  const data = asked.data?.data;
  const series = data?.headStats['numSeries'];
  const show = (key: string, value: number): string => (key === 'minTime' || key === 'maxTime' ? (Math.abs(value) > 8e15 ? 'no samples' : formatDateTime(value, zone)) : value.toLocaleString('en'));
  return (
    <>
      <div className="page-head">
        <h1>TSDB status</h1>
        <div className="grow" />
        <select className="select" aria-label="Rows per list" value={limit} onChange={(event) => setLimit(Number(event.target.value))}>
          {[10, 20, 50, 100].map((count) => <option key={count} value={count}>Top {count}</option>)}
        </select>
      </div>
      <Progress busy={asked.busy} />
      {asked.error !== undefined && <ErrorNote error={asked.error} />}
      {data !== undefined && (
        <>
          <section className="card facts-row">
            {Object.entries(data.headStats).map(([key, value]) => <div key={key}><div className="muted">{humanName(key.replace(/^num/, 'Number of '))}</div><strong>{show(key, value)}</strong></div>)}
          </section>
          <div className="two-columns">
            <Bars title="Series by metric name" rows={data.seriesCountByMetricName ?? []} total={series} query={(name) => `count by (job) ({__name__=${JSON.stringify(name)}})`} />
            <Bars title="Series by label pair" rows={data.seriesCountByLabelValuePair ?? []} total={series} query={(pair) => `topk(20, count by (__name__) ({${pairSelector(pair)}}))`} />
            <Bars title="Values by label name" rows={data.labelValueCountByLabelName ?? []} total={undefined} query={(name) => `topk(20, count by (${name}) ({${name}!=""}))`} />
            <Bars title="Memory by label name" rows={data.memoryInBytesByLabelName ?? []} total={undefined} unit={(value) => (value < 10_240 ? `${value.toLocaleString('en')} B` : value < 10_485_760 ? `${(value / 1024).toFixed(0)} KiB` : `${(value / 1_048_576).toFixed(0)} MiB`)} query={(name) => `count by (${name}) ({${name}!=""})`} />
          </div>
        </>
      )}
    </>
  );
}
