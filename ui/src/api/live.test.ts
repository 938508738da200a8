import { describe, expect, it } from 'vitest';
import { applyEvent, readEvent } from './live';

const at = (text: string, active: boolean): { text: string; date: string; active: boolean } => ({ text, date: '2026-01-01T00:00:00Z', active });

describe('live notifications', () => {
  it('adds once, keeps others, takes away what ended', () => {
    let known = applyEvent([], at('a', true));
    known = applyEvent(known, at('b', true));
    known = applyEvent(known, at('a', true));
    expect(known.map((one) => one.text)).toEqual(['b', 'a']);
    expect(applyEvent(known, at('b', false)).map((one) => one.text)).toEqual(['a']);
    expect(applyEvent(known, at('never seen', false))).toHaveLength(2);
  });
  it.each([['', undefined], ['null', undefined], ['{"text":1,"active":true}', undefined], ['{"text":"x","active":true}', { text: 'x', date: '', active: true }]])('reads %s', (data, expected) => {
    expect(readEvent(data)).toEqual(expected);
  });
});
