// The alerts of the default data source: firing and pending ones, as the file's state filter wishes.
import type { ReactNode } from 'react';
import { jsonCall } from '../../api/http';
import { Prometheus } from '../../api/prometheus';
import { useAnswer } from '../../api/useAnswer';
import { defaultOf, readDatasources } from '../../dashboard/datasources';
import { bool, num, obj, str } from '../../dashboard/json';
import { Empty, ErrorNote } from '../../design/Note';
import { Badge, LabelList } from '../../design/parts';
import { formatDateTime } from '../../time/zone';
import type { PanelProps } from '../types';

export function AlertListPanel({ panel, look, text, span }: PanelProps): ReactNode {
  const asked = useAnswer(`alerts ${span.to}`, async (signal) => {
    const datasource = defaultOf(readDatasources(await jsonCall('api/datasources', { signal })));
    if (datasource === undefined) return [];
    return (await new Prometheus(`api/datasources/${encodeURIComponent(datasource.uid)}/proxy/api/v1`).alerts(signal)).data.alerts;
  });
  const states = obj(panel.options['stateFilter']);
  const name = text(str(panel.options['alertName'])).toLowerCase();
  const found = (asked.data ?? []).filter((alert) => (alert.state === 'firing' ? bool(states['firing'], true) : alert.state === 'pending' && bool(states['pending'], true)) && (alert.labels['alertname'] ?? '').toLowerCase().includes(name)).slice(0, num(panel.options['maxItems']) ?? 20);
  if (asked.error !== undefined) return <ErrorNote error={asked.error} />;
  if (asked.data === undefined) return null;
  if (found.length === 0) return <Empty title="No alerts">Nothing fires and nothing is pending.</Empty>;
  return (
    <ul className="list-panel">
      {found.map((alert, i) => (
        <li key={i}>
          <div className="row"><Badge kind={alert.state === 'firing' ? 'bad' : 'warn'}>{alert.state.toUpperCase()}</Badge><strong>{alert.labels['alertname']}</strong><span className="muted">since {formatDateTime(Date.parse(alert.activeAt), look.zone)}</span></div>
          <LabelList labels={alert.labels} skip="alertname" />
        </li>
      ))}
    </ul>
  );
}
