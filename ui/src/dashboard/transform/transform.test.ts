import { describe, expect, it } from 'vitest';
import { framesOf, type Cell, type Field, type Frame } from '../frames';
import { transform } from '.';

const field = (name: string, values: Cell[], extra: Partial<Field> = {}): Field => ({ name, type: typeof values[0] === 'string' ? 'string' : name === 'Time' ? 'time' : 'number', values, ...extra });
const table = (refId: string, ...fields: Field[]): Frame => ({ refId, kind: 'table', fields });
const series = (refId: string, labels: Record<string, string>, values: number[]): Frame => ({ refId, kind: 'series', stepMs: 1, fields: [field('Time', values.map((_, i) => i)), field('Value', values, { labels, legend: labels['a'] ?? refId })] });
const run = (frames: readonly Frame[], id: string, options: object = {}): Record<string, readonly Cell[]>[] => transform(frames, [{ id, options: options as Record<string, unknown>, disabled: false }]).map((frame) => Object.fromEntries(frame.fields.map((one) => [one.legend ?? one.name, one.values])));

const A = table('A', field('pod', ['x', 'y']), field('Value #A', [1, 2]));
const B = table('B', field('pod', ['y', 'z']), field('Value #B', [20, 30]));

describe('transformations', () => {
  it('organize hides, renames, orders', () => expect(Object.keys(run([A], 'organize', { excludeByName: {}, indexByName: { 'Value #A': 0, pod: 1 }, renameByName: { 'Value #A': 'CPU' } })[0] ?? {})).toEqual(['CPU', 'pod']));
  it('merge joins rows that agree', () => expect(run([A, B], 'merge')).toEqual([{ pod: ['x', 'y', 'z'], 'Value #A': [1, 2, null], 'Value #B': [null, 20, 30] }]));
  it('joinByField, outer', () => expect(run([A, B], 'joinByField', { byField: 'pod', mode: 'outer' })).toEqual([{ pod: ['x', 'y', 'z'], 'Value #A': [1, 2, null], 'Value #B': [null, 20, 30] }]));
  it('joinByField, inner', () => expect(run([A, B], 'joinByField', { byField: 'pod', mode: 'inner' })).toEqual([{ pod: ['y'], 'Value #A': [2], 'Value #B': [20] }]));
  it('seriesToColumns joins on time', () => expect(run([series('A', { a: 'one' }, [1, 2]), series('A', { a: 'two' }, [3, 4])], 'seriesToColumns', {})).toEqual([{ Time: [0, 1], one: [1, 2], two: [3, 4] }]));
  it('sortBy', () => expect(run([A], 'sortBy', { sort: [{ field: 'Value #A', desc: true }] })).toEqual([{ pod: ['y', 'x'], 'Value #A': [2, 1] }]));
  it('limit', () => expect(run([A], 'limit', { limitField: 1 })).toEqual([{ pod: ['x'], 'Value #A': [1] }]));
  it('groupBy', () => expect(run([table('A', field('k', ['a', 'b', 'a']), field('v', [1, 2, 3]))], 'groupBy', { fields: { k: { operation: 'groupby', aggregations: [] }, v: { operation: 'aggregate', aggregations: ['sum', 'count'] } } })).toEqual([{ k: ['a', 'b'], 'v (sum)': [4, 2], 'v (count)': [2, 1] }]));
  it('reduce, series to rows', () => expect(run([series('A', { a: 'one' }, [1, 3]), series('A', { a: 'two' }, [5, 4])], 'reduce', { reducers: ['max', 'mean'] })).toEqual([{ Field: ['one', 'two'], Max: [3, 5], Mean: [2, 4.5] }]));
  it('reduce, fields', () => expect(run([A], 'reduce', { mode: 'reduceFields', reducers: ['sum'] })[0]?.['Value #A']).toEqual([3]));
  it('filterFieldsByName', () => expect(run([A], 'filterFieldsByName', { include: { pattern: '/^Value/' } })).toEqual([{ 'Value #A': [1, 2] }]));
  it('filterByRefId', () => expect(run([A, B], 'filterByRefId', { include: 'B' })).toHaveLength(1));
  it.each([['greater', { value: 1 }, ['y']], ['lowerOrEqual', { value: 1 }, ['x']], ['isNotNull', {}, ['x', 'y']], ['range', { from: 2, to: 9 }, ['y']]])('filterByValue %s', (id, options, pods) => expect(run([A], 'filterByValue', { type: 'include', match: 'all', filters: [{ fieldName: 'Value #A', config: { id, options } }] })[0]?.['pod']).toEqual(pods));
  it('calculateField, two columns', () => expect(run([table('A', field('a', [6, 9]), field('b', [2, 3]))], 'calculateField', { mode: 'binary', alias: 'r', binary: { left: 'a', operator: '/', right: 'b' } })[0]?.['r']).toEqual([3, 3]));
  it('calculateField, a row', () => expect(run([table('A', field('a', [6, 9]), field('b', [2, 3]))], 'calculateField', { mode: 'reduceRow', reduce: { reducer: 'sum' }, replaceFields: true })).toEqual([{ Total: [8, 12] }]));
  it('labelsToFields', () => expect(run([series('A', { __name__: 'm', a: 'one' }, [1]), series('A', { __name__: 'm', a: 'two' }, [2])], 'labelsToFields')).toEqual([{ Time: [0, 0], a: ['one', 'two'], m: [1, 2] }]));
  it('renameByRegex', () => expect(run([series('A', { a: 'host-1:9100' }, [1])], 'renameByRegex', { regex: '(.*):.*', renamePattern: '$1' })).toEqual([{ Time: [0], 'host-1': [1] }]));
  it('seriesToRows', () => expect(run([series('A', { a: 'one' }, [1, 2])], 'seriesToRows')).toEqual([{ Time: [1, 0], Metric: ['one', 'one'], Value: [2, 1] }]));
  it('convertFieldType', () => expect(run([table('A', field('n', ['1', 'x']))], 'convertFieldType', { conversions: [{ targetField: 'n', destinationType: 'number' }] })).toEqual([{ n: [1, null] }]));
  it('partitionByValues', () => expect(run([table('A', field('k', ['a', 'b', 'a']), field('v', [1, 2, 3]))], 'partitionByValues', { fields: ['k'] })).toEqual([{ a: [1, 3] }, { b: [2] }]));
  it('concatenate', () => expect(run([A, B], 'concatenate')[0]).toMatchObject({ 'Value #A': [1, 2], 'Value #B': [20, 30] }));
  it('extractFields', () => expect(run([table('A', field('j', ['{"a":1}', 'x']))], 'extractFields', { source: 'j' })[0]?.['a']).toEqual([1, null]));
  it('leaves out what it does not know and what is switched off', () => {
    expect(run([A], 'unheardOf')).toHaveLength(1);
    expect(transform([A], [{ id: 'limit', options: { limitField: 0 }, disabled: true }])).toEqual([A]);
  });
});

describe('frames of an answer', () => {
  const wishes = { refId: 'A', expr: 'x', legendFormat: '{{a}}', format: 'time_series' as const, stepMs: 1_000, several: false };
  const matrix = { resultType: 'matrix' as const, result: [{ metric: { __name__: 'm', a: '1', b: 'x' }, values: [[1, '2'], [2, 'NaN']] as [number, string][] }, { metric: { __name__: 'm', a: '2', b: 'x' }, values: [] }] };
  it('names series by template', () => expect(framesOf(matrix, wishes).map((frame) => frame.name)).toEqual(['1', '2']));
  it('names series by what tells them apart', () => expect(framesOf(matrix, { ...wishes, legendFormat: '__auto' }).map((frame) => frame.name)).toEqual(['1', '2']));
  it('names series by all labels', () => expect(framesOf(matrix, { ...wishes, legendFormat: '' })[0]?.name).toBe('m{a="1", b="x"}'));
  it('makes one table', () => expect(framesOf({ resultType: 'vector', result: [{ metric: { a: '1' }, value: [1, '5'] }, { metric: { b: '2' }, value: [1, '6'] }] }, { ...wishes, format: 'table', several: true })[0]?.fields.map((one) => [one.name, one.values])).toEqual([['Time', [1_000, 1_000]], ['a', ['1', '']], ['b', ['', '2']], ['Value #A', [5, 6]]]));
  it('takes scalars', () => expect(framesOf({ resultType: 'scalar', result: [1, '7'] }, wishes)[0]?.fields[1]?.values).toEqual([7]));
});
