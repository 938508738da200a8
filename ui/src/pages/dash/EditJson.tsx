// The JSON of a dashboard in a field, checked while one types; saved where the server writes. When somebody else has saved
// in between, the person decides: take the newer one, put one's own over it, or keep one's own as a file.
import { useState, type ReactNode } from 'react';
import { toApiError, type ApiError } from '../../api/error';
import { Dialog } from '../../design/Dialog';
import { ErrorNote, Note } from '../../design/Note';
import { normalise } from '../../dashboard/normalise';
import { report } from '../../dashboard/report';
import { loadDashboard, saveDashboard } from './api';
import { downloadJson, validate, withVersion } from './files';
import { Findings } from './ImportReport';

interface EditJsonProps {
  readonly uid: string;
  readonly raw: unknown;
  readonly writable: boolean;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

export function EditJson({ uid, raw, writable, onSaved, onClose }: EditJsonProps): ReactNode {
  const [text, setText] = useState(() => pretty(raw));
  const [failure, setFailure] = useState<ApiError | undefined>(undefined);
  const { value, error } = validate(text);
  const findings = value === undefined ? [] : report(normalise(value));
  const fail = (reason: unknown): void => setFailure(toApiError(reason));
  const save = (what: unknown): void => {
    saveDashboard(uid, what).then(() => { onSaved(); onClose(); }, fail);
  };
  const stored = (then: (file: { readonly dashboard: unknown; readonly version: number | undefined }) => void): void => {
    loadDashboard(uid, new AbortController().signal).then((file) => then({ dashboard: file.dashboard, version: file.meta.version }), fail);
  };
  return (
    <Dialog title="Dashboard JSON" onClose={onClose} actions={writable ? <button type="button" className="btn btn-primary" disabled={value === undefined} onClick={() => save(value)}>Save</button> : undefined}>
      <div className="stack">
        {!writable && <Note kind="info">The server does not write this dashboard: it comes with the program or from a folder that is not writable. Export a copy and import it, or start with --dashboards.writable.</Note>}
        {error !== '' && <Note kind="bad">{error}</Note>}
        {failure !== undefined && (
          <ErrorNote error={failure} title="The server did not take this dashboard">
            {failure.kind === 'conflict' && (
              <div className="row-wrap note-actions">
                <button type="button" className="btn btn-sm" onClick={() => stored(({ dashboard }) => { setText(pretty(dashboard)); setFailure(undefined); })}>Load the newer one</button>
                <button type="button" className="btn btn-sm" disabled={value === undefined} onClick={() => stored(({ version }) => save(withVersion(value, version)))}>Save mine over it</button>
                <button type="button" className="btn btn-sm" disabled={value === undefined} onClick={() => downloadJson(uid, value)}>Keep mine as a file</button>
              </div>
            )}
          </ErrorNote>
        )}
        <textarea className="input json-edit" spellCheck={false} aria-label="Dashboard JSON" value={text} onChange={(event) => setText(event.target.value)} />
        {findings.length > 0 && <Findings findings={findings} />}
      </div>
    </Dialog>
  );
}
