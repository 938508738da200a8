// All dashboards: by folder, searched by title and tag, and the way in for a file from elsewhere.
import { useMemo, useState, type ReactNode } from 'react';
import { toApiError, type ApiError } from '../../api/error';
import { useAnswer } from '../../api/useAnswer';
import { Dialog } from '../../design/Dialog';
import { Icon } from '../../design/Icon';
import { Empty, ErrorNote, Note, Progress } from '../../design/Note';
import { Search } from '../../design/parts';
import { normalise } from '../../dashboard/normalise';
import { report } from '../../dashboard/report';
import { Link, navigate, setSearch, useAddress } from '../../shell/router';
import { usePageTitle } from '../usePageTitle';
import { importDashboard, listDashboards, type DashboardEntry } from './api';
import { validate } from './DashboardMenu';
import { Findings } from './ImportReport';

function Import({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [text, setText] = useState('');
  const [failure, setFailure] = useState<ApiError | undefined>(undefined);
  const checked = text.trim() === '' ? undefined : validate(text);
  const findings = checked?.value === undefined ? [] : report(normalise(checked.value));
  const upload = (file: File | undefined): void => {
    if (file !== undefined) void file.text().then(setText);
  };
  return (
    <Dialog title="Import a dashboard" onClose={onClose} actions={<button type="button" className="btn btn-primary" disabled={checked?.value === undefined} onClick={() => { importDashboard(checked?.value).then(({ uid }) => navigate(`/d/${uid}`), (reason: unknown) => setFailure(toApiError(reason))); }}>Import</button>}>
      <div className="stack">
        <label className="row"><Icon name="upload" /> Choose a JSON file <input type="file" accept=".json,application/json" onChange={(event) => upload(event.target.files?.[0])} /></label>
        <textarea className="input json-edit" spellCheck={false} placeholder="… or paste the JSON here" aria-label="Dashboard JSON" value={text} onChange={(event) => setText(event.target.value)} />
        {checked !== undefined && checked.error !== '' && <Note kind="bad">{checked.error}</Note>}
        {checked?.value !== undefined && findings.length === 0 && <Note kind="info">Everything in this dashboard is honoured.</Note>}
        {findings.length > 0 && <Findings findings={findings} />}
        {failure !== undefined && <ErrorNote error={failure} />}
      </div>
    </Dialog>
  );
}

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
      {asked.data !== undefined && all.length === 0 && <Empty title="No dashboards yet">Start with --dashboards.path=FOLDER, or import a JSON file.</Empty>}
      {all.length > 0 && found.length === 0 && <Empty title="No dashboard matches" />}
      {folders(found).map(([name, list]) => (
        <section key={name} className="card">
          <h2 className="card-title row"><Icon name="folder" /> {name === '' ? 'General' : name} <span className="muted">{list.length}</span></h2>
          <ul>
            {list.map((entry) => (
              <li key={entry.uid} className="dash-entry row">
                <Link to={`/d/${entry.uid}`} className="grow">{entry.title}</Link>
                {entry.tags.map((one) => <button key={one} type="button" className="badge badge-btn" onClick={() => set('tag', one)}>{one}</button>)}
              </li>
            ))}
          </ul>
        </section>
      ))}
      {importing && <Import onClose={() => setImporting(false)} />}
    </>
  );
}
