// The bar of the Prometheus pages: Query, Alerts, Status ▸ …, notifications and preferences.
import type { ReactNode } from 'react';
import { Icon } from '../design/Icon';
import { Menu } from '../design/Menu';
import { Guard } from '../design/parts';
import { Help } from './Help';
import { Notifications } from './Notifications';
import { Preferences } from './Preferences';
import { href, Link, navigate, useAddress } from './router';
import { useSystemTheme } from './useSystemTheme';
import './shell.css';

export const STATUS_PAGES: readonly (readonly [string, string])[] = [
  ['/targets', 'Targets'],
  ['/rules', 'Rules'],
  ['/service-discovery', 'Service discovery'],
  ['/status', 'Runtime & build'],
  ['/flags', 'Flags'],
  ['/config', 'Configuration'],
  ['/tsdb-status', 'TSDB status'],
  ['/queries', 'Queries'],
];

export function ServerShell({ children }: { readonly children: ReactNode }): ReactNode {
  const { path } = useAddress();
  useSystemTheme();
  const status = STATUS_PAGES.find(([to]) => to === path);
  const current = (to: string): 'page' | undefined => (path === to ? 'page' : undefined);
  return (
    <>
      <a className="skip" href={`${location.pathname}#main`}>Skip to content</a>
      <header className="shell-bar">
        <Link to="/query" className="brand" aria-label="Narthex">
          <img src={href('/favicon.svg')} alt="" />
          <span>Narthex</span>
        </Link>
        <nav className="row" aria-label="Pages">
          <Link to="/query" className="nav-link" aria-current={current('/query')}>Query</Link>
          <a href={href('/dashboards/')} className="nav-link">Dashboards</a>
          <Link to="/alerts" className="nav-link" aria-current={current('/alerts')}>Alerts</Link>
          <Menu
            className={status === undefined ? 'nav-link' : 'nav-link current'}
            title="Status pages"
            label={
              <>
                Status{status !== undefined && <span className="only-wide"> ▸ {status[1]}</span>} <Icon name="down" />
              </>
            }
          >
            {(close) =>
              STATUS_PAGES.map(([to, name]) => (
                <a
                  key={to}
                  href={href(to)}
                  className={path === to ? 'menu-item on' : 'menu-item'}
                  onClick={(event) => {
                    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                    event.preventDefault();
                    close();
                    navigate(to);
                  }}
                >
                  {name}
                </a>
              ))
            }
          </Menu>
        </nav>
        <div className="grow" />
        <Notifications />
        <Help />
        <Preferences />
      </header>
      <main id="main" className="page">
        <Guard name="This page" resetKey={path}>{children}</Guard>
      </main>
    </>
  );
}
