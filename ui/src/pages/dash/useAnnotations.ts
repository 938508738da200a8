// Annotations from queries: every stretch of points becomes one mark.
import { useEffect, useMemo, useState } from 'react';
import type { ChartAnnotation } from '../../chart/model';
import { findDatasource, type Datasource } from '../../dashboard/datasources';
import { asQuery, interpolate, type Scope } from '../../dashboard/interpolate';
import { intervalOf, rangeMacros, type Span } from '../../dashboard/intervals';
import type { AnnotationQuery } from '../../dashboard/model';
import { resolveColor } from '../../design/palette';
import { parseDuration } from '../../time/duration';
import type { MatrixItem } from '../../api/types';
import { clientOf } from './api';

/** Neighbouring points of a series above zero are one region. */
export function marksOf(item: MatrixItem, query: AnnotationQuery, stepSeconds: number, color: string): readonly ChartAnnotation[] {
  const fill = (template: string): string => template.replaceAll(/\{\{\s*(.+?)\s*\}\}/g, (_, key: string) => item.metric[key] ?? '');
  const title = query.titleFormat === '' ? query.name : fill(query.titleFormat);
  const text = query.textFormat === '' ? Object.entries(item.metric).filter(([key]) => key !== '__name__').map(([key, value]) => `${key}=${value}`).join(', ') : fill(query.textFormat);
  const marks: { time: number; timeEnd: number | undefined; title: string; text: string; color: string }[] = [];
  let last = -Infinity;
  for (const [time, value] of item.values ?? []) {
    if (query.useValueForTime) {
      const at = Number(value) / 1_000;
      if (!marks.some((mark) => mark.time === at)) marks.push({ time: at, timeEnd: undefined, title, text, color });
      continue;
    }
    if (Number(value) === 0) continue;
    const open = marks.at(-1);
    if (open !== undefined && time - last <= stepSeconds * 1.01) open.timeEnd = time;
    else marks.push({ time, timeEnd: undefined, title, text, color });
    last = time;
  }
  return marks;
}

export function useAnnotations(queries: readonly AnnotationQuery[], off: ReadonlySet<string>, datasources: readonly Datasource[], scope: Scope, span: Span, ready: boolean, dark: boolean): readonly ChartAnnotation[] {
  const [marks, setMarks] = useState<readonly ChartAnnotation[]>([]);
  const active = useMemo(() => queries.filter((query) => query.enable !== off.has(query.name)), [queries, off]);
  useEffect(() => {
    if (!ready || active.length === 0) {
      setMarks((old) => (old.length === 0 ? old : []));
      return;
    }
    const controller = new AbortController();
    const ask = async (query: AnnotationQuery): Promise<readonly ChartAnnotation[]> => {
      const datasource = findDatasource(query.datasource, datasources, scope);
      if (datasource === undefined) return [];
      const step = intervalOf(span.to - span.from, 500, parseDuration(query.step) ?? 15_000) / 1_000;
      const full = { ...scope, builtins: { ...scope.builtins, ...rangeMacros(span), __interval: `${step}s` } };
      const answer = await clientOf(datasource).queryRange({ query: interpolate(query.expr, full, asQuery), start: span.from / 1_000, end: span.to / 1_000, step }, controller.signal);
      return answer.data.resultType === 'matrix' ? answer.data.result.flatMap((item) => marksOf(item, query, step, resolveColor(query.color, dark))) : [];
    };
    // An annotation that cannot be asked for must not take the panels with it.
    void Promise.all(active.map((query) => ask(query).catch(() => []))).then((found) => {
      if (!controller.signal.aborted) setMarks(found.flat().slice(0, 500));
    });
    return () => controller.abort();
  }, [active, datasources, scope, span, ready, dark]);
  return marks;
}
