// Status ▸ Flags: every flag with its value, searchable.
import { useState, type ReactNode } from 'react';
import { Prometheus } from '../../api/prometheus';
import { useAnswer } from '../../api/useAnswer';
import { Empty, ErrorNote, Progress } from '../../design/Note';
import { Search } from '../../design/parts';
import { usePageTitle } from '../usePageTitle';

const api = new Prometheus();

export function FlagsPage(): ReactNode {
  usePageTitle('Flags');
  const [filter, setFilter] = useState('');
  const asked = useAnswer('flags', (signal) => api.status<Readonly<Record<string, string>>>('flags', signal));
  const all = Object.entries(asked.data?.data ?? {}).sort(([a], [b]) => a.localeCompare(b));
  const found = all.filter(([name, value]) => `${name} ${value}`.toLowerCase().includes(filter.toLowerCase()));
  return (
    <>
      <div className="page-head"><h1>Flags</h1><div className="grow" /><Search value={filter} onChange={setFilter} placeholder="Filter by name or value" /></div>
      <Progress busy={asked.busy} />
      {asked.error !== undefined && <ErrorNote error={asked.error} />}
      {all.length > 0 && found.length === 0 && <Empty title="No flag matches the filter" />}
      {found.length > 0 && (
        <div className="card table-wrap">
          <table className="table">
            <thead><tr><th scope="col">Flag</th><th scope="col">Value</th></tr></thead>
            <tbody>{found.map(([name, value]) => <tr key={name}><td className="mono">--{name}</td><td className="mono">{value}</td></tr>)}</tbody>
          </table>
        </div>
      )}
    </>
  );
}
