// A list of dashboards by folder, tag or words of the title.
import type { ReactNode } from 'react';
import { useAnswer } from '../../api/useAnswer';
import { jsonCall } from '../../api/http';
import { Empty, ErrorNote } from '../../design/Note';
import { num, str, strings } from '../../dashboard/json';
import type { PanelProps } from '../types';

interface Entry {
  readonly uid: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly folder: string;
}

export function DashListPanel({ panel, links }: PanelProps): ReactNode {
  const asked = useAnswer('dashlist', (signal) => jsonCall<readonly Entry[]>('api/dashboards', { signal }));
  const query = str(panel.options['query']).toLowerCase();
  const tags = strings(panel.options['tags']);
  const found = (asked.data ?? []).filter((entry) => entry.title.toLowerCase().includes(query) && tags.every((tag) => entry.tags.includes(tag))).slice(0, num(panel.options['maxItems']) ?? 30);
  const keep = panel.options['keepTime'] === true ? `?${links.timeParams}` : '';
  if (asked.error !== undefined) return <ErrorNote error={asked.error} />;
  if (asked.data !== undefined && found.length === 0) return <Empty title="No dashboard matches" />;
  return <ul className="list-panel">{found.map((entry) => <li key={entry.uid}><a href={`d/${encodeURIComponent(entry.uid)}${keep}`}>{entry.title}</a> <span className="muted">{entry.folder}</span></li>)}</ul>;
}
