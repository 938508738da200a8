import { describe, expect, it } from 'vitest';
import { asCopy, uidOf, validate, withVersion } from './files';

const file = { uid: 'a', id: 7, version: 3, title: 'A', panels: [] };

describe('files', () => {
  it('names the place of a fault in the JSON', () => {
    expect(validate('{\n "title": }').error).toBe('Line 2, column 11: this is no JSON from here: }');
    expect(validate('[]').value).toBeUndefined();
    expect(validate(JSON.stringify(file))).toEqual({ value: file, error: '' });
  });
  it('makes a copy without a name, an identifier and a version', () => {
    expect(asCopy(file)).toEqual({ title: 'A', panels: [] });
    expect(asCopy({ meta: {}, dashboard: file })).toEqual({ title: 'A', panels: [] });
  });
  it('replaces the version, and leaves it out where none is known', () => {
    expect(withVersion(file, 9)).toEqual({ ...file, version: 9 });
    expect(withVersion(file, undefined)).not.toHaveProperty('version');
  });
  it('finds the name of a wrapped file', () => {
    expect([uidOf(file), uidOf({ dashboard: file }), uidOf(1), uidOf({})]).toEqual(['a', 'a', '', '']);
  });
});
