// The query of a variable: `label_values(metric, label)`, `label_names()`, `metrics(regex)`, `query_result(expr)`, or a
// selector whose series are listed. Text in, plan out; pure.

export type VariablePlan =
  | { readonly kind: 'labelNames'; readonly match: string | undefined }
  | { readonly kind: 'labelValues'; readonly label: string; readonly match: string | undefined }
  | { readonly kind: 'metrics'; readonly pattern: string }
  | { readonly kind: 'result'; readonly expr: string }
  | { readonly kind: 'series'; readonly match: string };

export function planVariable(text: string): VariablePlan | undefined {
  const query = text.trim();
  if (query === '') return undefined;
  const names = /^label_names\(\s*(.*?)\s*\)\s*$/s.exec(query);
  if (names !== null) return { kind: 'labelNames', match: names[1] === '' ? undefined : names[1] };
  // The label is whatever follows the last comma outside of braces and quotes; a selector may hold commas itself.
  const values = /^label_values\(\s*(?:(.+),\s*)?([A-Za-z_$[{][\w$:.\]}{]*|"[^"]+")\s*\)\s*$/s.exec(query);
  if (values !== null) {
    const match = values[1]?.trim();
    return { kind: 'labelValues', label: (values[2] ?? '').replaceAll('"', ''), match: match === undefined || match === '' ? undefined : match };
  }
  const metrics = /^metrics\(\s*(.*?)\s*\)\s*$/s.exec(query);
  if (metrics !== null) return { kind: 'metrics', pattern: metrics[1] ?? '' };
  const result = /^query_result\(\s*(.+)\s*\)\s*$/s.exec(query);
  if (result !== null) return { kind: 'result', expr: (result[1] ?? '').trim() };
  return { kind: 'series', match: query };
}
