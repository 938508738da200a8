import { describe, expect, it } from 'vitest';
import { jsonFault, placeOf } from './jsonFault';

describe('the place of a fault', () => {
  it.each([
    ['{"a": }', 6], ['{"a" 1}', 5], ['[1,]', 3], ['[1 2]', 3], ['{"a":1,}', 7], ['{,}', 1], ['{a:1}', 1], ['', 0], ['{"a":1', 6], ['[1]]', 3], ['"a', 0], ['{"a":01}', 6], ['[}', 1], ['tru', 0], ['["\n"]', 1], ['{"a":1}}', 7], ['\'a\'', 0],
  ])('%j at %d', (text, at) => {
    expect(() => { JSON.parse(text); }).toThrow();
    expect(jsonFault(text)).toBe(at);
  });
  it.each(['1', ' {"a": [1, -2.5e+3, "x\\u00e9\\n", {}, []], "b": null } ', '[true,false]', '"x"'])('%j has none', (text) => {
    expect(jsonFault(text)).toBeUndefined();
    expect(() => { JSON.parse(text); }).not.toThrow();
  });
  it('counts lines and columns from one', () => {
    expect(placeOf('a\nbc', 3)).toEqual({ line: 2, column: 2 });
    expect(placeOf('', 0)).toEqual({ line: 1, column: 1 });
  });
});
