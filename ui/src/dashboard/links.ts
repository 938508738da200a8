// Links of panels, fields and dashboards: variables filled in, dangerous schemes refused. Pure.
import { interpolate, asRaw, variablesAsParams, type Scope } from './interpolate';

/** The address if it is harmless: http(s), mail, or relative; `undefined` for everything else, such as `javascript:`. */
export function safeUrl(url: string): string | undefined {
  // Browsers ignore control characters and spaces inside of a scheme.
  const compact = [...url].filter((char) => char > ' ').join('').toLowerCase();
  const scheme = /^([a-z][a-z0-9+.-]*):/.exec(compact)?.[1];
  if (scheme !== undefined && !['http', 'https', 'mailto'].includes(scheme)) return undefined;
  return url.trim();
}

export interface LinkContext {
  readonly fieldName: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Value as text, raw number, and the row's cells by column name. */
  readonly valueText: string;
  readonly valueRaw: string;
  readonly time: string;
  readonly row: Readonly<Record<string, string>>;
}

const unquote = (path: string): string => path.replaceAll(/^[.[]?["']?|["']?\]?$/g, '');

/** `${__field.name}`, `${__field.labels.x}`, `${__value.raw}`, `${__data.fields["x"]}`, `${__series.name}`, `${__cell}` … */
function fillData(text: string, context: LinkContext | undefined): string {
  if (context === undefined) return text;
  return text
    .replaceAll(/\$\{__(?:field|series)\.labels([.[][^:}]*?)(?::[^}]*)?\}/g, (_, path: string) => encodeURIComponent(context.labels[unquote(path)] ?? ''))
    .replaceAll(/\$\{__(?:field|series)\.(?:name|displayName)(?::[^}]*)?\}|\$__series_name/g, encodeURIComponent(context.fieldName))
    .replaceAll(/\$\{__value\.(raw|numeric)(?::[^}]*)?\}/g, encodeURIComponent(context.valueRaw))
    .replaceAll(/\$\{__value\.time(?::[^}]*)?\}/g, context.time)
    .replaceAll(/\$\{__value(?:\.text)?(?::[^}]*)?\}|\$__cell(?:_0)?\b/g, encodeURIComponent(context.valueText))
    .replaceAll(/\$\{__data\.fields([.[][^:}]*?)(?:\.(?:text|numeric))?(?::[^}]*)?\}/g, (_, path: string) => encodeURIComponent(context.row[unquote(path)] ?? Object.values(context.row)[Number(unquote(path))] ?? ''))
    .replaceAll(/\$__cell_(\d+)/g, (_, index: string) => encodeURIComponent(Object.values(context.row)[Number(index)] ?? ''));
}

export interface LinkScope {
  readonly scope: Scope;
  readonly allNames: ReadonlySet<string>;
  /** `from=…&to=…` of the page. */
  readonly timeParams: string;
}

/** The finished address, or undefined when it must not be followed. Grafana's `/d/…` becomes relative to our base. */
export function fillUrl(url: string, { scope, allNames, timeParams }: LinkScope, context?: LinkContext): string | undefined {
  const variables = variablesAsParams(scope, allNames);
  const filled = fillData(url, context)
    .replaceAll(/\$\{?__all_variables\}?/g, variables)
    .replaceAll(/\$\{?__url_time_range\}?/g, timeParams);
  const done = interpolate(filled, scope, (value) => encodeURIComponent(asRaw(value)));
  return safeUrl(done.replace(/^\/?dashboard\/db\//, 'd/').replace(/^\/(d\/)/, '$1'));
}
