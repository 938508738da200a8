// What answering the expression took: the engine's times and samples, as the server counts them.
import type { ReactNode } from 'react';
import { Prometheus } from '../../api/prometheus';
import type { QueryStats } from '../../api/types';
import { useAnswer } from '../../api/useAnswer';
import { formatSeconds } from '../../time/duration';

const api = new Prometheus();

/** In the order in which they happen; a server that counts others has them behind. */
const TIMINGS: Readonly<Record<string, string>> = {
  execQueueTime: 'Waited for a place among the queries', queryPreparationTime: 'Found the series', innerEvalTime: 'Evaluated', resultSortTime: 'Sorted the result', evalTotalTime: 'Evaluation in all', execTotalTime: 'In all',
};

export function rowsOf(stats: QueryStats, tookMs: number): readonly (readonly [string, string])[] {
  const timings = stats.timings ?? {};
  const names = [...Object.keys(TIMINGS).filter((name) => timings[name] !== undefined), ...Object.keys(timings).filter((name) => TIMINGS[name] === undefined)];
  const { totalQueryableSamples: read, peakSamples: peak } = stats.samples ?? {};
  return [
    ...names.map((name) => [TIMINGS[name] ?? name, formatSeconds(timings[name] ?? 0)] as const),
    ['From this page and back', formatSeconds(tookMs / 1_000)] as const,
    ...(read === undefined ? [] : [['Samples read', read.toLocaleString('en')] as const]),
    ...(peak === undefined ? [] : [['Samples held at once, at most', peak.toLocaleString('en')] as const]),
  ];
}

export function Statistics({ expr }: { readonly expr: string }): ReactNode {
  const asked = useAnswer(expr, (signal) => api.query(expr, undefined, signal, true));
  const stats = asked.data?.data.stats;
  if (stats === undefined || asked.error !== undefined) return null;
  return (
    <section aria-label="Statistics">
      <h2 className="h3">Statistics of one evaluation, now</h2>
      <dl className="kv statistics">
        {rowsOf(stats, asked.took).map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name} value`} className="num">{value}</dd>])}
      </dl>
    </section>
  );
}
