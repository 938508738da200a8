// The bar of the dashboards.
import type { ReactNode } from 'react';
import { Help } from './Help';
import { Preferences } from './Preferences';
import { href, Link, serverPage, useAddress } from './router';
import { useSystemTheme } from './useSystemTheme';
import './shell.css';

export function DashShell({ wide, children }: { readonly wide: boolean; readonly children: ReactNode }): ReactNode {
  const { path } = useAddress();
  const server = serverPage('query');
  useSystemTheme();
  return (
    <>
      <a className="skip" href={`${location.pathname}#main`}>Skip to content</a>
      <header className="shell-bar">
        <Link to="/" className="brand" aria-label="Narthex dashboards"><img src={href('/favicon.svg')} alt="" /><span>Narthex</span></Link>
        <nav className="row" aria-label="Pages">{server !== undefined && <a href={server} className="nav-link">Query</a>}<Link to="/" className="nav-link" aria-current={path === '/' ? 'page' : undefined}>Dashboards</Link></nav>
        <div className="grow" />
        <Help />
        <Preferences />
      </header>
      <main id="main" className={wide ? 'page wide' : 'page'}>{children}</main>
    </>
  );
}
