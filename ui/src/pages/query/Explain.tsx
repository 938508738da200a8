// The expression as the tree that the server parsed, each node with its own text and, on demand, its own result; or the plan
// that the server has for it.
import { useState, type ReactNode } from 'react';
import { Prometheus } from '../../api/prometheus';
import type { AstNode } from '../../api/types';
import { useAnswer } from '../../api/useAnswer';
import { Empty, ErrorNote, Progress } from '../../design/Note';
import { Badge } from '../../design/parts';
import { formatSeconds } from '../../time/duration';
import { childrenOf, nodeText } from './ast';
import { Plan } from './Plan';
import type { PanelState } from './state';
import { Statistics } from './Statistics';

const api = new Prometheus();

function Node({ node, depth }: { readonly node: AstNode; readonly depth: number }): ReactNode {
  const [run, setRun] = useState(false);
  const text = nodeText(node);
  const runnable = node.type !== 'stringLiteral';
  const asked = useAnswer(text, (signal) => api.query(text, undefined, signal), { enabled: run && runnable });
  const data = asked.data?.data;
  const size = data === undefined ? undefined : data.resultType === 'vector' || data.resultType === 'matrix' ? `${data.result.length} series` : data.resultType === 'scalar' ? data.result[1] : 'string';
  const children = childrenOf(node);
  return (
    <li className="tree-node">
      <div className="row">
        <Badge kind="info">{node.type}</Badge>
        <code className="grow">{text}</code>
        {size !== undefined && <span className="muted">{size}, {formatSeconds(Math.round(asked.took) / 1_000)}</span>}
        {asked.error !== undefined && <span className="muted">{asked.error.message}</span>}
        {runnable && !run && <button type="button" className="btn btn-sm" onClick={() => setRun(true)}>Evaluate</button>}
      </div>
      {children.length > 0 && <ul className="tree">{children.map((child, i) => <Node key={i} node={child} depth={depth + 1} />)}</ul>}
    </li>
  );
}

function Tree({ expr }: { readonly expr: string }): ReactNode {
  const asked = useAnswer(expr, (signal) => api.parseQuery(expr, signal));
  return (
    <>
      <Progress busy={asked.busy} />
      {asked.error !== undefined && <ErrorNote error={asked.error} query={expr} />}
      {asked.data !== undefined && asked.error === undefined && (
        <>
          <ul className="tree" aria-label="Tree"><Node node={asked.data.data} depth={0} /></ul>
          <Statistics expr={expr} />
        </>
      )}
    </>
  );
}

export function Explain({ panel }: { readonly panel: PanelState }): ReactNode {
  const [plan, setPlan] = useState(false);
  if (panel.expr.trim() === '') return <Empty title="Nothing to explain yet">Enter an expression and run it.</Empty>;
  return (
    <div className="card-pad stack">
      <span className="btn-group" role="group" aria-label="Explain by">
        <button type="button" className="btn" aria-pressed={!plan} onClick={() => setPlan(false)}>Tree</button>
        <button type="button" className="btn" aria-pressed={plan} onClick={() => setPlan(true)}>Plan</button>
      </span>
      {plan ? <Plan panel={panel} /> : <Tree expr={panel.expr} />}
    </div>
  );
}
