// Export, edit the JSON with validation, save when the file may be written, kiosk mode.
import { useState, type ReactNode } from 'react';
import { toApiError, type ApiError } from '../../api/error';
import { Dialog } from '../../design/Dialog';
import { Icon } from '../../design/Icon';
import { Menu } from '../../design/Menu';
import { ErrorNote, Note } from '../../design/Note';
import { normalise } from '../../dashboard/normalise';
import { report } from '../../dashboard/report';
import { saveDashboard } from './api';
import { Findings } from './ImportReport';

export function downloadJson(name: string, value: unknown): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(value, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name.replaceAll(/[^\w.-]+/g, '-')}.json`;
  link.click();
  URL.revokeObjectURL(url);
}

/** The JSON's first fault with its line and column, or the dashboard that it describes. */
export function validate(text: string): { readonly value: unknown; readonly error: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const at = /position (\d+)/.exec(message)?.[1];
    const before = at === undefined ? '' : text.slice(0, Number(at));
    return { value: undefined, error: at === undefined || message.includes('line') ? message : `${message} (line ${before.split('\n').length}, column ${before.length - before.lastIndexOf('\n')})` };
  }
  try {
    normalise(value);
    return { value, error: '' };
  } catch (error) {
    return { value: undefined, error: error instanceof Error ? error.message : String(error) };
  }
}

function EditJson({ uid, raw, writable, onSaved, onClose }: { readonly uid: string; readonly raw: unknown; readonly writable: boolean; readonly onSaved: () => void; readonly onClose: () => void }): ReactNode {
  const [text, setText] = useState(() => JSON.stringify(raw, null, 2));
  const [failure, setFailure] = useState<ApiError | undefined>(undefined);
  const { value, error } = validate(text);
  const findings = value === undefined ? [] : report(normalise(value));
  return (
    <Dialog title="Dashboard JSON" onClose={onClose} actions={writable ? <button type="button" className="btn btn-primary" disabled={value === undefined} onClick={() => { saveDashboard(uid, value).then(() => { onSaved(); onClose(); }, (reason: unknown) => setFailure(toApiError(reason))); }}>Save</button> : undefined}>
      <div className="stack">
        {!writable && <Note kind="info">This dashboard is provisioned from a file that the server does not write; change the file, or export a copy.</Note>}
        {error !== '' && <Note kind="bad">{error}</Note>}
        {failure !== undefined && <ErrorNote error={failure} />}
        <textarea className="input json-edit" spellCheck={false} aria-label="Dashboard JSON" value={text} onChange={(event) => setText(event.target.value)} />
        {findings.length > 0 && <Findings findings={findings} />}
      </div>
    </Dialog>
  );
}

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
      {editing && <EditJson uid={uid} raw={raw} writable={writable} onSaved={onSaved} onClose={() => setEditing(false)} />}
    </>
  );
}
