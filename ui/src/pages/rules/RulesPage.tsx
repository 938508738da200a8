// Status ▸ Rules: groups with their evaluation, every rule with its health and expression.
import { useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import { Prometheus } from '../../api/prometheus';
import type { Rule, RuleGroup } from '../../api/types';
import { useAnswer } from '../../api/useAnswer';
import { Empty, ErrorNote, Progress } from '../../design/Note';
import { Badge, LabelList, Search } from '../../design/parts';
import { Link } from '../../shell/router';
import { formatAgo, formatDuration, formatSeconds } from '../../time/duration';
import { usePageTitle } from '../usePageTitle';
import './rules.css';

const api = new Prometheus();
const GROUPS_PER_PAGE = 50;

export function RuleBody({ rule }: { readonly rule: Rule }): ReactNode {
  return (
    <>
      <Link to={`/query?g0.expr=${encodeURIComponent(rule.query)}&g0.tab=table`} className="code-block rule-query">{rule.query}</Link>
      <div className="row-wrap">
        {rule.type === 'alerting' && rule.duration > 0 && <span className="muted">for {formatDuration(rule.duration * 1_000)}</span>}
        {rule.type === 'alerting' && (rule.keepFiringFor ?? 0) > 0 && <span className="muted">keep firing for {formatDuration((rule.keepFiringFor ?? 0) * 1_000)}</span>}
        <LabelList labels={rule.labels ?? {}} />
      </div>
      {rule.lastError !== undefined && rule.lastError !== '' && <div className="target-error">{rule.lastError}</div>}
    </>
  );
}

function matches(group: RuleGroup, rule: Rule, filter: string): boolean {
  return filter === '' || `${group.name} ${group.file} ${rule.name} ${rule.query} ${rule.lastError ?? ''}`.toLowerCase().includes(filter);
}

function sick(group: RuleGroup): boolean {
  return group.rules.some((rule) => rule.health === 'err');
}

export function RulesPage(): ReactNode {
  usePageTitle('Rules');
  const [filter, setFilter] = useState('');
  const [health, setHealth] = useState<'all' | 'err'>('all');
  const [page, setPage] = useState(0);
  const lower = useDeferredValue(filter).toLowerCase();
  const asked = useAnswer('rules', (signal) => api.rules(undefined, signal), { every: 30_000 });
  const groups = useMemo(() => {
    const found = (asked.data?.data.groups ?? []).map((group) => ({ ...group, rules: group.rules.filter((rule) => matches(group, rule, lower) && (health === 'all' || rule.health === 'err')) })).filter((group) => group.rules.length > 0);
    return found.sort((a, b) => Number(sick(b)) - Number(sick(a)));
  }, [asked.data, lower, health]);
  const now = Date.now();
  const all = asked.data?.data.groups ?? [];
  const failing = all.flatMap((group) => group.rules).filter((rule) => rule.health === 'err').length;
  const pages = Math.ceil(groups.length / GROUPS_PER_PAGE);
  const at = Math.min(page, Math.max(0, pages - 1));
  return (
    <>
      <div className="page-head">
        <h1>Rules</h1>
        {all.length > 0 && <Badge kind={failing > 0 ? 'bad' : 'good'}>{failing > 0 ? `${failing} failing` : 'all healthy'}</Badge>}
        <div className="grow" />
        <button type="button" className="btn" aria-pressed={health === 'err'} onClick={() => setHealth(health === 'err' ? 'all' : 'err')}>Only failing</button>
        <Search value={filter} onChange={setFilter} placeholder="Filter by group, rule or expression" />
      </div>
      <Progress busy={asked.busy} />
      {asked.error !== undefined && <ErrorNote error={asked.error} />}
      {asked.data !== undefined && all.length === 0 && <Empty title="No rules">The configuration names no rule_files, or they hold no groups.</Empty>}
      {all.length > 0 && groups.length === 0 && <Empty title="No rule matches the filter" />}
      {groups.slice(at * GROUPS_PER_PAGE, (at + 1) * GROUPS_PER_PAGE).map((group) => (
        <section key={group.file + group.name} className="card">
          <div className="card-title row-wrap">
            <h2>{group.name}</h2>
            <span className="muted grow ellipsis">{group.file}</span>
            <span className="muted">every {formatDuration(group.interval * 1_000)} · {formatAgo(Date.parse(group.lastEvaluation), now)} · took {formatSeconds(group.evaluationTime)}</span>
          </div>
          <table className="table">
            <thead className="visually-hidden"><tr><th scope="col">Health</th><th scope="col">Rule</th><th scope="col">Last evaluation</th></tr></thead>
            <tbody>
              {group.rules.map((rule, i) => (
                <tr key={i}>
                  <td className="rule-health"><Badge kind={rule.health === 'ok' ? 'good' : rule.health === 'err' ? 'bad' : 'warn'}>{rule.health.toUpperCase()}</Badge></td>
                  <td>
                    <div className="row"><strong>{rule.name}</strong> <span className="muted nowrap">{rule.type === 'alerting' ? 'alert' : 'record'}</span></div>
                    <RuleBody rule={rule} />
                  </td>
                  <td className="num muted">{formatAgo(Date.parse(rule.lastEvaluation), now)}<br />{formatSeconds(rule.evaluationTime)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ))}
      {pages > 1 && (
        <div className="row">
          <button type="button" className="btn" disabled={at === 0} onClick={() => setPage(at - 1)}>Previous</button>
          <span className="muted">Page {at + 1} of {pages}</span>
          <button type="button" className="btn" disabled={at >= pages - 1} onClick={() => setPage(at + 1)}>Next</button>
        </div>
      )}
    </>
  );
}
