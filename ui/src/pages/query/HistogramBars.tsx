// One native histogram as bars: width by density or equal, height by count; boundaries in the title of each bar.
import { useState, type ReactNode } from 'react';
import type { RawBucket, RawHistogram } from '../../api/types';
import { parseValue } from './format';

const OPEN: readonly (readonly [string, string])[] = [['(', ']'], ['[', ')'], ['(', ')'], ['[', ']']];

export function bucketRange([rule, lower, upper]: RawBucket): string {
  const [open, close] = OPEN[rule] ?? ['[', ']'];
  return `${open}${lower}, ${upper}${close}`;
}

export function HistogramBars({ histogram }: { readonly histogram: RawHistogram }): ReactNode {
  const [table, setTable] = useState(false);
  const buckets = histogram.buckets ?? [];
  const most = Math.max(...buckets.map((bucket) => parseValue(bucket[3])), 0);
  const width = 320 / Math.max(1, buckets.length);
  return (
    <div className="histogram">
      <div className="muted">count {histogram.count}, sum {histogram.sum}, {buckets.length} buckets</div>
      {buckets.length > 0 && (
        <svg viewBox="0 0 320 72" role="img" aria-label={`Histogram with ${buckets.length} buckets`}>
          {buckets.map((bucket, i) => {
            const height = most === 0 ? 0 : (parseValue(bucket[3]) / most) * 70;
            return (
              <rect key={i} x={i * width} y={71 - height} width={Math.max(1, width - 1)} height={Math.max(1, height)}>
                <title>{`${bucketRange(bucket)}: ${bucket[3]}`}</title>
              </rect>
            );
          })}
        </svg>
      )}
      <button type="button" className="btn btn-sm btn-quiet" onClick={() => setTable(!table)}>{table ? 'Hide buckets' : 'Buckets as table'}</button>
      {table && buckets.map((bucket, i) => <div key={i} className="row mono"><span className="grow">{bucketRange(bucket)}</span>{bucket[3]}</div>)}
    </div>
  );
}
