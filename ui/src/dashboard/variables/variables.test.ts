import { describe, expect, it } from 'vitest';
import { normaliseVariable } from '../normalise/variable';
import type { Variable } from '../model';
import { optionsFrom } from './options';
import { planVariable } from './query';
import { ALL, choose, inOrder, valueOf } from './resolve';
import { choicesFromSearch, writeChoices } from './url';

describe('queries', () => {
  it.each([
    ['label_values(job)', { kind: 'labelValues', label: 'job', match: undefined }],
    ['label_values(up, job)', { kind: 'labelValues', label: 'job', match: 'up' }],
    ['label_values(up{a="x, y", b=~"(c|d)"},  instance)', { kind: 'labelValues', label: 'instance', match: 'up{a="x, y", b=~"(c|d)"}' }],
    ['label_values({__name__=~"a|b"}, job )', { kind: 'labelValues', label: 'job', match: '{__name__=~"a|b"}' }],
    ['label_names()', { kind: 'labelNames', match: undefined }],
    ['label_names(up)', { kind: 'labelNames', match: 'up' }],
    ['metrics(node_.*)', { kind: 'metrics', pattern: 'node_.*' }],
    ['query_result(topk(5, sum by (a) (up)))', { kind: 'result', expr: 'topk(5, sum by (a) (up))' }],
    ['up{job="a"}', { kind: 'series', match: 'up{job="a"}' }],
    ['  ', undefined],
  ])('%s', (text, plan) => expect(planVariable(text)).toEqual(plan));
});

describe('options', () => {
  it.each([
    [['b', 'a', 'b', ''], '', 0, ['b', 'a']],
    [['b10', 'b2', 'a'], '', 1, ['a', 'b10', 'b2']],
    [['b10', 'b2', 'a1'], '', 3, ['a1', 'b2', 'b10']],
    [['b10', 'b2', 'a1'], '', 4, ['b10', 'b2', 'a1']],
    [['b10', 'b2', 'A1'], '', 7, ['A1', 'b2', 'b10']],
    [['host-1:9100', 'host-2:9100'], '/([^:]+):.*/', 0, ['host-1', 'host-2']],
    [['keep-1', 'drop-1'], '/^keep/', 0, ['keep-1', 'drop-1'].slice(0, 1)],
    [['x'], '/(unclosed/', 0, ['x']],
  ])('%o with %s sorted %d', (values, regex, sort, result) => expect(optionsFrom(values, regex, sort).map((option) => option.value)).toEqual(result));
  it('reads named groups', () => expect(optionsFrom(['m{a="1",b="x"} 3 17'], '/a="(?<value>[^"]+)",b="(?<text>[^"]+)/', 0)).toEqual([{ text: 'x', value: '1' }]));
});

const make = (json: object): Variable => {
  const variable = normaliseVariable({ name: 'v', type: 'query', ...json });
  if (variable === undefined) throw new Error('no variable');
  return variable;
};
const options = ['a', 'b', 'c'].map((value) => ({ text: value.toUpperCase(), value }));

describe('the values in force', () => {
  it.each([
    [{}, undefined, ['a']],
    [{ current: { value: 'b' } }, undefined, ['b']],
    [{ current: { value: 'gone' } }, undefined, ['a']],
    [{ includeAll: true }, undefined, [ALL]],
    [{ includeAll: true, multi: true }, ['a', 'c'], ['a', 'c']],
    [{}, ['b', 'c'], ['b']],
    [{}, ['typed'], ['typed']],
    [{}, ['C'], ['c']],
  ])('%o wished %o', (json, wished, chosen) => expect(choose(make(json), options, wished)).toEqual(chosen));
  it('"All" is every option, or the value that the file gives', () => {
    const span = { from: 0, to: 1 };
    expect(valueOf({ variable: make({ includeAll: true }), options, chosen: [ALL], error: undefined }, span)).toMatchObject({ values: ['a', 'b', 'c'], text: 'All', allValue: undefined, multi: true });
    expect(valueOf({ variable: make({ includeAll: true, allValue: '.+' }), options, chosen: [ALL], error: undefined }, span)).toMatchObject({ allValue: '.+' });
  });
});

it('asks for what others need first, also around a circle', () => {
  const list = [make({ name: 'c', query: 'label_values(x{b="$b"}, c)' }), make({ name: 'b', query: 'label_values(x{a="$a"}, b)' }), make({ name: 'a', query: 'label_values(x{c="$c"}, a)' })];
  expect(inOrder(list).map((variable) => variable.name).sort()).toEqual(['a', 'b', 'c']);
  expect(inOrder(list.slice(0, 2)).map((variable) => variable.name)).toEqual(['b', 'c']);
});

it('lives in the address', () => {
  expect(choicesFromSearch('?var-a=1&var-a=2&from=now-1h&var-b=All')).toEqual({ a: ['1', '2'], b: [ALL] });
  const resolved = [{ variable: make({ name: 'a', multi: true }), options, chosen: ['a', 'b'], error: undefined }];
  expect(writeChoices(new URLSearchParams('from=x&var-a=old'), resolved, { name: 'a', values: ['c'] }).toString()).toBe('from=x&var-a=c');
});
