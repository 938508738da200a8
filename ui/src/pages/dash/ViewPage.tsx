// One dashboard. The address holds its whole state: time range, refresh, variables, the panel that is viewed alone.
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useAnswer } from '../../api/useAnswer';
import { Icon } from '../../design/Icon';
import { Empty, ErrorNote, Note, Progress } from '../../design/Note';
import { CopyButton } from '../../design/parts';
import { readDatasources } from '../../dashboard/datasources';
import { interpolate, withScoped } from '../../dashboard/interpolate';
import { rangeMacros } from '../../dashboard/intervals';
import { layout } from '../../dashboard/layout';
import type { Dashboard } from '../../dashboard/model';
import { normalise } from '../../dashboard/normalise';
import { choicesFromSearch, writeChoices } from '../../dashboard/variables/url';
import { ALL, scopeOf, valueOf } from '../../dashboard/variables/resolve';
import { setSearch, useAddress } from '../../shell/router';
import { parseDuration } from '../../time/duration';
import { useDark, useZone } from '../../time/prefs';
import { resolveRange, type TimeRange } from '../../time/range';
import { loadDashboard, loadDatasources } from './api';
import { AnnotationToggles, DashboardLinks } from './DashboardLinks';
import { filtersOf } from './filters';
import { Grid } from './Grid';
import { PanelFrame } from './PanelFrame';
import { ImportReport } from './ImportReport';
import { TimePicker } from './TimePicker';
import { useAnnotations } from './useAnnotations';
import { useVariables } from './useVariables';
import { VariableBar } from './VariableBar';
import { DashboardMenu } from './DashboardMenu';

const REFRESH_DEFAULT = ['5s', '10s', '30s', '1m', '5m', '15m', '30m', '1h'];
const NO_DATASOURCES = readDatasources([]);

function parse(raw: unknown): { readonly dashboard: Dashboard } | { readonly error: string } {
  try {
    return { dashboard: normalise(raw) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

export function ViewPage({ uid }: { readonly uid: string }): ReactNode {
  const file = useAnswer(`dashboard ${uid}`, (signal) => loadDashboard(uid, signal));
  const datasources = useAnswer('datasources', loadDatasources);
  const parsed = useMemo(() => (file.data === undefined ? undefined : parse(file.data.dashboard)), [file.data]);
  if (file.error !== undefined) return <ErrorNote error={file.error} />;
  if (datasources.error !== undefined) return <ErrorNote error={datasources.error} />;
  if (parsed === undefined || datasources.data === undefined) return <Progress busy />;
  if ('error' in parsed) return <Note kind="bad"><strong>This file cannot be shown as a dashboard</strong><div>{parsed.error}</div></Note>;
  return <View key={uid} uid={uid} dashboard={parsed.dashboard} raw={file.data?.dashboard} writable={file.data?.meta.writable ?? false} datasources={datasources.data ?? NO_DATASOURCES} onSaved={file.again} />;
}

interface ViewProps {
  readonly uid: string;
  readonly dashboard: Dashboard;
  readonly raw: unknown;
  readonly writable: boolean;
  readonly datasources: ReturnType<typeof readDatasources>;
  readonly onSaved: () => void;
}

function View({ uid, dashboard, raw, writable, datasources, onSaved }: ViewProps): ReactNode {
  const { search } = useAddress();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const prefZone = useZone();
  const dark = useDark();
  const zone = dashboard.timezone === 'browser' || dashboard.timezone === '' ? prefZone : dashboard.timezone;
  const range: TimeRange = useMemo(() => ({ from: params.get('from') ?? dashboard.time.from, to: params.get('to') ?? dashboard.time.to }), [params, dashboard]);
  const refresh = params.get('refresh') ?? dashboard.refresh;
  const [turn, setTurn] = useState(0);
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [off, setOff] = useState<ReadonlySet<string>>(new Set());
  const zoomedFrom = useRef<TimeRange[]>([]);

  const span = useMemo(() => resolveRange(range, Date.now(), zone) ?? { from: Date.now() - 21_600_000, to: Date.now() }, [range, zone, turn]);
  const set = useCallback((change: (params: URLSearchParams) => void, how: 'push' | 'replace' = 'push') => {
    const next = new URLSearchParams(location.search);
    change(next);
    setSearch(next, how);
  }, []);
  const setRange = useCallback((next: TimeRange) => set((p) => { p.set('from', next.from); p.set('to', next.to); }), [set]);
  const zoom = useCallback((from: number, to: number) => {
    zoomedFrom.current.push({ from: new URLSearchParams(location.search).get('from') ?? dashboard.time.from, to: new URLSearchParams(location.search).get('to') ?? dashboard.time.to });
    setRange({ from: String(Math.round(from)), to: String(Math.round(to)) });
  }, [setRange, dashboard]);
  const zoomOut = useCallback(() => {
    const before = zoomedFrom.current.pop();
    if (before !== undefined) return setRange(before);
    const half = (span.to - span.from) / 2;
    return setRange({ from: String(Math.round(span.from - half)), to: String(Math.round(span.to + half)) });
  }, [setRange, span]);

  useEffect(() => { document.title = `${dashboard.title} · Narthex`; }, [dashboard]);
  useEffect(() => {
    const every = parseDuration(refresh);
    if (every === undefined || every < 1_000) return;
    const timer = setInterval(() => {
      if (!document.hidden) setTurn((n) => n + 1);
    }, every);
    return () => clearInterval(timer);
  }, [refresh]);

  const builtins = useMemo(() => ({ __dashboard: dashboard.title, __org: '1', __user: '', __timezone: zone, timeFilter: '', __name: dashboard.title, ...rangeMacros(span) }), [dashboard, zone, span]);
  const choices = useMemo(() => choicesFromSearch(search), [search]);
  const variables = useVariables(dashboard, datasources, choices, span, builtins);
  const scope = useMemo(() => scopeOf(variables.resolved, span, builtins), [variables.resolved, span, builtins]);
  const filters = useMemo(() => filtersOf(variables.resolved), [variables.resolved]);
  const look = useMemo(() => ({ dark, zone }), [dark, zone]);
  const links = useMemo(() => ({
    allNames: new Set(variables.resolved.filter((one) => one.chosen.includes(ALL)).map((one) => one.variable.name)),
    timeParams: `from=${encodeURIComponent(range.from)}&to=${encodeURIComponent(range.to)}`,
  }), [variables.resolved, range]);
  const annotations = useAnnotations(dashboard.annotations, off, datasources, scope, span, variables.ready, dark);

  const items = useMemo(() => {
    const valuesOf = (name: string): readonly string[] => {
      const one = variables.resolved.find((candidate) => candidate.variable.name === name);
      return one === undefined ? [] : valueOf(one, span).values;
    };
    return layout(dashboard.panels, toggled, valuesOf);
  }, [dashboard, toggled, variables.resolved, span]);

  const viewId = params.get('viewPanel');
  const kiosk = params.has('kiosk');
  useEffect(() => {
    document.documentElement.toggleAttribute('data-kiosk', kiosk);
    return () => document.documentElement.removeAttribute('data-kiosk');
  }, [kiosk]);
  const onView = useCallback((id: number | undefined) => set((p) => { if (id === undefined) p.delete('viewPanel'); else p.set('viewPanel', String(id)); }), [set]);
  const alone = viewId === null ? undefined : allPlaced(dashboard, items).find((placed) => String(placed.panel.id) === viewId.replace(/^panel-/, ''));

  const frame = (placed: (typeof items)[number]): ReactNode => (
    <PanelFrame
      key={placed.key} placed={placed} datasources={datasources} scope={scope} span={span} filters={filters} look={look} links={links} annotations={annotations}
      syncKey={dashboard.tooltip === 'own' ? undefined : `dash ${uid}`} viewed={alone !== undefined} onView={onView} onZoom={zoom} onZoomOut={zoomOut}
    />
  );
  const intervals = dashboard.refreshIntervals.length > 0 ? dashboard.refreshIntervals : REFRESH_DEFAULT;
  return (
    <div className="dash">
      <div className="dash-bar">
        <h1 className="ellipsis" title={dashboard.description}>{dashboard.title}</h1>
        <ImportReport dashboard={dashboard} />
        <div className="grow" />
        {!dashboard.hideTimepicker && <TimePicker range={range} zone={zone} onChange={setRange} onZoomOut={zoomOut} />}
        <span className="btn-group">
          <button type="button" className="btn btn-icon" aria-label="Refresh" data-refresh onClick={() => setTurn(turn + 1)}><Icon name="refresh" /></button>
          <select className="btn select-btn" aria-label="Refresh interval" value={refresh} onChange={(event) => set((p) => p.set('refresh', event.target.value))}>
            <option value="">Off</option>
            {[...new Set([...intervals, ...(refresh === '' ? [] : [refresh])])].map((one) => <option key={one} value={one}>{one}</option>)}
          </select>
        </span>
        <CopyButton className="btn" label="Share" text={() => shareLink(span, writeChoices(new URLSearchParams(location.search), variables.resolved))} />
        <DashboardMenu uid={uid} raw={raw} writable={writable} title={dashboard.title} onSaved={onSaved} onKiosk={() => set((p) => { if (kiosk) p.delete('kiosk'); else p.set('kiosk', ''); })} />
      </div>
      <div className="dash-controls">
        <VariableBar resolved={variables.resolved} onChange={(name, values) => setSearch(writeChoices(new URLSearchParams(location.search), variables.resolved, { name, values }))} />
        <div className="grow" />
        <AnnotationToggles queries={dashboard.annotations} off={off} onChange={setOff} />
        <DashboardLinks links={dashboard.links} scope={{ ...links, scope }} />
      </div>
      <Progress busy={variables.busy} />
      {variables.ready && items.length === 0 && <Empty title="This dashboard has no panels" />}
      {variables.ready && (alone !== undefined ? <div className="dash-alone">{frame(alone)}</div> : (
        <Grid items={items} onToggle={(key) => setToggled((old) => flip(old, key))} text={(placed) => interpolate(placed.panel.title, withScoped(scope, placed.scoped))}>{frame}</Grid>
      ))}
    </div>
  );
}

function flip(set: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** A panel inside of a closed row can be viewed alone, too. */
function allPlaced(dashboard: Dashboard, items: ReturnType<typeof layout>): ReturnType<typeof layout> {
  const rows = new Set(dashboard.panels.filter((panel) => panel.type === 'row' && panel.collapsed).map((panel) => `row ${panel.id}`));
  return [...items, ...layout(dashboard.panels, rows, () => [])];
}

function shareLink(span: { readonly from: number; readonly to: number }, params: URLSearchParams): string {
  params.set('from', String(Math.round(span.from)));
  params.set('to', String(Math.round(span.to)));
  params.delete('refresh');
  return `${location.origin}${location.pathname}?${params.toString()}`;
}
