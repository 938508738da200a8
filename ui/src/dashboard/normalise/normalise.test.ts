import { describe, expect, it } from 'vitest';
import { NotADashboard, normalise } from '.';
import { normaliseDatasource } from './datasource';
import { normaliseMappings, normaliseThresholds } from './field';
import { parseCustomOptions } from './variable';

const panelOf = (panel: object) => {
  const [first] = normalise({ title: 't', panels: [panel] }).panels;
  if (first === undefined) throw new Error('no panel');
  return first;
};

describe('what is a dashboard', () => {
  it.each([[null], [[]], ['x'], [{}], [{ spec: { elements: {}, layout: {} } }]])('%o is none', (value) => expect(() => normalise(value)).toThrow(NotADashboard));
  it('opens the wrapped form', () => expect(normalise({ dashboard: { title: 'inner', panels: [] }, meta: {} }).title).toBe('inner'));
  it('survives nonsense in every place', () => expect(normalise({ title: 7, panels: [null, 3, { id: 'x', targets: 'y', fieldConfig: [], gridPos: { w: 99, h: -1 } }], templating: 5, annotations: { list: [1] }, time: null }).panels).toHaveLength(1));
});

describe('rows of old files', () => {
  const dashboard = normalise({ title: 't', rows: [
    { title: 'One', showTitle: true, height: '250px', panels: [{ id: 1, type: 'graph', span: 6 }, { id: 2, type: 'graph', span: 6 }, { id: 3, type: 'graph', span: 12 }] },
    { title: 'Two', showTitle: true, collapse: true, panels: [{ id: 4, type: 'text', span: 4 }] },
  ] });
  it('become panels on the grid', () => expect(dashboard.panels.map((panel) => [panel.type, panel.grid])).toEqual([
    ['row', { x: 0, y: 0, w: 24, h: 1 }], ['timeseries', { x: 0, y: 1, w: 12, h: 7 }], ['timeseries', { x: 12, y: 1, w: 12, h: 7 }], ['timeseries', { x: 0, y: 8, w: 24, h: 7 }], ['row', { x: 0, y: 15, w: 24, h: 1 }],
  ]));
  it('keep the panels of closed rows inside', () => expect(dashboard.panels[4]).toMatchObject({ collapsed: true, panels: [{ id: 4 }] }));
});

describe('old panel types', () => {
  it('graph', () => {
    const panel = panelOf({ type: 'graph', stack: true, fill: 3, linewidth: 2, nullPointMode: 'connected', yaxes: [{ format: 'bytes', min: 0, logBase: 10 }, { format: 'short' }], legend: { show: true, values: true, avg: true, current: true, rightSide: true, alignAsTable: true }, seriesOverrides: [{ alias: '/tx/', transform: 'negative-Y' }, { alias: 'b', yaxis: 2 }], aliasColors: { a: '#ff0000' }, targets: [{ expr: 'up' }] });
    expect(panel).toMatchObject({ type: 'timeseries', originalType: 'graph', defaults: { unit: 'bytes', min: 0, custom: { stacking: { mode: 'normal' }, fillOpacity: 30, lineWidth: 2, spanNulls: true, scaleDistribution: { type: 'log', log: 10 } } }, options: { legend: { displayMode: 'table', placement: 'right', calcs: ['mean', 'lastNotNull'] } } });
    expect(panel.overrides.map((override) => [override.matcher.id, override.properties[0]?.id])).toEqual([['byName', 'color'], ['byRegexp', 'custom.transform'], ['byName', 'custom.axisPlacement']]);
  });
  it('singlestat', () => expect(panelOf({ type: 'singlestat', format: 'percent', valueName: 'avg', thresholds: '50,80', colors: ['green', 'orange', 'red'], colorValue: true, valueMaps: [{ value: 'null', text: 'N/A', op: '=' }, { value: '1', text: 'up' }] })).toMatchObject({
    type: 'stat', defaults: { unit: 'percent', thresholds: { steps: [{ value: -Infinity, color: 'green' }, { value: 50, color: 'orange' }, { value: 80, color: 'red' }] }, mappings: [{ type: 'special', match: 'null' }, { type: 'value', options: { 1: { text: 'up' } } }] }, options: { reduceOptions: { calcs: ['mean'] }, colorMode: 'value' },
  }));
  it('singlestat with a gauge', () => expect(panelOf({ type: 'singlestat', gauge: { show: true, minValue: 0, maxValue: 10 } })).toMatchObject({ type: 'gauge', defaults: { min: 0, max: 10 } }));
  it('table with styles', () => expect(panelOf({ type: 'table', styles: [{ pattern: 'Time', type: 'hidden' }, { pattern: 'Value #A', alias: 'CPU', type: 'number', unit: 'percent' }], targets: [{}, {}] })).toMatchObject({ type: 'table', transformations: [{ id: 'merge' }], overrides: [{ properties: [{ id: 'custom.hidden' }] }, { properties: [{ id: 'displayName', value: 'CPU' }, { id: 'unit' }] }] }));
});

describe('data sources', () => {
  it.each([
    [null, { kind: 'default' }], [undefined, { kind: 'default' }], ['default', { kind: 'default' }], ['-- Mixed --', { kind: 'mixed' }], [{ uid: '-- Mixed --' }, { kind: 'mixed' }],
    ['${DS_PROM}', { kind: 'named', ref: '${DS_PROM}', type: '' }], [{ uid: '$ds', type: 'prometheus' }, { kind: 'named', ref: '$ds', type: 'prometheus' }], [{ type: 'prometheus' }, { kind: 'default' }], [{ type: 'loki' }, { kind: 'named', ref: '', type: 'loki' }],
  ])('%o', (value, ref) => expect(normaliseDatasource(value)).toEqual(ref));
});

it('reads mappings of both kinds', () => expect(normaliseMappings([{ type: 1, value: '0', text: 'down' }, { type: 2, from: '1', to: '5', text: 'few' }, { type: 'special', options: { match: 'null+nan', result: { text: '-' } } }, { type: 'value', options: { a: { text: 'A', color: 'red' } } }])).toEqual([
  { type: 'value', options: { 0: { text: 'down', color: undefined } } }, { type: 'range', from: 1, to: 5, result: { text: 'few', color: undefined } }, { type: 'special', match: 'null+nan', result: { text: '-', color: undefined } }, { type: 'value', options: { a: { text: 'A', color: 'red' } } },
]));
it('orders thresholds and opens the first one downwards', () => expect(normaliseThresholds({ steps: [{ value: 0, color: 'green' }, { value: 90, color: 'red' }, { value: 50, color: 'orange' }] })?.steps.map((step) => step.value)).toEqual([-Infinity, 50, 90]));
it('splits custom options', () => expect(parseCustomOptions('a, b\\,c,Name : value')).toEqual([{ text: 'a', value: 'a' }, { text: 'b,c', value: 'b,c' }, { text: 'Name', value: 'value' }]));
it('gives equal ids apart', () => expect(new Set(normalise({ title: 't', panels: [{ id: 1 }, { id: 1 }, {}] }).panels.map((panel) => panel.id)).size).toBe(3));
