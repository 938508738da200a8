// The menu of a dashboard: its JSON, export, kiosk mode.
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { Icon } from '../../design/Icon';
import { Menu } from '../../design/Menu';
import { downloadJson } from './files';

const EditJson = lazy(() => import('./EditJson').then((m) => ({ default: m.EditJson })));

export function DashboardMenu({ uid, raw, writable, title, onSaved, onKiosk }: { readonly uid: string; readonly raw: unknown; readonly writable: boolean; readonly title: string; readonly onSaved: () => void; readonly onKiosk: () => void }): ReactNode {
  const [editing, setEditing] = useState(false);
  return (
    <>
      <Menu label={<Icon name="dots" />} title="More for this dashboard" className="btn btn-icon" align="right">
        {(close) => (
          <>
            <button type="button" className="menu-item" onClick={() => { close(); setEditing(true); }}><Icon name="edit" /> {writable ? 'Edit JSON' : 'Show JSON'}</button>
            <button type="button" className="menu-item" onClick={() => { close(); downloadJson(title, raw); }}><Icon name="download" /> Export JSON</button>
            <button type="button" className="menu-item" onClick={() => { close(); onKiosk(); }}><Icon name="full" /> Kiosk mode</button>
          </>
        )}
      </Menu>
      {editing && <Suspense fallback={null}><EditJson uid={uid} raw={raw} writable={writable} onSaved={onSaved} onClose={() => setEditing(false)} /></Suspense>}
    </>
  );
}
