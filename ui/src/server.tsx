// Entry of the Prometheus pages: address → page. Pages besides the query page arrive as chunks of their own.
import { lazy, StrictMode, Suspense, useEffect, type ComponentType, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import './design/tokens.css';
import './design/base.css';
import './design/elements.css';
import './pages/status/status.css';
import { Empty, Progress } from './design/Note';
import { QueryPage } from './pages/query/QueryPage';
import { TargetsPage } from './pages/targets/TargetsPage';
import { Link, navigate, useAddress } from './shell/router';
import { ReplayGate } from './shell/ReplayGate';
import { ServerShell } from './shell/ServerShell';

const PAGES: Readonly<Record<string, ComponentType>> = {
  '/query': QueryPage,
  '/targets': TargetsPage,
  '/alerts': lazy(() => import('./pages/alerts/AlertsPage').then((m) => ({ default: m.AlertsPage }))),
  '/rules': lazy(() => import('./pages/rules/RulesPage').then((m) => ({ default: m.RulesPage }))),
  '/service-discovery': lazy(() => import('./pages/discovery/DiscoveryPage').then((m) => ({ default: m.DiscoveryPage }))),
  '/status': lazy(() => import('./pages/status/StatusPage').then((m) => ({ default: m.StatusPage }))),
  '/flags': lazy(() => import('./pages/status/FlagsPage').then((m) => ({ default: m.FlagsPage }))),
  '/config': lazy(() => import('./pages/status/ConfigPage').then((m) => ({ default: m.ConfigPage }))),
  '/tsdb-status': lazy(() => import('./pages/status/TsdbPage').then((m) => ({ default: m.TsdbPage }))),
  '/queries': lazy(() => import('./pages/status/QueriesPage').then((m) => ({ default: m.QueriesPage }))),
  '/style': lazy(() => import('./pages/style/StylePage').then((m) => ({ default: m.StylePage }))),
};
const MOVED: Readonly<Record<string, string>> = { '/': '/query', '/graph': '/query', '/index.html': '/query', '/runtimeinfo': '/status' };

function App(): ReactNode {
  const { path, search } = useAddress();
  const moved = MOVED[path];
  useEffect(() => {
    if (moved !== undefined) navigate(moved + search, 'replace');
  }, [moved, search]);
  const Page = PAGES[moved ?? path];
  return (
    <ServerShell>
      <ReplayGate>
        {Page === undefined ? (
          <Empty title="There is no such page"><Link to="/query">Go to the query page</Link></Empty>
        ) : (
          <Suspense fallback={<Progress busy />}><Page /></Suspense>
        )}
      </ReplayGate>
    </ServerShell>
  );
}

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<StrictMode><App /></StrictMode>);
