// The query page: several panels, their state in the address, repeated at an interval if one wishes.
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { Icon } from '../../design/Icon';
import { CopyButton } from '../../design/parts';
import { setSearch, useAddress } from '../../shell/router';
import { Panel } from './Panel';
import { NEW_PANEL, panelsFromSearch, panelsToSearch, type PanelState } from './state';
import './query.css';

const REFRESH: readonly (readonly [number, string])[] = [[0, 'No auto-refresh'], [5, 'Every 5s'], [15, 'Every 15s'], [30, 'Every 30s'], [60, 'Every 1m'], [300, 'Every 5m']];

/** The address with every "now" replaced by this moment. */
function absoluteLink(panels: readonly PanelState[]): string {
  const now = Date.now();
  const params = panelsToSearch(panels.map((panel) => ({ ...panel, end: panel.end ?? now })));
  return `${location.origin}${location.pathname}?${params.toString()}`;
}

export function QueryPage(): ReactNode {
  const { search } = useAddress();
  const panels = panelsFromSearch(search);
  const [turn, setTurn] = useState(0);
  const [every, setEvery] = useState(0);

  useEffect(() => {
    document.title = panels[0]?.expr === '' || panels[0] === undefined ? 'Query · Narthex' : `${panels[0].expr.slice(0, 60)} · Narthex`;
  });
  useEffect(() => {
    if (every === 0) return;
    const timer = setInterval(() => {
      if (!document.hidden) setTurn((n) => n + 1);
    }, every * 1_000);
    return () => clearInterval(timer);
  }, [every]);

  const write = useCallback((next: readonly PanelState[]) => setSearch(panelsToSearch(next, new URLSearchParams(location.search))), []);
  const change = useCallback((index: number, patch: Partial<PanelState>) => {
    write(panelsFromSearch(location.search).map((panel, i) => (i === index ? { ...panel, ...patch } : panel)));
  }, [write]);

  return (
    <>
      <div className="page-head">
        <h1 className="visually-hidden">Query</h1>
        <button type="button" className="btn" data-refresh onClick={() => setTurn(turn + 1)}><Icon name="refresh" /> Refresh all</button>
        <select className="select" aria-label="Auto-refresh" value={every} onChange={(event) => setEvery(Number(event.target.value))}>
          {REFRESH.map(([seconds, name]) => <option key={seconds} value={seconds}>{name}</option>)}
        </select>
        <div className="grow" />
        <CopyButton className="btn" label="Copy link at this time" text={() => absoluteLink(panels)} />
      </div>
      {panels.map((panel, index) => (
        <PanelAt
          key={index} index={index} panel={panel} turn={turn} change={change}
          onRemove={panels.length > 1 ? () => write(panels.filter((_, i) => i !== index)) : undefined}
          onDuplicate={() => write([...panels.slice(0, index + 1), panel, ...panels.slice(index + 1)])}
        />
      ))}
      <div>
        <button type="button" className="btn" onClick={() => write([...panels, NEW_PANEL])}><Icon name="plus" /> Add query</button>
      </div>
    </>
  );
}

interface PanelAtProps {
  readonly index: number;
  readonly panel: PanelState;
  readonly turn: number;
  readonly change: (index: number, patch: Partial<PanelState>) => void;
  readonly onRemove: (() => void) | undefined;
  readonly onDuplicate: () => void;
}
function PanelAt({ index, change, ...rest }: PanelAtProps): ReactNode {
  const onChange = useCallback((patch: Partial<PanelState>) => change(index, patch), [index, change]);
  return <Panel id={`g${index}`} onChange={onChange} {...rest} />;
}
