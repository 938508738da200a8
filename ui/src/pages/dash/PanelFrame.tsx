// One panel on the grid: header, menu, state of its data, and its drawing inside of a guard.
import { lazy, Suspense, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { ChartAnnotation } from '../../chart/model';
import { Icon } from '../../design/Icon';
import { Menu } from '../../design/Menu';
import { Empty, ErrorNote, Progress } from '../../design/Note';
import { Guard } from '../../design/parts';
import type { AdhocFilter } from '../../dashboard/adhoc';
import type { Datasource } from '../../dashboard/datasources';
import type { Look } from '../../dashboard/display';
import { applyFieldConfig } from '../../dashboard/fields';
import { interpolate, withScoped, type Scope } from '../../dashboard/interpolate';
import type { Span } from '../../dashboard/intervals';
import type { Placed } from '../../dashboard/layout';
import { fillUrl, type LinkScope } from '../../dashboard/links';
import { transform } from '../../dashboard/transform';
import { NEEDS_NO_DATA, panelComponent } from '../../panels/registry';
import { requestsOf } from './requests';
import { usePanelData } from './usePanelData';

const Inspect = lazy(() => import('./Inspect').then((m) => ({ default: m.Inspect })));

export interface PanelFrameProps {
  readonly placed: Placed;
  readonly datasources: readonly Datasource[];
  readonly scope: Scope;
  readonly span: Span;
  readonly filters: readonly AdhocFilter[];
  readonly look: Look;
  readonly links: Omit<LinkScope, 'scope'>;
  readonly annotations: readonly ChartAnnotation[];
  readonly syncKey: string | undefined;
  readonly viewed: boolean;
  readonly onView: (id: number | undefined) => void;
  readonly onZoom: (from: number, to: number) => void;
  readonly onZoomOut: () => void;
}

/** True once the element has come near the window, and whether it is there now. */
function useInView(ref: React.RefObject<HTMLElement | null>): { readonly near: boolean; readonly seen: boolean } {
  const [state, setState] = useState({ near: false, seen: false });
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new IntersectionObserver((entries) => {
      const near = entries.some((entry) => entry.isIntersecting);
      setState((old) => (old.near === near ? old : { near, seen: old.seen || near }));
    }, { rootMargin: '200px' });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return state;
}

export function PanelFrame({ placed, datasources, scope: outer, span, filters, look, links: linkBase, annotations, syncKey, viewed, onView, onZoom, onZoomOut }: PanelFrameProps): ReactNode {
  const { panel, key } = placed;
  const element = useRef<HTMLElement>(null);
  const { near, seen } = useInView(element);
  const [inspecting, setInspecting] = useState(false);
  const scope = useMemo(() => withScoped(outer, placed.scoped), [outer, placed.scoped]);
  const widthPx = Math.ceil((element.current?.clientWidth ?? (window.innerWidth * placed.grid.w) / 24) / 100) * 100;
  const requests = useMemo(() => requestsOf(panel, { datasources, scope, span, widthPx, filters }), [panel, datasources, scope, span, widthPx, filters]);
  const requestKey = useMemo(() => JSON.stringify([requests.list.map((one) => [one.datasource.uid, one.expr, one.from, one.to, one.stepMs, one.instant]), span.to]), [requests, span.to]);
  const { data, busy } = usePanelData(requestKey, () => requests, near && requests.list.length > 0);

  const text = useMemo(() => (raw: string): string => interpolate(raw, scope), [scope]);
  const frames = useMemo(() => (data === undefined ? [] : applyFieldConfig(transform(data.frames, panel.transformations), panel.defaults, panel.overrides, text)), [data, panel, text]);
  const links = useMemo((): LinkScope => ({ ...linkBase, scope }), [linkBase, scope]);
  const failed = data?.outcomes.find((outcome) => outcome.error !== undefined);
  const warnings = [...(data?.warnings ?? []), ...requests.refused];
  const Body = panelComponent(panel.type);
  const title = text(panel.title);
  const rows = frames.some((frame) => frame.fields.some((field) => field.values.length > 0));
  const free = NEEDS_NO_DATA.has(panel.type);

  const body = (): ReactNode => {
    if (!seen && !free) return null;
    if (!free) {
      if (requests.list.length === 0) return <Empty title="No query">{requests.refused[0] ?? 'This panel asks nothing.'}</Empty>;
      if (data === undefined) return <div className="panel-loading" aria-label="Loading" />;
      if (!rows && failed?.error !== undefined) return <ErrorNote error={failed.error} query={failed.request.expr} />;
      if (!rows) return <Empty title="No data"><code className="empty-query">{data.outcomes[0]?.request.expr}</code><span>The query is valid and selects nothing in this time range.</span></Empty>;
    }
    return (
      <Guard name={title === '' ? 'This panel' : title} resetKey={data}>
        <Suspense fallback={<div className="panel-loading" />}>
          <Body id={key} panel={panel} frames={frames} span={data?.span ?? span} look={look} links={links} annotations={annotations} exemplars={data?.exemplars ?? []} syncKey={syncKey} text={text} onZoom={onZoom} onZoomOut={onZoomOut} />
        </Suspense>
      </Guard>
    );
  };

  const state = free ? 'ready' : data === undefined ? 'loading' : failed !== undefined && !rows ? 'error' : rows ? 'ready' : 'empty';
  return (
    <section ref={element} role="group" className={`panel type-${panel.type}${panel.transparent ? ' transparent' : ''}`} aria-label={title === '' ? panel.type : title} data-panel={key} data-type={panel.type} data-state={state}>
      <header className="panel-head">
        <h2 className="panel-title ellipsis" title={title}>{title}</h2>
        {panel.description !== '' && <span className="panel-flag" title={text(panel.description)}><Icon name="info" /><span className="visually-hidden">{text(panel.description)}</span></span>}
        {failed?.error !== undefined && rows && <span className="panel-flag bad" title={`${failed.request.refId}: ${failed.error.message}`}><Icon name="alert" /><span className="visually-hidden">{failed.error.message}</span></span>}
        {warnings.length > 0 && <span className="panel-flag warn" title={warnings.join('\n')}><Icon name="alert" /><span className="visually-hidden">{warnings.join('; ')}</span></span>}
        {panel.timeFrom !== '' && <span className="muted panel-time">last {text(panel.timeFrom)}</span>}
        <div className="grow" />
        <Menu label={<Icon name="dots" />} title={`Menu of ${title === '' ? 'the panel' : title}`} className="btn btn-quiet btn-icon btn-sm panel-menu" align="right">
          {(close) => (
            <>
              <button type="button" className="menu-item" onClick={() => { close(); onView(viewed ? undefined : panel.id); }}><Icon name="eye" /> {viewed ? 'Back to the dashboard' : 'View alone'}</button>
              <button type="button" className="menu-item" onClick={() => { close(); setInspecting(true); }}><Icon name="search" /> Inspect: queries, data, JSON</button>
              {panel.links.map((link) => {
                const href = fillUrl(link.url, links);
                return href === undefined ? null : <a key={link.title + link.url} className="menu-item" href={href} {...(link.newTab ? { target: '_blank', rel: 'noreferrer noopener' } : {})}><Icon name="external" /> {text(link.title)}</a>;
              })}
            </>
          )}
        </Menu>
      </header>
      <Progress busy={busy} />
      <div className="panel-body">{body()}</div>
      {inspecting && <Suspense fallback={null}><Inspect panel={panel} data={data} frames={frames} look={look} onClose={() => setInspecting(false)} /></Suspense>}
    </section>
  );
}
