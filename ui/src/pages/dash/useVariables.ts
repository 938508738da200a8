// The variables of a dashboard with their options, asked for in order of dependence. A change upstream asks downstream again;
// the same question is asked once.
import { useEffect, useMemo, useRef, useState } from 'react';
import { isAbort, toApiError } from '../../api/error';
import { findDatasource, type Datasource } from '../../dashboard/datasources';
import { asQuery, asRaw, interpolate, type Scope } from '../../dashboard/interpolate';
import { rangeMacros, type Span } from '../../dashboard/intervals';
import type { Dashboard, Variable, VariableOption } from '../../dashboard/model';
import { toRegExp } from '../../dashboard/fields';
import { metricText } from '../../dashboard/frames';
import { optionsFrom } from '../../dashboard/variables/options';
import { planVariable } from '../../dashboard/variables/query';
import { choose, inOrder, scopeOf, type Choices, type Resolved } from '../../dashboard/variables/resolve';
import { clientOf } from './api';

type Cache = Map<string, Promise<readonly string[]>>;

async function ask(variable: Variable, scope: Scope, datasources: readonly Datasource[], span: Span, cache: Cache, signal: AbortSignal): Promise<readonly string[]> {
  const plan = planVariable(interpolate(variable.query, scope, asQuery));
  const datasource = findDatasource(variable.datasource, datasources, scope);
  if (plan === undefined || datasource === undefined) return [];
  const client = clientOf(datasource);
  const minute = 60_000;
  const [start, end] = [Math.floor(span.from / minute) * 60, Math.ceil(span.to / minute) * 60];
  const key = JSON.stringify([datasource.uid, plan, start, end]);
  const known = cache.get(key);
  if (known !== undefined) return known;
  const run = async (): Promise<readonly string[]> => {
    switch (plan.kind) {
      case 'labelNames': return (await client.labelNames(plan.match === undefined ? [] : [plan.match], start, end, signal)).data;
      case 'labelValues': return (await client.labelValues(plan.label, plan.match === undefined ? [] : [plan.match], start, end, signal)).data;
      case 'metrics': {
        const pattern = toRegExp(plan.pattern);
        return (await client.labelValues('__name__', [], start, end, signal)).data.filter((name) => pattern?.test(name) ?? false);
      }
      case 'series': return (await client.series([plan.match], start, end, signal)).data.map(metricText);
      case 'result': {
        const { data } = await client.query(plan.expr, span.to / 1_000, signal);
        if (data.resultType !== 'vector') return data.resultType === 'scalar' ? [data.result[1]] : [];
        return data.result.map((item) => `${metricText(item.metric)} ${item.value?.[1] ?? ''} ${Math.round((item.value?.[0] ?? 0) * 1_000)}`);
      }
    }
  };
  const promise = run();
  cache.set(key, promise);
  promise.catch(() => cache.delete(key));
  return promise;
}

function fixedOptions(variable: Variable, datasources: readonly Datasource[]): readonly VariableOption[] | undefined {
  switch (variable.type) {
    case 'datasource': {
      const pattern = variable.regex === '' ? undefined : toRegExp(variable.regex);
      const fitting = datasources.filter((one) => one.type === variable.query || variable.query === '' || variable.query.includes(one.type));
      const found = fitting.filter((one) => pattern === undefined || pattern.test(one.name));
      return (found.length === 0 ? fitting : found).map((one) => ({ text: one.name, value: one.uid }));
    }
    case 'interval': return [...(variable.auto === undefined ? [] : [{ text: 'auto', value: `$__auto_interval_${variable.name}` }]), ...variable.options];
    case 'query': return undefined;
    default: return variable.options;
  }
}

export interface Variables {
  readonly resolved: readonly Resolved[];
  /** False until every variable has been asked for once. */
  readonly ready: boolean;
  readonly busy: boolean;
}

export function useVariables(dashboard: Dashboard | undefined, datasources: readonly Datasource[] | undefined, choices: Choices, span: Span, builtins: Readonly<Record<string, string>>): Variables {
  const [state, setState] = useState<{ resolved: readonly Resolved[]; ready: boolean }>({ resolved: [], ready: false });
  const [busy, setBusy] = useState(false);
  const cache = useRef<Cache>(new Map());
  const ordered = useMemo(() => (dashboard === undefined ? [] : inOrder(dashboard.variables)), [dashboard]);
  // Only variables that ask to follow the time range do so; the others keep the range of the first load.
  const follows = ordered.some((variable) => variable.refreshOnTime && variable.type === 'query');
  const firstSpan = useRef(span);
  const used = follows ? span : firstSpan.current;
  const key = JSON.stringify([choices, Math.floor(used.from / 60_000), Math.ceil(used.to / 60_000)]);

  useEffect(() => {
    if (dashboard === undefined || datasources === undefined) return;
    const controller = new AbortController();
    setBusy(true);
    const run = async (): Promise<void> => {
      const done: Resolved[] = [];
      for (const variable of ordered) {
        const scope = scopeOf(done, used, { ...builtins, ...rangeMacros(used) });
        let options = fixedOptions(variable, datasources);
        let error: string | undefined;
        if (options === undefined) {
          try {
            const values = await ask(variable, scope, datasources, used, cache.current, controller.signal);
            options = optionsFrom(values, interpolate(variable.regex, scope, asRaw), variable.sort);
          } catch (failure) {
            if (controller.signal.aborted || isAbort(failure)) return;
            error = toApiError(failure).message;
            options = [];
          }
        }
        done.push({ variable, options, chosen: choose(variable, options, choices[variable.name]), error });
      }
      if (controller.signal.aborted) return;
      const position = new Map(dashboard.variables.map((variable, i) => [variable.name, i]));
      setState({ ready: true, resolved: done.sort((a, b) => (position.get(a.variable.name) ?? 0) - (position.get(b.variable.name) ?? 0)) });
      setBusy(false);
    };
    void run();
    return () => controller.abort();
  }, [dashboard, datasources, ordered, key]);
  return { ...state, busy };
}
