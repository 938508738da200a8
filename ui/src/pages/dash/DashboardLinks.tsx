// Links of the dashboard itself, and switches for its annotations.
import type { ReactNode } from 'react';
import { useAnswer } from '../../api/useAnswer';
import { Icon } from '../../design/Icon';
import { Menu } from '../../design/Menu';
import { interpolate, variablesAsParams } from '../../dashboard/interpolate';
import { fillUrl, type LinkScope } from '../../dashboard/links';
import type { AnnotationQuery, DashboardLink } from '../../dashboard/model';
import { href } from '../../shell/router';
import { listDashboards } from './api';

function withState(url: string, link: DashboardLink, scope: LinkScope): string {
  const extra = [link.keepTime ? scope.timeParams : '', link.includeVars ? variablesAsParams(scope.scope, scope.allNames) : ''].filter((part) => part !== '').join('&');
  return extra === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${extra}`;
}

function ByTags({ link, scope }: { readonly link: DashboardLink; readonly scope: LinkScope }): ReactNode {
  const asked = useAnswer('list', listDashboards);
  const found = (asked.data ?? []).filter((entry) => link.tags.every((tag) => entry.tags.includes(tag)));
  const target = link.newTab ? { target: '_blank', rel: 'noreferrer noopener' } : {};
  if (found.length === 0) return null;
  if (!link.asDropdown) return found.map((entry) => <a key={entry.uid} className="btn btn-sm" href={withState(href(`/d/${entry.uid}`), link, scope)} {...target}>{entry.title}</a>);
  return (
    <Menu className="btn btn-sm" align="right" label={<><Icon name="list" /> {link.title === '' ? 'Dashboards' : link.title}</>}>
      {() => found.map((entry) => <a key={entry.uid} className="menu-item" href={withState(href(`/d/${entry.uid}`), link, scope)} {...target}>{entry.title}</a>)}
    </Menu>
  );
}

export function DashboardLinks({ links, scope }: { readonly links: readonly DashboardLink[]; readonly scope: LinkScope }): ReactNode {
  if (links.length === 0) return null;
  return (
    <div className="row-wrap">
      {links.map((link, i) => {
        if (link.type === 'dashboards') return <ByTags key={i} link={link} scope={scope} />;
        const url = fillUrl(link.url, scope);
        if (url === undefined || url === '') return null;
        return <a key={i} className="btn btn-sm" href={withState(url, link, scope)} {...(link.newTab ? { target: '_blank', rel: 'noreferrer noopener' } : {})}><Icon name="external" /> {interpolate(link.title === '' ? url : link.title, scope.scope)}</a>;
      })}
    </div>
  );
}

export function AnnotationToggles({ queries, off, onChange }: { readonly queries: readonly AnnotationQuery[]; readonly off: ReadonlySet<string>; readonly onChange: (off: ReadonlySet<string>) => void }): ReactNode {
  return queries.filter((query) => !query.hide).map((query) => (
    <label key={query.name} className="check">
      <input type="checkbox" checked={query.enable !== off.has(query.name)} onChange={() => {
        const next = new Set(off);
        if (!next.delete(query.name)) next.add(query.name);
        onChange(next);
      }} /> {query.name}
    </label>
  ));
}
