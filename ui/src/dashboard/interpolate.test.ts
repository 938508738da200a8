import { describe, expect, it } from 'vitest';
import { asQuery, interpolate, references, withScoped, type Scope, type VariableValue } from './interpolate';

const variable = (name: string, values: string[], extra: Partial<VariableValue> = {}): [string, VariableValue] => [name, { name, values, text: values.join(' + '), multi: values.length > 1, allValue: undefined, ...extra }];
const scope: Scope = {
  builtins: { __interval: '30s', __range_s: '3600', __from: '1700000000000' },
  variables: new Map([variable('job', ['api']), variable('many', ['a.b', 'c']), variable('one', ['x.y'], { multi: true }), variable('all', ['a', 'b'], { allValue: '.*' }), variable('odd', ['a"b\\c'])]),
};

describe('in queries', () => {
  it.each([
    ['up{job="$job"}', 'up{job="api"}'],
    ['up{job="${job}"}', 'up{job="api"}'],
    ['up{job="[[job]]"}', 'up{job="api"}'],
    ['up{job=~"$many"}', 'up{job=~"(a\\\\.b|c)"}'],
    ['up{job=~"$one"}', 'up{job=~"x\\\\.y"}'],
    ['up{job=~"$all"}', 'up{job=~".*"}'],
    ['up{job="$odd"}', 'up{job="a\\"b\\\\c"}'],
    ['rate(x[$__interval])', 'rate(x[30s])'],
    ['x / $__range_s', 'x / 3600'],
    ['x{a="$unknown"}', 'x{a="$unknown"}'],
    ['label_replace(x, "a", "$1", "b", "(.*)")', 'label_replace(x, "a", "$1", "b", "(.*)")'],
  ])('%s', (text, result) => expect(interpolate(text, scope, asQuery)).toBe(result));
});

describe('formats', () => {
  it.each([
    ['${many:pipe}', 'a.b|c'],
    ['${many:csv}', 'a.b,c'],
    ['${many:regex}', '(a\\.b|c)'],
    ['${many:json}', '["a.b","c"]'],
    ['${many:queryparam}', 'var-many=a.b&var-many=c'],
    ['${many:glob}', '{a.b,c}'],
    ['${many:raw}', 'a.b,c'],
    ['${many:singlequote}', "'a.b','c'"],
    ['${many:text}', 'a.b + c'],
    ['$many', 'a.b + c'],
    ['${__from:date:iso}', '2023-11-14T22:13:20.000Z'],
    ['${__from}', '1700000000000'],
  ])('%s', (text, result) => expect(interpolate(text, scope)).toBe(result));
});

it('names references', () => expect(references('$a ${b:csv} [[c]]')).toEqual(['a', 'b', 'c']));
it('lets a repetition have its own value', () => expect(interpolate('$many', withScoped(scope, { many: 'only' }), asQuery)).toBe('only'));
