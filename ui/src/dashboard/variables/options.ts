// What a query answers → the options of a variable: regex with its groups, duplicates out, order. Pure.
import { toRegExp } from '../fields';
import type { VariableOption } from '../model';

export function applyRegex(options: readonly VariableOption[], regex: string): readonly VariableOption[] {
  if (regex.trim() === '') return options;
  const pattern = toRegExp(regex);
  if (pattern === undefined) return options;
  const every = new RegExp(pattern.source, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`);
  return options.flatMap((option) => {
    const matches = [...option.value.matchAll(every)];
    if (matches.length === 0) return [];
    const groups = Object.assign({}, ...matches.map((match) => match.groups ?? {})) as Readonly<Record<string, string | undefined>>;
    const { text, value } = groups;
    if (text !== undefined || value !== undefined) return [{ text: text ?? value ?? '', value: value ?? text ?? '' }];
    // Without a group the whole value stays; with one, each match gives an option.
    if ((matches[0]?.length ?? 1) === 1) return [option];
    return matches.map((match) => ({ text: match[1] ?? '', value: match[1] ?? '' }));
  });
}

export function unique(options: readonly VariableOption[]): readonly VariableOption[] {
  const seen = new Set<string>();
  return options.filter((option) => option.value !== '' && !seen.has(option.value) && seen.add(option.value));
}

const leadingNumber = (text: string): number => Number(/\d+/.exec(text)?.[0] ?? -1);
const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The eight orders of the files: 0 as answered, odd ascending, even descending. */
export function sortOptions(options: readonly VariableOption[], sort: number): readonly VariableOption[] {
  if (sort <= 0 || sort > 8) return options;
  const kind = Math.ceil(sort / 2);
  const compare = (a: VariableOption, b: VariableOption): number => {
    if (kind === 1) return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
    if (kind === 2) return leadingNumber(a.text) - leadingNumber(b.text);
    if (kind === 3) return a.text.toLowerCase().localeCompare(b.text.toLowerCase(), 'en');
    return natural.compare(a.text, b.text);
  };
  const sorted = [...options].sort(compare);
  return sort % 2 === 0 ? sorted.reverse() : sorted;
}

export function optionsFrom(values: readonly string[], regex: string, sort: number): readonly VariableOption[] {
  return sortOptions(unique(applyRegex(values.map((value) => ({ text: value, value })), regex)), sort);
}
