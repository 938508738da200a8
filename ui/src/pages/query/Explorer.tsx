// The metrics explorer: every metric name with type and help, filtered as one types.
import { useMemo, useState, type ReactNode } from 'react';
import { Prometheus } from '../../api/prometheus';
import type { MetricMetadata } from '../../api/types';
import { useAnswer } from '../../api/useAnswer';
import { Dialog } from '../../design/Dialog';
import { Empty, ErrorNote, Progress } from '../../design/Note';
import { Badge, Search } from '../../design/parts';

const api = new Prometheus();
const ROWS_MAX = 300;

/** Fuzzy enough: every word of the filter occurs in the name, in any order. */
export function matchesWords(text: string, filter: string): boolean {
  const lower = text.toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((word) => lower.includes(word));
}

/** What is known of a series' metric: that of `x` for the parts `x_bucket`, `x_sum` and `x_count` of a histogram or summary. */
export function aboutOf(all: Readonly<Record<string, readonly MetricMetadata[]>>, name: string): MetricMetadata | undefined {
  return (all[name] ?? all[name.replace(/_(bucket|sum|count)$/, '')])?.[0];
}

const NOTHING: Readonly<Record<string, readonly MetricMetadata[]>> = {};

export function Explorer({ onPick, onClose }: { readonly onPick: (name: string) => void; readonly onClose: () => void }): ReactNode {
  const [filter, setFilter] = useState('');
  const names = useAnswer('names', (signal) => api.labelValues('__name__', [], undefined, undefined, signal));
  const metadata = useAnswer('metadata', (signal) => api.metadata(signal));
  const known = metadata.data?.data ?? NOTHING;
  const found = useMemo(() => (names.data?.data ?? []).filter((name) => matchesWords(`${name} ${aboutOf(known, name)?.help ?? ''}`, filter)), [names.data, known, filter]);
  return (
    <Dialog title="Metrics explorer" onClose={onClose}>
      <div className="stack">
        <Search value={filter} onChange={setFilter} placeholder="Filter by name or help" autoFocus />
        <Progress busy={names.busy} />
        {names.error !== undefined && <ErrorNote error={names.error} />}
        <div className="muted">{found.length} of {names.data?.data.length ?? 0} metrics</div>
        {names.data !== undefined && found.length === 0 && <Empty title="No metric matches" />}
        <table className="table explorer">
          <tbody>
            {found.slice(0, ROWS_MAX).map((name) => {
              const about = aboutOf(known, name);
              return (
                <tr key={name}>
                  <td><button type="button" className="link mono" onClick={() => onPick(name)}>{name}</button></td>
                  <td>{about !== undefined && <Badge>{about.type}</Badge>}</td>
                  <td className="muted">{about?.help}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
        {found.length > ROWS_MAX && <p className="muted">The first {ROWS_MAX} are listed; type to narrow.</p>}
      </div>
    </Dialog>
  );
}
