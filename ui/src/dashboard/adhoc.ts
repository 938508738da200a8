// Ad-hoc filters: label matchers added to every selector of a query. A scan over the text that knows strings, comments,
// functions and grouping clauses; it needs no parser of its own in the first chunk. Pure.

export interface AdhocFilter {
  readonly key: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** Words that look like a metric and are none. */
const KEYWORDS = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'offset', 'bool', 'and', 'or', 'unless', 'atan2', 'start', 'end', 'inf', 'nan', 'smoothed', 'anchored']);
const GROUPING = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);

export function insertFilters(expr: string, filters: readonly AdhocFilter[]): string {
  if (filters.length === 0) return expr;
  const matchers = filters.map(({ key, operator, value }) => `${key}${operator}${JSON.stringify(value)}`).join(',');
  let out = '';
  let at = 0;
  const skipSpace = (from: number): number => {
    let i = from;
    while (/\s/.test(expr.charAt(i))) i++;
    return i;
  };
  while (at < expr.length) {
    const char = expr.charAt(at);
    if (char === '"' || char === "'" || char === '`') {
      let end = at + 1;
      while (end < expr.length && expr.charAt(end) !== char) end += expr.charAt(end) === '\\' && char !== '`' ? 2 : 1;
      out += expr.slice(at, end + 1);
      at = end + 1;
    } else if (char === '#') {
      const end = expr.indexOf('\n', at);
      out += expr.slice(at, end === -1 ? expr.length : end);
      at = end === -1 ? expr.length : end;
    } else if (char === '{') {
      const inner = skipSpace(at + 1);
      out += `{${matchers}${expr.charAt(inner) === '}' ? '' : ','}`;
      at++;
      // The matchers that were there pass through untouched.
      while (at < expr.length && expr.charAt(at) !== '}') {
        const quote = expr.charAt(at);
        if (quote === '"' || quote === "'" || quote === '`') {
          let end = at + 1;
          while (end < expr.length && expr.charAt(end) !== quote) end += expr.charAt(end) === '\\' && quote !== '`' ? 2 : 1;
          out += expr.slice(at, end + 1);
          at = end + 1;
        } else {
          out += quote;
          at++;
        }
      }
    } else if (char === '[') {
      const end = expr.indexOf(']', at);
      out += expr.slice(at, end === -1 ? expr.length : end + 1);
      at = end === -1 ? expr.length : end + 1;
    } else if (/[0-9.]/.test(char)) {
      const number = /^[0-9.][0-9a-zA-Z_.]*/.exec(expr.slice(at))?.[0] ?? char;
      out += number;
      at += number.length;
    } else if (/[a-zA-Z_:]/.test(char)) {
      const word = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(expr.slice(at))?.[0] ?? char;
      at += word.length;
      const next = skipSpace(at);
      const lower = word.toLowerCase();
      out += word;
      if (GROUPING.has(lower) && expr.charAt(next) === '(') {
        const end = expr.indexOf(')', next);
        out += expr.slice(at, end + 1);
        at = end + 1;
      } else if (expr.charAt(next) !== '(' && expr.charAt(next) !== '{' && !KEYWORDS.has(lower) && !isAggregationBefore(expr, next)) out += `{${matchers}}`;
    } else {
      out += char;
      at++;
    }
  }
  return out;
}

/** `sum by (x) (…)`: the word before a grouping clause is an aggregation, not a metric. */
function isAggregationBefore(expr: string, next: number): boolean {
  return /^(by|without)\b/i.test(expr.slice(next));
}
