import { describe, expect, it } from 'vitest';
import { formatAxisValue, formatMetric, parseValue } from './format';

describe('formatMetric', () => {
  it.each([
    [{ __name__: 'up', job: 'x' }, 'up{job="x"}'],
    [{ __name__: 'up' }, 'up'],
    [{}, '{}'],
    [{ a: 'q"q' }, '{a="q\\"q"}'],
    [{ __name__: 'http.requests', 'my.label': '1' }, '{"http.requests", "my.label"="1"}'],
  ])('%o is %s', (labels, text) => expect(formatMetric(labels as Record<string, string>)).toBe(text));
});

describe('values', () => {
  it.each([['+Inf', Infinity], ['-Inf', -Infinity], ['1e+03', 1000], ['0', 0]])('%s', (text, value) => expect(parseValue(text)).toBe(value));
  it('NaN stays NaN', () => expect(parseValue('NaN')).toBeNaN());
  it.each([[1500, 500, '1.5k'], [0, 1, '0'], [0.002, 0.001, '2m'], [2_000_000, 1_000_000, '2M'], [1.25, 0.25, '1.25'], [-3000, 1000, '-3k']])('axis %d', (value, step, text) => expect(formatAxisValue(value, step)).toBe(text));
});
