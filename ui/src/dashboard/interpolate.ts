// `$var`, `${var:format}`, `[[var]]` in queries, titles, links and texts. Pure.

/** The value of a variable in force. */
export interface VariableValue {
  readonly name: string;
  readonly values: readonly string[];
  readonly text: string;
  /** Several values are possible, so that a query must treat the value as a regular expression. */
  readonly multi: boolean;
  /** Replaces everything when "All" is chosen and the file gives a value of its own for it. */
  readonly allValue: string | undefined;
}

export interface Scope {
  readonly variables: ReadonlyMap<string, VariableValue>;
  /** `__interval`, `__range_s` and their like; taken as they are. */
  readonly builtins: Readonly<Record<string, string>>;
}

export const EMPTY_SCOPE: Scope = { variables: new Map(), builtins: {} };

/** Inside a quoted PromQL string. */
export function escapePlain(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

/** Inside a quoted PromQL regular expression: backslashes double for the string, once more for the expression. */
export function escapeRegex(value: string): string {
  return value.replaceAll('\\', '\\\\\\\\').replaceAll(/[$^*{}[\]'+?.()|]/g, '\\\\$&').replaceAll('"', '\\"');
}

function forQuery({ values, multi, allValue }: VariableValue): string {
  if (allValue !== undefined) return allValue;
  if (!multi) return escapePlain(values[0] ?? '');
  const escaped = values.map(escapeRegex);
  return escaped.length === 1 ? (escaped[0] ?? '') : `(${escaped.join('|')})`;
}

function plainRegex(value: string): string {
  return value.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

export type Formatter = (value: VariableValue) => string;

const FORMATS: Readonly<Record<string, Formatter>> = {
  raw: ({ values }) => values.join(','),
  csv: ({ values }) => values.join(','),
  pipe: ({ values }) => values.join('|'),
  regex: ({ values }) => (values.length === 1 ? plainRegex(values[0] ?? '') : `(${values.map(plainRegex).join('|')})`),
  glob: ({ values }) => (values.length === 1 ? (values[0] ?? '') : `{${values.join(',')}}`),
  json: ({ values }) => JSON.stringify(values.length === 1 ? values[0] : values),
  lucene: ({ values }) => (values.length === 1 ? (values[0] ?? '') : `(${values.map((value) => JSON.stringify(value)).join(' OR ')})`),
  singlequote: ({ values }) => values.map((value) => `'${value.replaceAll("'", "\\'")}'`).join(','),
  doublequote: ({ values }) => values.map((value) => `"${value.replaceAll('"', '\\"')}"`).join(','),
  sqlstring: ({ values }) => values.map((value) => `'${value.replaceAll("'", "''")}'`).join(','),
  percentencode: ({ values }) => encodeURIComponent(values.length === 1 ? (values[0] ?? '') : `{${values.join(',')}}`),
  uriencode: ({ values }) => encodeURI(values.join(',')),
  queryparam: ({ name, values }) => values.map((value) => `var-${name}=${encodeURIComponent(value)}`).join('&'),
  text: ({ text }) => text,
};

export const asQuery: Formatter = forQuery;
export const asText: Formatter = ({ text }) => text;
export const asRaw: Formatter = ({ values, allValue }) => allValue ?? (values.length === 1 ? (values[0] ?? '') : `{${values.join(',')}}`);

const REFERENCE = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}/g;

/** The text with every known reference replaced; unknown ones stay, so that the error of the query names them. */
export function interpolate(text: string, scope: Scope, byDefault: Formatter = asText): string {
  if (!text.includes('$') && !text.includes('[[')) return text;
  return text.replaceAll(REFERENCE, (whole: string, plain?: string, square?: string, squareFormat?: string, braced?: string, _path?: string, bracedFormat?: string) => {
    const name = plain ?? square ?? braced ?? '';
    const format = squareFormat ?? bracedFormat;
    const builtin = scope.builtins[name];
    if (builtin !== undefined) return format?.startsWith('date') === true ? formatDate(builtin, format) : builtin;
    const variable = scope.variables.get(name);
    if (variable === undefined) return whole;
    if (format === undefined) return byDefault(variable);
    const formatter = FORMATS[format.split(':')[0] ?? ''];
    return formatter === undefined ? byDefault(variable) : formatter(variable);
  });
}

function formatDate(epochMs: string, format: string): string {
  const date = new Date(Number(epochMs));
  if (Number.isNaN(date.getTime())) return epochMs;
  return format === 'date:seconds' ? String(Math.floor(date.getTime() / 1_000)) : date.toISOString();
}

/** Names of the variables that a text refers to. */
export function references(text: string): readonly string[] {
  return [...text.matchAll(REFERENCE)].map((match) => match[1] ?? match[2] ?? match[4] ?? '');
}

export function withScoped(scope: Scope, scoped: Readonly<Record<string, string>>): Scope {
  const names = Object.keys(scoped);
  if (names.length === 0) return scope;
  const variables = new Map(scope.variables);
  for (const name of names) {
    const value = scoped[name] ?? '';
    const old = variables.get(name);
    variables.set(name, { name, values: [value], text: value, multi: old?.multi ?? false, allValue: undefined });
  }
  return { ...scope, variables };
}

/** `var-job=a&var-job=b` for links between dashboards. */
export function variablesAsParams(scope: Scope, allNames: ReadonlySet<string>): string {
  return [...scope.variables.values()].map((variable) => (allNames.has(variable.name) ? `var-${variable.name}=%24__all` : (FORMATS['queryparam']?.(variable) ?? ''))).filter((part) => part !== '').join('&');
}
