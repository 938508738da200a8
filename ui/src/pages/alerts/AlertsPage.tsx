// Alerts: every alerting rule by state, firing first, with its active alerts.
import { useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import { Prometheus } from '../../api/prometheus';
import type { AlertingRule, AlertState, RuleGroup } from '../../api/types';
import { useAnswer } from '../../api/useAnswer';
import { Icon } from '../../design/Icon';
import { Empty, ErrorNote, Progress } from '../../design/Note';
import { Badge, LabelList, Search } from '../../design/parts';
import { setSearch, useAddress } from '../../shell/router';
import { formatAgo } from '../../time/duration';
import { formatDateTime } from '../../time/zone';
import { useZone } from '../../time/prefs';
import { RuleBody } from '../rules/RulesPage';
import { usePageTitle } from '../usePageTitle';

const api = new Prometheus();
const STATES: readonly AlertState[] = ['firing', 'pending', 'inactive'];
const KIND = { firing: 'bad', pending: 'warn', inactive: 'good', unknown: 'info' } as const;
const RULES_PER_PAGE = 100;

interface Entry {
  readonly group: RuleGroup;
  readonly rule: AlertingRule;
}

function entriesOf(groups: readonly RuleGroup[]): readonly Entry[] {
  return groups.flatMap((group) => group.rules.flatMap((rule) => (rule.type === 'alerting' ? [{ group, rule }] : [])));
}

function textOf({ group, rule }: Entry): string {
  const alerts = (rule.alerts ?? []).map((alert) => Object.values(alert.labels).join(' ')).join(' ');
  return `${group.name} ${rule.name} ${rule.query} ${Object.values(rule.labels ?? {}).join(' ')} ${alerts}`.toLowerCase();
}

function AlertRule({ entry, zone }: { readonly entry: Entry; readonly zone: string }): ReactNode {
  const { rule, group } = entry;
  const alerts = rule.alerts ?? [];
  const now = Date.now();
  return (
    <details className={`alert-rule ${rule.state}`} data-alert={rule.state}>
      <summary>
        <Icon name="right" />
        <Badge kind={KIND[rule.state]}>{rule.state.toUpperCase()}</Badge>
        <strong>{rule.name}</strong>
        {alerts.length > 0 && <span className="muted nowrap">{alerts.length} active</span>}
        <span className="grow ellipsis muted">{alerts.length > 0 ? Object.values(alerts[0]?.annotations ?? {})[0] : ''}</span>
        <span className="muted only-wide">{group.name}</span>
      </summary>
      <div className="inner stack">
        <RuleBody rule={rule} />
        {Object.entries(rule.annotations ?? {}).map(([name, value]) => <div key={name}><span className="muted">{name}:</span> {value}</div>)}
        {alerts.length > 0 && (
          <div className="table-wrap">
            <table className="table">
              <thead><tr><th scope="col" className="only-wide">State</th><th scope="col">Labels</th><th scope="col">Active since</th><th scope="col" className="num">Value</th></tr></thead>
              <tbody>
                {alerts.map((alert, i) => (
                  <tr key={i}>
                    <td className="only-wide"><Badge kind={KIND[alert.state]}>{alert.state}</Badge>{alert.keepFiringSince !== undefined && <div className="muted">kept firing</div>}</td>
                    <td>
                      <LabelList labels={alert.labels} skip="alertname" />
                      {Object.entries(alert.annotations).map(([name, value]) => <div key={name} className="muted">{name}: {value}</div>)}
                    </td>
                    <td title={formatAgo(Date.parse(alert.activeAt), now)}>{formatDateTime(Date.parse(alert.activeAt), zone)}</td>
                    <td className="num">{alert.value}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </details>
  );
}

export function AlertsPage(): ReactNode {
  usePageTitle('Alerts');
  const zone = useZone();
  const { search } = useAddress();
  const stateParam = new URLSearchParams(search).get('state');
  const [filter, setFilter] = useState('');
  const [limit, setLimit] = useState(RULES_PER_PAGE);
  const deferred = useDeferredValue(filter).toLowerCase();
  const asked = useAnswer('alert rules', (signal) => api.rules('alert', signal), { every: 15_000 });
  const entries = useMemo(() => entriesOf(asked.data?.data.groups ?? []), [asked.data]);
  const count = (state: AlertState): number => entries.filter(({ rule }) => rule.state === state).length;
  const found = useMemo(
    () => entries.filter((entry) => (stateParam === null || entry.rule.state === stateParam) && (deferred === '' || textOf(entry).includes(deferred))).sort((a, b) => STATES.indexOf(a.rule.state) - STATES.indexOf(b.rule.state)),
    [entries, stateParam, deferred],
  );
  return (
    <>
      <div className="page-head">
        <h1>Alerts</h1>
        <div className="grow" />
        <span className="btn-group" role="group" aria-label="State">
          {STATES.map((state) => (
            <button key={state} type="button" className="btn" aria-pressed={stateParam === state} onClick={() => {
              const params = new URLSearchParams(location.search);
              if (stateParam === state) params.delete('state');
              else params.set('state', state);
              setSearch(params);
            }}>
              {state.charAt(0).toUpperCase() + state.slice(1)} {count(state)}
            </button>
          ))}
        </span>
        <Search value={filter} onChange={setFilter} placeholder="Filter by name, label or expression" />
      </div>
      <Progress busy={asked.busy} />
      {asked.error !== undefined && <ErrorNote error={asked.error} />}
      {asked.data !== undefined && entries.length === 0 && <Empty title="No alerting rules">Rules are read from the files that rule_files names.</Empty>}
      {entries.length > 0 && found.length === 0 && <Empty title="No alert matches the filter" />}
      {found.length > 0 && <div className="card">{found.slice(0, limit).map((entry, i) => <AlertRule key={entry.group.file + entry.group.name + entry.rule.name + i} entry={entry} zone={zone} />)}</div>}
      {found.length > limit && <div><button type="button" className="btn" onClick={() => setLimit(limit + RULES_PER_PAGE)}>{found.length - limit} more</button></div>}
    </>
  );
}
