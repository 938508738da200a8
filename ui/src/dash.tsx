// Entry of the dashboards: the list, and one dashboard.
import { StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import './design/tokens.css';
import './design/base.css';
import './design/elements.css';
import './pages/dash/dash.css';
import './panels/panels.css';
import './shell/shell.css';
import './pages/status/status.css';
import { Empty } from './design/Note';
import { Guard } from './design/parts';
import { ListPage } from './pages/dash/ListPage';
import { ViewPage } from './pages/dash/ViewPage';
import { DashShell } from './shell/DashShell';
import { Link, useAddress } from './shell/router';

function App(): ReactNode {
  const { path } = useAddress();
  const uid = /^\/d\/([^/]+)/.exec(path)?.[1];
  const isList = path === '/' || path === '/dash.html' || path === '/dashboards';
  return (
    <DashShell wide={uid !== undefined}>
      <Guard name="This page" resetKey={path}>
        {uid !== undefined ? <ViewPage uid={decodeURIComponent(uid)} /> : isList ? <ListPage /> : <Empty title="There is no such page"><Link to="/">See all dashboards</Link></Empty>}
      </Guard>
    </DashShell>
  );
}

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<StrictMode><App /></StrictMode>);
