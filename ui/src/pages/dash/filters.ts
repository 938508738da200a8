// Ad-hoc filters as text and as values of an address. Pure.
import type { AdhocFilter } from '../../dashboard/adhoc';
import type { Resolved } from '../../dashboard/variables/resolve';

const OPERATORS: readonly AdhocFilter['operator'][] = ['=~', '!~', '!=', '='];

/** `label="value"`, quotes optional. */
export function parseFilter(text: string): AdhocFilter | undefined {
  const match = /^\s*([a-zA-Z_][\w]*)\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*$/.exec(text);
  const operator = OPERATORS.find((one) => one === match?.[2]);
  return match === null || operator === undefined ? undefined : { key: match[1] ?? '', operator, value: match[3] ?? '' };
}

/** `label|=|value`, as addresses carry them. */
export function filtersOf(resolved: readonly Resolved[]): readonly AdhocFilter[] {
  return resolved.filter((one) => one.variable.type === 'adhoc').flatMap((one) => one.chosen).flatMap((value) => {
    const [key = '', operatorText = '', ...rest] = value.split('|');
    const operator = OPERATORS.find((one) => one === operatorText);
    return operator === undefined || !/^[a-zA-Z_]\w*$/.test(key) ? [] : [{ key, operator, value: rest.join('|') }];
  });
}
