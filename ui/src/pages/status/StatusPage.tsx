// Status ▸ Runtime & build: facts about the process, and its alertmanagers.
import type { ReactNode } from 'react';
import { Prometheus } from '../../api/prometheus';
import { useAnswer } from '../../api/useAnswer';
import { ErrorNote, Progress } from '../../design/Note';
import { formatDateTime } from '../../time/zone';
import { useZone } from '../../time/prefs';
import { usePageTitle } from '../usePageTitle';

const api = new Prometheus();
type Facts = Readonly<Record<string, string | number | boolean>>;

/** What Go's names stand for here and elsewhere. */
const NAMES: Readonly<Record<string, string>> = { CWD: 'Working directory', goroutineCount: 'Threads', GOMAXPROCS: 'Processors', GOMEMLIMIT: 'Memory limit', goVersion: 'Compiler', reloadConfigSuccess: 'Configuration in use', lastConfigTime: 'Configuration read', corruptionCount: 'Corruptions repaired' };
/** No limit, as a 64-bit number that JavaScript has rounded. */
const UNLIMITED = 2 ** 63;

function factText(key: string, value: string | number | boolean, zone: string): string {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return formatDateTime(Date.parse(value), zone);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (key === 'GOMEMLIMIT' && typeof value === 'number') return value >= UNLIMITED ? 'none' : `${value.toLocaleString('en')} bytes`;
  return typeof value === 'number' ? value.toLocaleString('en') : value;
}

/** `storageRetention` → `Storage retention`; all-capital names stay. */
export function humanName(key: string): string {
  if (key in NAMES) return NAMES[key] ?? key;
  if (key === key.toUpperCase()) return key;
  const spaced = key.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function FactList({ title, what, zone }: { readonly title: string; readonly what: 'buildinfo' | 'runtimeinfo'; readonly zone: string }): ReactNode {
  const asked = useAnswer(what, (signal) => api.status<Facts>(what, signal));
  // Settings that are not set say nothing.
  const facts = Object.entries(asked.data?.data ?? {}).map(([key, value]) => [key, factText(key, value, zone)] as const).filter(([, text]) => text !== '');
  return (
    <section className="card">
      <h2 className="card-title">{title}</h2>
      <Progress busy={asked.busy} />
      {asked.error !== undefined && <ErrorNote error={asked.error} />}
      <dl className="kv">
        {facts.map(([key, text]) => [<dt key={key}>{humanName(key)}</dt>, <dd key={`${key} value`} className="mono">{text}</dd>])}
      </dl>
    </section>
  );
}

export function StatusPage(): ReactNode {
  usePageTitle('Runtime & build');
  const zone = useZone();
  const managers = useAnswer('alertmanagers', (signal) => api.alertmanagers(signal));
  return (
    <>
      <div className="page-head"><h1>Runtime &amp; build</h1></div>
      <FactList title="Runtime" what="runtimeinfo" zone={zone} />
      <FactList title="Build" what="buildinfo" zone={zone} />
      <section className="card">
        <h2 className="card-title">Alertmanagers</h2>
        <Progress busy={managers.busy} />
        {managers.error !== undefined && <ErrorNote error={managers.error} />}
        {managers.data !== undefined && managers.data.data.activeAlertmanagers.length === 0 && <p className="card-pad muted">None is configured or discovered; alerts are evaluated and not sent anywhere.</p>}
        <ul>{managers.data?.data.activeAlertmanagers.map(({ url }) => <li key={url} className="card-line mono">{url}</li>)}</ul>
      </section>
    </>
  );
}
