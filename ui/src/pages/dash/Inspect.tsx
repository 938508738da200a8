// Inspect a panel: the queries as sent with their times, the data as table and CSV, the answers and the panel as JSON.
import { useState, type ReactNode } from 'react';
import { Dialog } from '../../design/Dialog';
import { Icon } from '../../design/Icon';
import { ErrorNote } from '../../design/Note';
import { CopyButton, Tabs } from '../../design/parts';
import { show, shownText, type Look } from '../../dashboard/display';
import { lengthOf, type Frame } from '../../dashboard/frames';
import type { Panel } from '../../dashboard/model';
import { formatDuration } from '../../time/duration';
import { formatDateTime } from '../../time/zone';
import { toCsv } from './csv';
import type { PanelData } from './usePanelData';

type Tab = 'queries' | 'data' | 'answer' | 'panel';
const TABS: readonly (readonly [Tab, string])[] = [['queries', 'Queries'], ['data', 'Data'], ['answer', 'Answer'], ['panel', 'Panel JSON']];
const ROWS_MAX = 500;

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

function DataTables({ frames, look, title }: { readonly frames: readonly Frame[]; readonly look: Look; readonly title: string }): ReactNode {
  return (
    <div className="stack">
      <div className="row">
        <button type="button" className="btn btn-sm" onClick={() => download(`${title === '' ? 'panel' : title}.csv`, toCsv(frames))}><Icon name="download" /> Download CSV</button>
        <CopyButton text={() => toCsv(frames)} label="Copy CSV" />
      </div>
      {frames.slice(0, 20).map((frame, i) => (
        <div key={i} className="table-wrap">
          <table className="table">
            <thead><tr>{frame.fields.map((field, c) => <th key={c} scope="col">{field.displayName ?? field.name}</th>)}</tr></thead>
            <tbody>
              {Array.from({ length: Math.min(lengthOf(frame), ROWS_MAX) }, (_, row) => (
                <tr key={row}>{frame.fields.map((field, c) => <td key={c} className={field.type === 'number' ? 'num' : ''}>{shownText(show(field, field.values[row] ?? null, 0, look, [0, 1]))}</td>)}</tr>
              ))}
            </tbody>
          </table>
          {lengthOf(frame) > ROWS_MAX && <p className="muted">{lengthOf(frame) - ROWS_MAX} more rows are in the CSV.</p>}
        </div>
      ))}
      {frames.length > 20 && <p className="muted">{frames.length - 20} more series are in the CSV.</p>}
    </div>
  );
}

export function Inspect({ panel, data, frames, look, onClose }: { readonly panel: Panel; readonly data: PanelData | undefined; readonly frames: readonly Frame[]; readonly look: Look; readonly onClose: () => void }): ReactNode {
  const [tab, setTab] = useState<Tab>('queries');
  const answer = JSON.stringify(data?.outcomes.map((outcome) => ({ refId: outcome.request.refId, ...(outcome.error === undefined ? { data: outcome.raw } : { error: outcome.error.message }) })) ?? [], null, 2);
  return (
    <Dialog title={`Inspect: ${panel.title === '' ? panel.type : panel.title}`} onClose={onClose}>
      <Tabs tabs={TABS} value={tab} onChange={setTab} label="What to inspect" />
      <div className="card-pad stack">
        {tab === 'queries' && (data?.outcomes ?? []).map(({ request, error, series, tookMs }) => (
          <section key={request.refId} className="stack">
            <div className="row"><h3>{request.refId}</h3><span className="muted grow">{request.datasource.name} · {request.instant ? `at ${formatDateTime(request.to, look.zone)}` : `${formatDateTime(request.from, look.zone)} to ${formatDateTime(request.to, look.zone)}, step ${formatDuration(request.stepMs)}`} · {series} series · {tookMs.toFixed(0)} ms</span><CopyButton text={() => request.expr} /></div>
            <pre className="code-block">{request.expr}</pre>
            {error !== undefined && <ErrorNote error={error} query={request.expr} />}
          </section>
        ))}
        {tab === 'data' && <DataTables frames={frames} look={look} title={panel.title} />}
        {tab === 'answer' && <><div><CopyButton text={() => answer} /></div><pre className="code-block">{answer.slice(0, 200_000)}</pre></>}
        {tab === 'panel' && <><div><CopyButton text={() => JSON.stringify(panel, null, 2)} /></div><pre className="code-block">{JSON.stringify(panel, null, 2)}</pre></>}
      </div>
    </Dialog>
  );
}
