import { describe, expect, it } from 'vitest';
import { applyFieldConfig } from './fields';
import type { Frame } from './frames';
import { mapValue, thresholdColor } from './mappings';
import { normaliseField, normaliseMappings, normaliseOverrides } from './normalise/field';
import { reduce } from './reduce';
import { show, shownText } from './display';

const frames: readonly Frame[] = ['cpu', 'mem'].map((name, i) => ({ refId: i === 0 ? 'A' : 'B', kind: 'series', name, fields: [{ name: 'Time', type: 'time', values: [1] }, { name: 'Value', type: 'number', values: [i === 0 ? 0 : 5], labels: { job: name }, legend: name }] }));
const apply = (matcher: object, properties: object[]) => applyFieldConfig(frames, normaliseField({ unit: 'short' }), normaliseOverrides([{ matcher, properties }])).map((frame) => frame.fields[1]);

describe('overrides', () => {
  it.each([
    [{ id: 'byName', options: 'mem' }, ['short', 'bytes']],
    [{ id: 'byRegexp', options: '/^c/' }, ['bytes', 'short']],
    [{ id: 'byRegexp', options: '(broken' }, ['short', 'short']],
    [{ id: 'byFrameRefID', options: 'B' }, ['short', 'bytes']],
    [{ id: 'byValue', options: { reducer: 'allIsZero', op: 'gte', value: 1 } }, ['bytes', 'short']],
    [{ id: 'byType', options: 'number' }, ['bytes', 'bytes']],
    [{ id: 'byNames', options: { mode: 'exclude', names: ['cpu'] } }, ['short', 'bytes']],
    [{ id: 'neverHeard', options: 1 }, ['short', 'short']],
  ])('%o', (matcher, units) => expect(apply(matcher, [{ id: 'unit', value: 'bytes' }]).map((field) => field?.options?.unit)).toEqual(units));
  it('set names, colours and custom values', () => expect(apply({ id: 'byName', options: 'cpu' }, [{ id: 'displayName', value: 'Busy ${__field.labels.job}' }, { id: 'custom.hideFrom', value: { viz: true } }, { id: 'color', value: { mode: 'fixed', fixedColor: 'red' } }])[0]).toMatchObject({ displayName: 'Busy cpu', options: { custom: { hideFrom: { viz: true } }, color: { fixedColor: 'red' } } }));
});

describe('mappings', () => {
  const mappings = normaliseMappings([{ type: 'value', options: { 1: { text: 'up', color: 'green' } } }, { type: 'range', options: { from: 2, to: null, result: { text: 'many' } } }, { type: 'special', options: { match: 'null+nan', result: { text: 'none' } } }, { type: 'regex', options: { pattern: '/host-(.*)/', result: { text: '$1' } } }]);
  it.each([[1, 'up'], [7, 'many'], [null, 'none'], [NaN, 'none'], ['host-a', 'a'], [0, undefined], ['1', 'up']])('%s', (value, text) => expect(mapValue(mappings, value)?.text).toBe(text));
});

describe('thresholds', () => {
  const { thresholds } = normaliseField({ thresholds: { steps: [{ color: 'green', value: null }, { color: 'red', value: 80 }] } });
  it.each([[0, 'green'], [80, 'red'], [79.9, 'green'], [null, 'green']])('%s', (value, color) => expect(thresholdColor(thresholds, value, 0, 100)).toBe(color));
  it('count in percent of the range', () => expect(thresholdColor({ ...thresholds, mode: 'percentage' }, 9, 0, 10)).toBe('red'));
});

describe('calculations', () => {
  const values = [3, null, 1, NaN, 8, 2, null];
  it.each([['last', null], ['lastNotNull', 2], ['first', 3], ['min', 1], ['max', 8], ['mean', 3.5], ['sum', 14], ['count', 7], ['range', 7], ['diff', -1], ['delta', 10], ['median', 2.5], ['p50', 2.5], ['current', 2], ['avg', 3.5], ['stdDev', Math.sqrt(7.25)]])('%s is %s', (calc, result) => expect(reduce(values, calc)).toEqual(result));
  it('of nothing is nothing', () => expect(reduce([], 'mean')).toBeNull());
});

describe('what is shown', () => {
  const field = (json: object, values: (number | string | null)[]) => ({ name: 'v', type: 'number' as const, values, options: normaliseField(json) });
  const look = { dark: false, zone: 'utc' };
  it.each([[{ unit: 'bytes' }, 1536, '1.50 KiB'], [{ unit: 's', decimals: 1 }, 90, '1.5 mins'], [{ unit: 'reqps' }, 0.25, '0.250 req/s'], [{}, null, '-'], [{ noValue: '0' }, null, '0'], [{ unit: 'percentunit', decimals: 0 }, 0.5, '50%'], [{ unit: 'widgets' }, 3, '3 widgets']])('%o of %s', (json, value, text) => expect(shownText(show(field(json, [value]), value, 0, look))).toBe(text));
});
