// Variables with their values in force: order of dependence, choice of the current value, scope for interpolation. Pure.
import { formatInterval, parseDuration } from '../../time/duration';
import { references, type Scope, type VariableValue } from '../interpolate';
import { ALL } from '../normalise/variable';
import type { Variable, VariableOption } from '../model';
import { intervalOf, type Span } from '../intervals';

export { ALL };

/** What a person or an address chose, by variable name. */
export type Choices = Readonly<Record<string, readonly string[]>>;
export interface Resolved {
  readonly variable: Variable;
  readonly options: readonly VariableOption[];
  /** `[ALL]` stands for all options. */
  readonly chosen: readonly string[];
  readonly error: string | undefined;
}

/** Variables that others need come first; circles are cut where they close. */
export function inOrder(variables: readonly Variable[]): readonly Variable[] {
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  const done = new Set<string>();
  const out: Variable[] = [];
  const visit = (variable: Variable, path: ReadonlySet<string>): void => {
    if (done.has(variable.name) || path.has(variable.name)) return;
    for (const name of dependencies(variable)) {
      const other = byName.get(name);
      if (other !== undefined) visit(other, new Set([...path, variable.name]));
    }
    done.add(variable.name);
    out.push(variable);
  };
  for (const variable of variables) visit(variable, new Set());
  return out;
}

export function dependencies(variable: Variable): readonly string[] {
  return [...references(variable.query), ...references(variable.regex), ...(variable.datasource.kind === 'named' ? references(variable.datasource.ref) : [])].filter((name) => name !== variable.name);
}

/** The values in force: as chosen if they still exist, else as in the file, else "All" or the first option. */
export function choose(variable: Variable, options: readonly VariableOption[], wished: readonly string[] | undefined): readonly string[] {
  if (variable.type === 'textbox' || variable.type === 'constant') return wished ?? [variable.current[0] ?? variable.query];
  if (variable.type === 'adhoc') return wished ?? [];
  const known = new Set(options.map((option) => option.value));
  const accept = (values: readonly string[] | undefined): readonly string[] | undefined => {
    if (values === undefined || values.length === 0) return undefined;
    if (variable.includeAll && values.some((value) => value === ALL || value === 'All')) return [ALL];
    const valid = values.map((value) => (known.has(value) ? value : options.find((option) => option.text === value)?.value)).filter((value): value is string => value !== undefined);
    if (valid.length === 0) return undefined;
    return variable.multi ? valid : valid.slice(0, 1);
  };
  const found = accept(wished) ?? accept(variable.current);
  if (found !== undefined) return found;
  // A value given by hand in the address is kept, even if the server does not know it.
  if (wished !== undefined && wished.length > 0 && wished[0] !== ALL) return variable.multi ? wished : wished.slice(0, 1);
  if (variable.includeAll) return [ALL];
  return options[0] === undefined ? [] : [options[0].value];
}

export function valueOf({ variable, options, chosen }: Resolved, span: Span): VariableValue {
  const all = chosen.includes(ALL) && variable.includeAll;
  const values = all ? options.map((option) => option.value) : chosen;
  if (variable.type === 'interval' && variable.auto !== undefined && chosen[0]?.startsWith('$__auto') === true) {
    const auto = formatInterval(intervalOf(span.to - span.from, variable.auto.count, parseDuration(variable.auto.min) ?? 10_000));
    return { name: variable.name, values: [auto], text: auto, multi: false, allValue: undefined };
  }
  const textOf = (value: string): string => options.find((option) => option.value === value)?.text ?? value;
  return {
    name: variable.name, values, text: all ? 'All' : values.map(textOf).join(' + '), multi: variable.multi || variable.includeAll,
    allValue: all && variable.allValue !== '' ? variable.allValue : all && values.length === 0 ? '.*' : undefined,
  };
}

export function scopeOf(resolved: readonly Resolved[], span: Span, builtins: Readonly<Record<string, string>>): Scope {
  return { builtins, variables: new Map(resolved.filter((one) => one.variable.type !== 'adhoc').map((one) => [one.variable.name, valueOf(one, span)])) };
}
