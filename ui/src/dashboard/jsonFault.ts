// Where a text stops being JSON. The browser's own message names a place for some faults only, and a person who edits a
// file of a thousand lines needs one for all. Pure.

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

type Wish = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end' | 'nothing';

/** The offset of the first character that cannot stand where it stands; the length when the text ends too early. */
export function jsonFault(text: string): number | undefined {
  const open: ('{' | '[')[] = [];
  let wish: Wish = 'value';
  let at = 0;
  const after = (): Wish => (open.length === 0 ? 'nothing' : 'comma or end');
  for (;;) {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    at = SPACE.lastIndex;
    const char = text[at];
    if (char === undefined) return wish === 'nothing' ? undefined : text.length;
    const inside = open.at(-1);
    if ((char === '}' && inside === '{' && (wish === 'name or end' || wish === 'comma or end')) || (char === ']' && inside === '[' && (wish === 'value or end' || wish === 'comma or end'))) {
      open.pop();
      wish = after();
      at++;
    } else if (wish === 'comma or end' && char === ',') {
      wish = inside === '{' ? 'name' : 'value';
      at++;
    } else if (wish === 'colon' && char === ':') {
      wish = 'value';
      at++;
    } else if ((wish === 'value' || wish === 'value or end') && (char === '{' || char === '[')) {
      open.push(char);
      wish = char === '{' ? 'name or end' : 'value or end';
      at++;
    } else {
      SCALAR.lastIndex = at;
      const isName: boolean = wish === 'name' || wish === 'name or end';
      if (!(isName ? char === '"' : wish === 'value' || wish === 'value or end') || SCALAR.exec(text) === null) return at;
      at = SCALAR.lastIndex;
      wish = isName ? 'colon' : after();
    }
  }
}

/** 1-based line and column of an offset. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
