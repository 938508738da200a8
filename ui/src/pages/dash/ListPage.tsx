// All dashboards: by folder, searched by title and tag, and the way in for a file from elsewhere.
import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import { useAnswer } from '../../api/useAnswer';
import { Icon } from '../../design/Icon';
import { Empty, ErrorNote, Note, Progress } from '../../design/Note';
import { Badge, Search } from '../../design/parts';
import { Link, setSearch, useAddress } from '../../shell/router';
import { usePageTitle } from '../usePageTitle';
import { listDashboards, listProblems, type DashboardEntry } from './api';

const ImportDialog = lazy(() => import('./ImportDialog').then((m) => ({ default: m.ImportDialog })));

function folders(entries: readonly DashboardEntry[]): readonly (readonly [string, readonly DashboardEntry[]])[] {
  const found = new Map<string, DashboardEntry[]>();
  for (const entry of entries) {
    const list = found.get(entry.folder);
    if (list === undefined) found.set(entry.folder, [entry]);
    else list.push(entry);
  }
  return [...found].sort(([a], [b]) => a.localeCompare(b)).map(([name, list]) => [name, list.sort((a, b) => a.title.localeCompare(b.title))]);
}

export function ListPage(): ReactNode {
  usePageTitle('Dashboards');
  const { search } = useAddress();
  const params = new URLSearchParams(search);
  const filter = params.get('query') ?? '';
  const tag = params.get('tag') ?? '';
  const [importing, setImporting] = useState(false);
  const asked = useAnswer('list', listDashboards);
  const problems = useAnswer('problems', listProblems).data ?? [];
  const all = asked.data ?? [];
  const tags = useMemo(() => [...new Set(all.flatMap((entry) => entry.tags))].sort(), [asked.data]);
  const found = all.filter((entry) => (tag === '' || entry.tags.includes(tag)) && `${entry.title} ${entry.folder} ${entry.tags.join(' ')}`.toLowerCase().includes(filter.toLowerCase()));
  const set = (key: string, value: string): void => {
    const next = new URLSearchParams(location.search);
    if (value === '') next.delete(key);
    else next.set(key, value);
    setSearch(next, 'replace');
  };
  return (
    <>
      <div className="page-head">
        <h1>Dashboards</h1>
        <div className="grow" />
        <select className="select" aria-label="Tag" value={tag} onChange={(event) => set('tag', event.target.value)}>
          <option value="">All tags</option>
          {tags.map((one) => <option key={one}>{one}</option>)}
        </select>
        <Search value={filter} onChange={(value) => set('query', value)} placeholder="Search dashboards" />
        <button type="button" className="btn" onClick={() => setImporting(true)}><Icon name="upload" /> Import</button>
      </div>
      <Progress busy={asked.busy} />
      {asked.error !== undefined && <ErrorNote error={asked.error} />}
      {problems.length > 0 && (
        <Note kind="warn">
          <strong>{problems.length === 1 ? 'One file is no dashboard' : `${problems.length} files are no dashboards`}</strong>
          {problems.slice(0, 10).map((problem) => <div key={problem.file}><code>{problem.file}{problem.line === undefined ? '' : `:${problem.line}:${problem.column ?? 1}`}</code> {problem.error}</div>)}
          {problems.length > 10 && <div>{problems.length - 10} more are in the server's log.</div>}
        </Note>
      )}
      {asked.data !== undefined && all.length === 0 && <Empty title="No dashboards yet">Start with --dashboards.path=FOLDER, or import a JSON file.</Empty>}
      {all.length > 0 && found.length === 0 && <Empty title="No dashboard matches" />}
      {folders(found).map(([name, list]) => (
        <section key={name} className="card">
          <h2 className="card-title row"><Icon name="folder" /> {name === '' ? 'General' : name} <span className="muted">{list.length}</span></h2>
          <ul>
            {list.map((entry) => (
              <li key={entry.uid} className="dash-entry row">
                <Link to={`/d/${encodeURIComponent(entry.uid)}`} className="grow">{entry.title}</Link>
                {entry.writable && <span title="Changes can be saved from here"><Badge kind="info">writable</Badge></span>}
                {entry.tags.map((one) => <button key={one} type="button" className="badge badge-btn" onClick={() => set('tag', one)}>{one}</button>)}
              </li>
            ))}
          </ul>
        </section>
      ))}
      {importing && <Suspense fallback={<Progress busy />}><ImportDialog entries={all} onClose={() => setImporting(false)} /></Suspense>}
    </>
  );
}
