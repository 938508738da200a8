// Log lines, newest first unless the panel wishes otherwise: time, level as a coloured edge with its name, text; labels on a click.
import { useMemo, useState, type ReactNode } from 'react';
import { bool, str } from '../../dashboard/json';
import { Empty } from '../../design/Note';
import { LabelList } from '../../design/parts';
import { formatDateTime } from '../../time/zone';
import type { PanelProps } from '../types';
import { linesOf } from './lines';

const LINES_FIRST = 200;

export function LogsPanel({ panel, frames, look }: PanelProps): ReactNode {
  const { options } = panel;
  const [limit, setLimit] = useState(LINES_FIRST);
  const newestFirst = str(options['sortOrder'], 'Descending') !== 'Ascending';
  const deduplicate = str(options['dedupStrategy'], 'none') !== 'none';
  const lines = useMemo(() => linesOf(frames, look, { newestFirst, deduplicate }), [frames, look, newestFirst, deduplicate]);
  const times = bool(options['showTime'], true);
  const wrap = bool(options['wrapLogMessage'], true);
  const labels = bool(options['showLabels']);
  if (lines.length === 0) return <Empty title="No lines" />;
  return (
    <div className={wrap ? 'logs wrap' : 'logs'} tabIndex={0} role="group" aria-label="Log lines">
      {lines.slice(0, limit).map((line, i) => {
        const head = (
          <>
            {times && !Number.isNaN(line.time) && <time className="log-time">{formatDateTime(line.time, look.zone, true)}</time>}
            {line.level !== 'unknown' && <span className="log-level">{line.level}</span>}
            {labels && <LabelList labels={line.labels} skip="__name__" />}
            <span className="log-text">{line.text}</span>
          </>
        );
        if (Object.keys(line.labels).length === 0 || !bool(options['enableLogDetails'], true)) return <div key={i} className={`log ${line.level}`}><div className="log-head">{head}</div></div>;
        return <details key={i} className={`log ${line.level}`}><summary className="log-head">{head}</summary><LabelList labels={line.labels} /></details>;
      })}
      {lines.length > limit && <button type="button" className="btn btn-sm" onClick={() => setLimit(limit + 1_000)}>{lines.length - limit} more lines</button>}
    </div>
  );
}
