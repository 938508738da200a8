// Status ▸ Queries: what runs at this moment, and which expressions have cost most since the server's start.
import { useMemo, type ReactNode } from 'react';
import { Prometheus } from '../../api/prometheus';
import type { QueryCost, RunningQuery } from '../../api/types';
import { useAnswer } from '../../api/useAnswer';
import { Icon } from '../../design/Icon';
import { Empty, ErrorNote, Progress } from '../../design/Note';
import { Badge } from '../../design/parts';
import { Link, setSearch, useAddress } from '../../shell/router';
import { formatSeconds } from '../../time/duration';
import { useZone } from '../../time/prefs';
import { formatDateTime } from '../../time/zone';
import { usePageTitle } from '../usePageTitle';

const api = new Prometheus();
const REFRESH_MS = 5_000;
const ORDERS = [['total', 'total time'], ['max', 'slowest run'], ['average', 'average time'], ['count', 'number of runs'], ['samples', 'samples read'], ['errors', 'errors']] as const;
const LIMITS = [20, 50, 100, 500];

function Expression({ query }: { readonly query: string }): ReactNode {
  return <Link to={`/query?g0.expr=${encodeURIComponent(query)}&g0.tab=table`} className="mono query-text" title={query}>{query}</Link>;
}

function Running({ rows, zone }: { readonly rows: readonly RunningQuery[]; readonly zone: string }): ReactNode {
  return (
    <section className="card" aria-label="Running now" data-section="active">
      <h2 className="card-title">Running now</h2>
      {rows.length === 0 ? <p className="card-line muted" data-empty>No query runs at this moment. The page looks again every {REFRESH_MS / 1_000} seconds.</p> : (
        <div className="table-wrap">
          <table className="table">
            <thead><tr><th scope="col">Expression</th><th scope="col" className="num">For</th><th scope="col" className="num only-wide">Since</th></tr></thead>
            <tbody>
              {rows.map((row, i) => (
                <tr key={`${row.since} ${i}`} data-active>
                  <td><Expression query={row.query} /></td>
                  <td className="num">{formatSeconds(row.seconds)}</td>
                  <td className="num only-wide">{formatDateTime(Date.parse(row.since), zone)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Cost({ row }: { readonly row: QueryCost }): ReactNode {
  const count = (value: number): string => value.toLocaleString('en');
  return (
    <tr data-query={row.query}>
      <td>
        <Expression query={row.query} />
        {row.lastError !== undefined && <div className="query-error"><Icon name="alert" /> {row.lastError}</div>}
      </td>
      <td className="num">{count(row.count)}</td>
      <td className="num">{formatSeconds(row.totalSeconds)}</td>
      <td className="num only-wide">{formatSeconds(row.maxSeconds)}</td>
      <td className="num only-wide">{formatSeconds(row.averageSeconds)}</td>
      <td className="num only-wide">{count(row.samples)}</td>
      <td className="num">{row.errors === 0 ? <span className="muted">0</span> : <Badge kind="bad">{count(row.errors)}</Badge>}</td>
    </tr>
  );
}

export function QueriesPage(): ReactNode {
  usePageTitle('Queries');
  const zone = useZone();
  const { search } = useAddress();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const by = ORDERS.find(([name]) => name === params.get('by'))?.[0] ?? 'total';
  const limit = LIMITS.find((one) => String(one) === params.get('limit')) ?? 20;
  const asked = useAnswer(`queries ${by} ${limit}`, (signal) => api.queries(by, limit, signal), { every: REFRESH_MS });
  const data = asked.data?.data;
  const set = (key: string, value: string): void => {
    const next = new URLSearchParams(search);
    next.set(key, value);
    setSearch(next, 'push');
  };
  return (
    <>
      <div className="page-head">
        <h1>Queries</h1>
        {data !== undefined && <Badge kind={data.active.length > 0 ? 'info' : undefined}>{data.active.length} running</Badge>}
        <div className="grow" />
        <select className="select" aria-label="What makes a query dear" value={by} onChange={(event) => set('by', event.target.value)}>
          {ORDERS.map(([name, text]) => <option key={name} value={name}>By {text}</option>)}
        </select>
        <select className="select" aria-label="Rows" value={limit} onChange={(event) => set('limit', event.target.value)}>
          {LIMITS.map((count) => <option key={count} value={count}>Top {count}</option>)}
        </select>
        <button type="button" className="btn btn-icon" aria-label="Refresh" data-refresh onClick={asked.again}><Icon name="refresh" /></button>
      </div>
      <Progress busy={asked.busy} />
      {asked.error !== undefined && <ErrorNote error={asked.error} title="The server does not list its queries" />}
      {data !== undefined && (
        <>
          <Running rows={data.active} zone={zone} />
          <section className="card" aria-label="Since the start" data-section="top">
            <h2 className="card-title">Since the start <span className="muted">{formatDateTime(Date.parse(data.since), zone)}</span></h2>
            {data.top.length === 0 ? (
              <Empty title={by === 'errors' && data.expressions > 0 ? 'No query has failed' : 'Nobody has asked anything yet'}>{data.expressions === 0 && <Link to="/query">Ask something on the query page</Link>}</Empty>
            ) : (
              <div className="table-wrap">
                <table className="table">
                  <thead>
                    <tr><th scope="col">Expression</th><th scope="col" className="num">Runs</th><th scope="col" className="num">Total</th><th scope="col" className="num only-wide">Slowest</th><th scope="col" className="num only-wide">Average</th><th scope="col" className="num only-wide">Samples</th><th scope="col" className="num">Errors</th></tr>
                  </thead>
                  <tbody>{data.top.map((row) => <Cost key={row.query} row={row} />)}</tbody>
                </table>
              </div>
            )}
            {(data.forgotten > 0 || data.top.length < data.expressions) && data.top.length > 0 && (
              <p className="card-line muted">
                {data.top.length.toLocaleString('en')} of {data.expressions.toLocaleString('en')} expressions.
                {data.forgotten > 0 && ` ${data.forgotten.toLocaleString('en')} cheaper ones were forgotten to bound the list.`}
              </p>
            )}
          </section>
        </>
      )}
    </>
  );
}
