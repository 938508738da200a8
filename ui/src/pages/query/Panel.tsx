// One panel of the query page: editor, tabs, result. It runs what was committed (Enter or the button), not what is being typed.
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { Prometheus } from '../../api/prometheus';
import type { Answer, ExemplarSeries, QueryData } from '../../api/types';
import { useAnswer } from '../../api/useAnswer';
import type { ChartExemplar } from '../../chart/model';
import { Editor } from '../../editor/Editor';
import { Icon } from '../../design/Icon';
import { Menu } from '../../design/Menu';
import { Empty, ErrorNote, Progress, Warnings } from '../../design/Note';
import { Tabs } from '../../design/parts';
import { formatDuration, formatSeconds } from '../../time/duration';
import { GraphControls, InstantField } from './Controls';
import { Explain } from './Explain';
import { Explorer } from './Explorer';
import { parseValue } from './format';
import { GraphView } from './GraphView';
import { readHistory, remember } from './history';
import { stepSeconds, type PanelState, type Tab } from './state';
import { TableView } from './TableView';
import { labelsText } from './toModel';

const api = new Prometheus();
const TABS: readonly (readonly [Tab, string])[] = [['table', 'Table'], ['graph', 'Graph'], ['explain', 'Explain']];
const NO_EXEMPLARS: readonly ChartExemplar[] = [];

interface PanelProps {
  readonly id: string;
  readonly panel: PanelState;
  /** Grows whenever everything should be asked again. */
  readonly turn: number;
  readonly onChange: (patch: Partial<PanelState>) => void;
  readonly onRemove: (() => void) | undefined;
  readonly onDuplicate: () => void;
}

interface RangeAnswer {
  readonly answer: Answer<QueryData>;
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly exemplars: readonly ChartExemplar[];
}

function toExemplars(series: readonly ExemplarSeries[]): ChartExemplar[] {
  return series.flatMap((one) => one.exemplars.map((item) => ({ time: item.timestamp, value: parseValue(item.value), text: `${labelsText(item.labels)} (${item.value})`, href: undefined })));
}

async function askRange(panel: PanelState, signal: AbortSignal): Promise<RangeAnswer> {
  const to = (panel.end ?? Date.now()) / 1_000;
  const step = stepSeconds(panel.resolution, panel.rangeMs);
  const from = to - panel.rangeMs / 1_000;
  const [answer, exemplars] = await Promise.all([
    api.queryRange({ query: panel.expr, start: from, end: to, step }, signal, true),
    panel.exemplars ? api.exemplars(panel.expr, from, to, signal).then((found) => toExemplars(found.data), () => NO_EXEMPLARS) : NO_EXEMPLARS,
  ]);
  return { answer, from, to, step, exemplars };
}

function Facts({ data, took, extra }: { readonly data: QueryData; readonly took: number; readonly extra: string }): ReactNode {
  const count = data.resultType === 'vector' || data.resultType === 'matrix' ? `${data.result.length} series` : data.resultType;
  const samples = data.stats?.samples?.totalQueryableSamples;
  const evaluated = data.stats?.timings?.['evalTotalTime'];
  return (
    <span className="muted facts">
      {count} · {formatSeconds(Math.round(took) / 1_000)}{evaluated === undefined ? '' : ` (${formatSeconds(evaluated)} in the engine)`}
      {samples === undefined ? '' : ` · ${samples.toLocaleString('en')} samples`}
      {extra}
    </span>
  );
}

export function Panel({ id, panel, turn, onChange, onRemove, onDuplicate }: PanelProps): ReactNode {
  const [draft, setDraft] = useState(panel.expr);
  const [runs, setRuns] = useState(0);
  const [exploring, setExploring] = useState(false);
  const [notice, setNotice] = useState('');
  useEffect(() => setDraft(panel.expr), [panel.expr]);

  const ready = panel.expr.trim() !== '';
  const instant = useAnswer(JSON.stringify([panel.expr, panel.end, runs, turn]), (signal) => api.query(panel.expr, panel.end === undefined ? undefined : panel.end / 1_000, signal, true), { enabled: ready && panel.tab === 'table' });
  const range = useAnswer(JSON.stringify([panel.expr, panel.end, panel.rangeMs, panel.resolution, panel.exemplars, runs, turn]), (signal) => askRange(panel, signal), { enabled: ready && panel.tab === 'graph' });
  const asked = panel.tab === 'graph' ? range : instant;

  const run = (expr = draft): void => {
    remember(expr);
    setNotice('');
    if (expr === panel.expr) setRuns(runs + 1);
    else onChange({ expr });
  };
  const format = (): void => {
    api.formatQuery(draft).then((answer) => setDraft(answer.data), (error: unknown) => setNotice(error instanceof Error ? error.message : String(error)));
  };
  const warnings = panel.tab === 'graph' ? range.data?.answer : instant.data;
  const zoom = useMemo(() => ({
    in: (from: number, to: number) => onChange({ rangeMs: Math.max(1_000, Math.round(to - from)), end: Math.round(to) }),
    out: () => onChange({ rangeMs: panel.rangeMs * 2 }),
  }), [onChange, panel.rangeMs]);

  return (
    <section className="card query-panel" aria-label={`Query ${id}`} data-panel={id}>
      <div className="query-head">
        <Editor value={draft} onChange={setDraft} onRun={() => run()} label={`Expression of panel ${id}`} />
        <button type="button" className="btn btn-primary" onClick={() => run()}>Execute</button>
        <Menu label={<Icon name="dots" />} title="More for this query" className="btn btn-icon" align="right">
          {(close) => {
            const item = (name: string, act: () => void): ReactNode => <button type="button" className="menu-item" onClick={() => { close(); act(); }}>{name}</button>;
            return (
              <>
                {item('Explore metrics', () => setExploring(true))}
                {item('Format expression', format)}
                {item('Duplicate panel', onDuplicate)}
                {onRemove !== undefined && item('Remove panel', onRemove)}
                {readHistory().length > 0 && <div className="menu-head">History</div>}
                {readHistory().slice(0, 15).map((entry) => (
                  <button key={entry} type="button" className="menu-item mono" title={entry} onClick={() => { close(); setDraft(entry); run(entry); }}>
                    <span className="ellipsis history-entry">{entry}</span>
                  </button>
                ))}
              </>
            );
          }}
        </Menu>
      </div>
      {notice !== '' && <div className="query-notice muted">{notice}</div>}
      <Progress busy={asked.busy && ready} />
      <Tabs tabs={TABS} value={panel.tab} onChange={(tab) => onChange({ tab })} label="Result as">
        {panel.tab !== 'explain' && warnings !== undefined && asked.error === undefined && ready && (
          <Facts data={warnings.data} took={asked.took} extra={panel.tab === 'graph' && range.data !== undefined ? ` · step ${formatDuration(range.data.step * 1_000)}` : ''} />
        )}
      </Tabs>
      {panel.tab === 'graph' && <GraphControls panel={panel} onChange={onChange} />}
      {panel.tab === 'table' && <div className="query-controls row"><InstantField panel={panel} onChange={onChange} /></div>}
      <div className={asked.error !== undefined && asked.data !== undefined ? 'query-body stale' : 'query-body'}>
        {!ready && panel.tab !== 'explain' && <Empty title="No expression yet">Type one above, or pick a metric from the explorer in the menu on the right.</Empty>}
        {ready && asked.error !== undefined && panel.tab !== 'explain' && <ErrorNote error={asked.error} query={panel.expr} />}
        {ready && warnings !== undefined && panel.tab !== 'explain' && <Warnings warnings={warnings.warnings} infos={warnings.infos} />}
        {ready && panel.tab === 'table' && instant.data !== undefined && instant.error === undefined && <TableView data={instant.data.data} />}
        {ready && panel.tab === 'graph' && range.data !== undefined && range.error === undefined && (
          <GraphView id={id} data={range.data.answer.data} from={range.data.from} to={range.data.to} step={range.data.step} display={panel.display} yFromZero={panel.yFromZero} exemplars={range.data.exemplars} onZoom={zoom.in} onZoomOut={zoom.out} />
        )}
        {panel.tab === 'explain' && <Explain panel={panel} />}
      </div>
      {exploring && (
        <Explorer
          onClose={() => setExploring(false)}
          onPick={(name) => {
            setExploring(false);
            setDraft(name);
            run(name);
          }}
        />
      )}
    </section>
  );
}
