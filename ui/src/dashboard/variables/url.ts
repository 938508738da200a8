// `var-name=value` in the address ⇄ choices. Pure.
import type { Resolved, Choices } from './resolve';

export function choicesFromSearch(search: string): Choices {
  const out: Record<string, string[]> = {};
  for (const [key, value] of new URLSearchParams(search)) {
    if (!key.startsWith('var-')) continue;
    (out[key.slice(4)] ??= []).push(value === 'All' ? '$__all' : value);
  }
  return out;
}

/** Writes every variable that belongs into an address; other parameters stay. */
export function writeChoices(params: URLSearchParams, resolved: readonly Resolved[], changed?: { readonly name: string; readonly values: readonly string[] }): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const { variable, chosen } of resolved) {
    if (variable.skipUrl) continue;
    const values = changed?.name === variable.name ? changed.values : chosen;
    next.delete(`var-${variable.name}`);
    for (const value of values) next.append(`var-${variable.name}`, value);
    if (values.length === 0) next.append(`var-${variable.name}`, '');
  }
  return next;
}
