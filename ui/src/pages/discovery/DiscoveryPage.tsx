// Status ▸ Service discovery: what was discovered, what became a target, what was dropped, and the relabel steps between.
import { useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import { Prometheus } from '../../api/prometheus';
import type { Labels, TargetsData } from '../../api/types';
import { useAnswer } from '../../api/useAnswer';
import { Dialog } from '../../design/Dialog';
import { Empty, ErrorNote, Progress } from '../../design/Note';
import { Badge, LabelList, Search } from '../../design/parts';
import { usePageTitle } from '../usePageTitle';

const api = new Prometheus();
const ROWS_FIRST = 50;

interface Found {
  readonly pool: string;
  readonly discovered: Labels;
  /** Undefined for a dropped target. */
  readonly labels: Labels | undefined;
}

function byPool(data: TargetsData): ReadonlyMap<string, readonly Found[]> {
  const pools = new Map<string, Found[]>();
  const add = (found: Found): void => {
    const list = pools.get(found.pool);
    if (list === undefined) pools.set(found.pool, [found]);
    else list.push(found);
  };
  for (const target of data.activeTargets) add({ pool: target.scrapePool, discovered: target.discoveredLabels, labels: target.labels });
  for (const target of data.droppedTargets ?? []) add({ pool: target.scrapePool ?? target.discoveredLabels['job'] ?? '', discovered: target.discoveredLabels, labels: undefined });
  for (const name of Object.keys(data.droppedTargetCounts ?? {})) if (!pools.has(name)) pools.set(name, []);
  return new Map([...pools].sort(([a], [b]) => a.localeCompare(b)));
}

function RelabelSteps({ found, onClose }: { readonly found: Found; readonly onClose: () => void }): ReactNode {
  const asked = useAnswer('steps', (signal) => api.relabelSteps(found.pool, found.discovered, signal));
  return (
    <Dialog title={`Relabelling in ${found.pool}`} onClose={onClose}>
      <div className="stack">
        <LabelList labels={found.discovered} />
        <Progress busy={asked.busy} />
        {asked.error !== undefined && <ErrorNote error={asked.error} />}
        {asked.data?.data.steps.length === 0 && <Empty title="No relabel_configs">This pool takes its targets as discovered.</Empty>}
        {asked.data?.data.steps.map((step, i) => (
          <section key={i} className="card card-pad stack">
            <div className="row"><h3>Step {i + 1}</h3><Badge kind={step.keep ? 'good' : 'bad'}>{step.keep ? 'kept' : 'dropped'}</Badge></div>
            <pre className="code-block">{Object.entries(step.rule).map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`).join('\n')}</pre>
            {step.keep && <LabelList labels={step.output ?? {}} />}
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function PoolCard({ name, list, dropped, filter }: { readonly name: string; readonly list: readonly Found[]; readonly dropped: number | undefined; readonly filter: string }): ReactNode {
  const [limit, setLimit] = useState(ROWS_FIRST);
  const [steps, setSteps] = useState<Found | undefined>(undefined);
  const shown = filter === '' ? list : list.filter((found) => JSON.stringify([found.discovered, found.labels]).toLowerCase().includes(filter));
  const active = list.filter((found) => found.labels !== undefined).length;
  const droppedCount = dropped ?? list.length - active;
  if (filter !== '' && shown.length === 0) return null;
  return (
    <section className="card">
      <div className="card-title row">
        <h2>{name}</h2>
        <Badge kind={active > 0 ? 'good' : 'warn'}>{active} / {active + droppedCount} active</Badge>
        {droppedCount > 0 && <span className="muted">{droppedCount} dropped</span>}
      </div>
      {list.length === 0 ? <p className="card-pad muted">Nothing was discovered.</p> : (
        <div className="table-wrap">
          <table className="table discovery">
            <thead><tr><th scope="col">Discovered labels</th><th scope="col">Target labels</th><th scope="col"><span className="visually-hidden">Actions</span></th></tr></thead>
            <tbody>
              {shown.slice(0, limit).map((found, i) => (
                <tr key={i}>
                  <td><LabelList labels={found.discovered} /></td>
                  <td>{found.labels === undefined ? <Badge kind="warn">dropped by relabelling</Badge> : <LabelList labels={found.labels} />}</td>
                  <td className="num"><button type="button" className="btn btn-sm btn-quiet" aria-label={`Steps of ${found.discovered['__address__'] ?? name}`} onClick={() => setSteps(found)}>Steps</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shown.length > limit && <div className="card-pad"><button type="button" className="btn btn-sm" onClick={() => setLimit(limit + 500)}>{shown.length - limit} more</button></div>}
      {steps !== undefined && <RelabelSteps found={steps} onClose={() => setSteps(undefined)} />}
    </section>
  );
}

export function DiscoveryPage(): ReactNode {
  usePageTitle('Service discovery');
  const [filter, setFilter] = useState('');
  const deferred = useDeferredValue(filter).toLowerCase();
  const asked = useAnswer('discovery', (signal) => api.targets('any', signal), { every: 30_000 });
  const pools = useMemo(() => (asked.data === undefined ? undefined : byPool(asked.data.data)), [asked.data]);
  return (
    <>
      <div className="page-head"><h1>Service discovery</h1><div className="grow" /><Search value={filter} onChange={setFilter} placeholder="Filter by label" /></div>
      <Progress busy={asked.busy} />
      {asked.error !== undefined && <ErrorNote error={asked.error} />}
      {pools !== undefined && pools.size === 0 && <Empty title="No scrape pools">The configuration has no scrape_configs.</Empty>}
      {[...(pools ?? [])].map(([name, list]) => <PoolCard key={name} name={name} list={list} dropped={asked.data?.data.droppedTargetCounts?.[name]} filter={deferred} />)}
    </>
  );
}
