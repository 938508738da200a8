// What the server would do with the expression, operator by operator, without doing it. Asked for the times that the graph
// of this panel would ask for.
import type { ReactNode } from 'react';
import { Prometheus } from '../../api/prometheus';
import type { PlanNode } from '../../api/types';
import { useAnswer } from '../../api/useAnswer';
import { Empty, ErrorNote, Progress } from '../../design/Note';
import { Badge } from '../../design/parts';
import { formatDuration } from '../../time/duration';
import { useZone } from '../../time/prefs';
import { formatDateTime, type Zone } from '../../time/zone';
import { stepSeconds, type PanelState } from './state';

const api = new Prometheus();

const MODES: Readonly<Record<string, { readonly kind: 'good' | 'info' | 'warn' | undefined; readonly means: string }>> = {
  streamed: { kind: 'good', means: 'Series by series, on demand: memory for one series per thread' },
  folded: { kind: 'info', means: 'Its input is folded into groups as it is read: memory for the groups' },
  collected: { kind: 'warn', means: 'All rows are collected: memory for all series' },
  scalar: { kind: undefined, means: 'One number or text per step' },
};

/** Selectors begin a millisecond after the window's start, which no person wants to read. */
const roughly = (ms: number): number => (ms < 1_000 ? ms : Math.round(ms / 1_000) * 1_000);

/** What one operator does, in words: its steps, the time that it reads, what else the server says. */
export function planFacts(node: PlanNode, zone: Zone): readonly string[] {
  return [
    node.once ? 'computed once' : node.steps === 1 ? '1 step' : `${node.steps.toLocaleString('en')} steps`,
    ...(node.reads === undefined ? [] : [`reads ${formatDuration(roughly(node.reads.maxt - node.reads.mint))}: ${formatDateTime(node.reads.mint, zone)} to ${formatDateTime(node.reads.maxt, zone)}`]),
    ...node.notes,
  ];
}

function Operator({ node, zone }: { readonly node: PlanNode; readonly zone: Zone }): ReactNode {
  const mode = MODES[node.mode];
  return (
    <li className="tree-node">
      <div className="row-wrap">
        <strong>{node.operator}</strong>
        <span title={mode?.means}><Badge {...(mode?.kind === undefined ? {} : { kind: mode.kind })}>{node.mode}</Badge></span>
        <code>{node.expr}</code>
        <span className="muted">{planFacts(node, zone).join(' · ')}</span>
      </div>
      {node.inputs.length > 0 && <ul className="tree">{node.inputs.map((input, i) => <Operator key={i} node={input} zone={zone} />)}</ul>}
    </li>
  );
}

export function Plan({ panel }: { readonly panel: PanelState }): ReactNode {
  const zone = useZone();
  const asked = useAnswer(JSON.stringify([panel.expr, panel.end, panel.rangeMs, panel.resolution]), (signal) => {
    const end = (panel.end ?? Date.now()) / 1_000;
    return api.explain({ query: panel.expr, start: end - panel.rangeMs / 1_000, end, step: stepSeconds(panel.resolution, panel.rangeMs) }, signal);
  });
  if (asked.error?.status === 404) return <Empty title="This server tells no plans">Only Narthex has api/v1/explain; the tree works with every server.</Empty>;
  return (
    <>
      <Progress busy={asked.busy} />
      {asked.error !== undefined && <ErrorNote error={asked.error} query={panel.expr} />}
      {asked.data !== undefined && asked.error === undefined && (
        <>
          <p className="muted">For a graph over {formatDuration(panel.rangeMs)} with a step of {formatDuration(stepSeconds(panel.resolution, panel.rangeMs) * 1_000)}.</p>
          <ul className="tree" aria-label="Plan"><Operator node={asked.data.data} zone={zone} /></ul>
        </>
      )}
    </>
  );
}
