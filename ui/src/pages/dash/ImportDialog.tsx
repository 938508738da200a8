// A file from elsewhere: chosen or pasted, checked with a report of what is not honoured, then sent to the server. When its
// name is taken the person decides between a copy, the one that is there, and replacing it.
import { useState, type ReactNode } from 'react';
import { toApiError, type ApiError } from '../../api/error';
import { Dialog } from '../../design/Dialog';
import { Icon } from '../../design/Icon';
import { ErrorNote, Note } from '../../design/Note';
import { normalise } from '../../dashboard/normalise';
import { report } from '../../dashboard/report';
import { navigate } from '../../shell/router';
import { importDashboard, loadDashboard, saveDashboard, type DashboardEntry } from './api';
import { asCopy, uidOf, unwrapped, validate, withVersion } from './files';
import { Findings } from './ImportReport';

async function replace(uid: string, dashboard: unknown): Promise<{ readonly uid: string }> {
  const { meta } = await loadDashboard(uid, new AbortController().signal);
  return saveDashboard(uid, withVersion(dashboard, meta.version));
}

export function ImportDialog({ entries, onClose }: { readonly entries: readonly DashboardEntry[]; readonly onClose: () => void }): ReactNode {
  const [text, setText] = useState('');
  const [failure, setFailure] = useState<ApiError | undefined>(undefined);
  const checked = text.trim() === '' ? undefined : validate(text);
  const value = checked?.value;
  const findings = value === undefined ? [] : report(normalise(value));
  const uid = uidOf(value);
  const taken = entries.find((entry) => entry.uid === uid);
  const send = (saved: Promise<{ readonly uid: string }>): void => {
    saved.then((done) => navigate(`/d/${encodeURIComponent(done.uid)}`), (reason: unknown) => setFailure(toApiError(reason)));
  };
  const change = (next: string): void => {
    setText(next);
    setFailure(undefined);
  };
  return (
    <Dialog title="Import a dashboard" onClose={onClose} actions={<button type="button" className="btn btn-primary" disabled={value === undefined} onClick={() => send(importDashboard(unwrapped(value)))}>Import</button>}>
      <div className="stack">
        <label className="btn file-choice"><Icon name="upload" /> Choose a JSON file <input type="file" className="visually-hidden" accept=".json,application/json" onChange={(event) => { void event.target.files?.[0]?.text().then(change); }} /></label>
        {failure !== undefined && (
          <ErrorNote error={failure} title="The server did not take this dashboard">
            {failure.kind === 'conflict' && (
              <div className="row-wrap note-actions">
                <button type="button" className="btn btn-sm" onClick={() => send(importDashboard(asCopy(value)))}>Import as a copy</button>
                <button type="button" className="btn btn-sm" onClick={() => navigate(`/d/${encodeURIComponent(uid)}`)}>Open the one that is there</button>
                {taken?.writable === true && <button type="button" className="btn btn-sm" onClick={() => send(replace(uid, value))}>Replace it</button>}
              </div>
            )}
          </ErrorNote>
        )}
        <textarea className="input json-edit" spellCheck={false} placeholder="… or paste the JSON here" aria-label="Dashboard JSON" value={text} onChange={(event) => change(event.target.value)} />
        {checked !== undefined && checked.error !== '' && <Note kind="bad">{checked.error}</Note>}
        {value !== undefined && findings.length === 0 && <Note kind="info">Everything in this dashboard is honoured.</Note>}
        {findings.length > 0 && <Findings findings={findings} />}
      </div>
    </Dialog>
  );
}
