// Status ▸ Targets. Thousands of rows stay quick: plain elements, only those in view, filtering deferred behind typing.
import { useCallback, useDeferredValue, useEffect, useMemo, useState, type ReactNode } from 'react';
import { Prometheus } from '../../api/prometheus';
import type { Target } from '../../api/types';
import { useAnswer } from '../../api/useAnswer';
import { Icon } from '../../design/Icon';
import { Empty, ErrorNote, Progress } from '../../design/Note';
import { Badge, Search } from '../../design/parts';
import { useWindowed } from '../../design/useWindowed';
import { setSearch, useAddress } from '../../shell/router';
import { useZone } from '../../time/prefs';
import { poolsOf, searchText, type Health, type Pool } from './filter';
import { TargetRow } from './TargetRow';
import './targets.css';

const api = new Prometheus();
const HEALTHS: readonly Health[] = ['down', 'unknown', 'up'];
const NONE: readonly Target[] = [];

type Row = { readonly kind: 'pool'; readonly pool: Pool } | { readonly kind: 'target'; readonly target: Target };

function rowsOf(pools: readonly Pool[], closed: ReadonlySet<string>): readonly Row[] {
  return pools.flatMap((pool): Row[] => [{ kind: 'pool', pool }, ...(closed.has(pool.name) ? [] : pool.targets.map((target): Row => ({ kind: 'target', target })))]);
}

/** A guess that is near enough for the spacers; rows in view have their natural height. */
function heightOf(row: Row, open: ReadonlySet<string>): number {
  if (row.kind === 'pool') return 44;
  const { target } = row;
  return 34 + (target.lastError === '' ? 0 : 20) + (open.has(target.scrapePool + target.scrapeUrl) ? 60 : 0);
}

function flip<T>(set: ReadonlySet<T>, item: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(item)) next.add(item);
  return next;
}

export function TargetsPage(): ReactNode {
  const { search } = useAddress();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const asked = useAnswer('targets', (signal) => api.targets('active', signal), { every: 15_000 });
  const zone = useZone();
  const [filter, setFilter] = useState(params.get('search') ?? '');
  const deferred = useDeferredValue(filter);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [now, setNow] = useState(() => Date.now());

  const healthParam = params.get('health');
  const health = useMemo(() => new Set(HEALTHS.filter((one) => healthParam === null || healthParam.split(',').includes(one))), [healthParam]);
  const poolParam = params.get('pool') ?? '';
  const set = (key: string, value: string): void => {
    const next = new URLSearchParams(location.search);
    if (value === '') next.delete(key);
    else next.set(key, value);
    setSearch(next, key === 'search' ? 'replace' : 'push');
  };

  useEffect(() => { document.title = 'Targets · Narthex'; }, []);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    const timer = setTimeout(() => set('search', deferred), 300);
    return () => clearTimeout(timer);
  }, [deferred]);

  const targets = asked.data?.data.activeTargets ?? NONE;
  const texts = useMemo(() => targets.map(searchText), [targets]);
  const pools = useMemo(() => poolsOf(targets, texts, deferred, health, poolParam), [targets, texts, deferred, health, poolParam]);
  const names = useMemo(() => [...new Set(targets.map((target) => target.scrapePool))].sort(), [targets]);
  const filtering = deferred !== '' || healthParam !== null;
  const rows = rowsOf(filtering ? pools.filter((pool) => pool.targets.length > 0) : pools, closed);
  const view = useWindowed(rows.map((row) => heightOf(row, open)));
  const toggle = useCallback((key: string) => setOpen((old) => flip(old, key)), []);
  const totals = useMemo(() => {
    const count = { up: 0, down: 0, unknown: 0 };
    for (const target of targets) count[target.health]++;
    return count;
  }, [targets]);

  return (
    <>
      <div className="page-head">
        <h1>Targets</h1>
        <Badge kind={totals.down > 0 ? 'bad' : 'good'}>{totals.up} / {targets.length} up</Badge>
        <div className="grow" />
        <select className="select" aria-label="Scrape pool" value={poolParam} onChange={(event) => set('pool', event.target.value)}>
          <option value="">All scrape pools</option>
          {names.map((name) => <option key={name}>{name}</option>)}
        </select>
        <span className="btn-group" role="group" aria-label="Health">
          {HEALTHS.map((one) => (
            <button key={one} type="button" className="btn" aria-pressed={healthParam !== null && health.has(one)} onClick={() => {
              const next = healthParam === null ? new Set([one]) : flip(health, one);
              set('health', next.size === HEALTHS.length || next.size === 0 ? '' : [...next].join(','));
            }}>
              {one === 'up' ? 'Up' : one === 'down' ? 'Down' : 'Unknown'} {totals[one]}
            </button>
          ))}
        </span>
        <Search value={filter} onChange={setFilter} placeholder="Filter by address, label or error" />
        <button type="button" className="btn btn-icon" aria-label="Refresh" data-refresh onClick={asked.again}><Icon name="refresh" /></button>
      </div>
      <Progress busy={asked.busy} />
      {asked.error !== undefined && <ErrorNote error={asked.error} />}
      {asked.data !== undefined && targets.length === 0 && <Empty title="No targets">No scrape_configs section has discovered a target yet. Service discovery shows what was dropped and why.</Empty>}
      {targets.length > 0 && rows.length === 0 && <Empty title="No target matches the filter" />}
      <div className="targets" role="table" aria-label="Targets" ref={view.ref}>
        {rows.length > 0 && (
          <div className="target target-head" role="row">
            <div role="columnheader">State</div><div role="columnheader">Endpoint</div><div role="columnheader">Labels</div><div role="columnheader" className="num">Last scrape</div><div role="columnheader" className="num">Took</div><div role="columnheader"><span className="visually-hidden">More</span></div>
          </div>
        )}
        <div style={{ height: view.before }} />
        {rows.slice(view.first, view.last).map((row) =>
          row.kind === 'pool' ? (
            <div key={`pool ${row.pool.name}`} className="pool-head" role="row" data-pool={row.pool.name}>
              <div role="cell" className="row">
                <button type="button" className="btn btn-sm btn-quiet btn-icon" aria-label={`${closed.has(row.pool.name) ? 'Expand' : 'Collapse'} ${row.pool.name}`} aria-expanded={!closed.has(row.pool.name)} onClick={() => setClosed(flip(closed, row.pool.name))}>
                  <Icon name={closed.has(row.pool.name) ? 'right' : 'down'} />
                </button>
                <h2>{row.pool.name}</h2>
                <Badge kind={row.pool.counts.down > 0 ? 'bad' : row.pool.counts.unknown > 0 ? 'warn' : 'good'}>{row.pool.counts.up} / {row.pool.total} up</Badge>
              </div>
            </div>
          ) : (
            <TargetRow key={`${row.target.scrapePool} ${row.target.scrapeUrl} ${row.target.labels['instance'] ?? ''}`} target={row.target} now={now} zone={zone} open={open.has(row.target.scrapePool + row.target.scrapeUrl)} onToggle={toggle} />
          ),
        )}
        <div style={{ height: view.after }} />
      </div>
    </>
  );
}
