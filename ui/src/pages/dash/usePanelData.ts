// Asks what a panel needs, keeps the old answer until the new one is there, gives up what is no longer wanted.
import { useEffect, useRef, useState } from 'react';
import { isAbort, toApiError, type ApiError } from '../../api/error';
import type { ExemplarSeries } from '../../api/types';
import { framesOf, type Frame } from '../../dashboard/frames';
import { clientOf } from './api';
import type { Request, Requests } from './requests';

export interface QueryOutcome {
  readonly request: Request;
  readonly error: ApiError | undefined;
  readonly series: number;
  readonly tookMs: number;
  readonly raw: unknown;
}
export interface PanelData {
  readonly frames: readonly Frame[];
  readonly outcomes: readonly QueryOutcome[];
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
  readonly exemplars: readonly ExemplarSeries[];
  readonly span: Requests['span'];
}

interface Outcome {
  readonly outcome: QueryOutcome;
  readonly frames: readonly Frame[];
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
  readonly exemplars: readonly ExemplarSeries[];
}

async function askOne(request: Request, several: boolean, signal: AbortSignal): Promise<Outcome> {
  const client = clientOf(request.datasource);
  const started = performance.now();
  const [from, to] = [request.from / 1_000, request.to / 1_000];
  try {
    const [answer, exemplars] = await Promise.all([
      request.instant ? client.query(request.expr, to, signal) : client.queryRange({ query: request.expr, start: from, end: to, step: request.stepMs / 1_000 }, signal),
      request.exemplar && !request.instant ? client.exemplars(request.expr, from, to, signal).then((found) => found.data, () => []) : [],
    ]);
    const frames = framesOf(answer.data, { refId: request.refId, format: request.format, stepMs: request.stepMs, several, expr: request.expr, legendFormat: request.legend });
    const series = Array.isArray(answer.data.result) ? answer.data.result.length : 1;
    return { frames, warnings: answer.warnings, infos: answer.infos, exemplars, outcome: { request, error: undefined, series, tookMs: performance.now() - started, raw: answer.data } };
  } catch (error) {
    if (isAbort(error)) throw error;
    return { frames: [], warnings: [], infos: [], exemplars: [], outcome: { request, error: toApiError(error), series: 0, tookMs: performance.now() - started, raw: undefined } };
  }
}

export async function askAll(requests: Requests, signal: AbortSignal): Promise<PanelData> {
  const answers = await Promise.all(requests.list.map((request) => askOne(request, requests.list.length > 1, signal)));
  return {
    frames: answers.flatMap((answer) => answer.frames),
    outcomes: answers.map((answer) => answer.outcome),
    warnings: [...new Set(answers.flatMap((answer) => answer.warnings))],
    infos: [...new Set(answers.flatMap((answer) => answer.infos))],
    exemplars: answers.flatMap((answer) => answer.exemplars),
    span: requests.span,
  };
}

export interface Asked {
  readonly data: PanelData | undefined;
  readonly busy: boolean;
}

/** `key` names what is asked; the same key is not asked twice, and nothing is asked while `enabled` is false. */
export function usePanelData(key: string, make: () => Requests, enabled: boolean): Asked {
  const [state, setState] = useState<{ key: string; data: PanelData | undefined }>({ key: '', data: undefined });
  const [busyKey, setBusyKey] = useState('');
  const makeRef = useRef(make);
  useEffect(() => {
    makeRef.current = make;
  });
  const answered = state.key;
  useEffect(() => {
    if (!enabled || key === answered) return;
    const controller = new AbortController();
    setBusyKey(key);
    askAll(makeRef.current(), controller.signal).then(
      (data) => {
        if (!controller.signal.aborted) setState({ key, data });
      },
      () => undefined,
    );
    return () => controller.abort();
  }, [key, enabled, answered]);
  return { data: state.data, busy: enabled && busyKey === key && state.key !== key };
}
