// Any dashboard JSON (schema 12 to 42, `rows[]` or `panels[]`, bare or wrapped in an API answer) → `Dashboard`.
// The one door through which files come in; a text that is no dashboard is refused with what was expected.
import { bool, isObj, list, num, obj, oneOf, str, strings, type Json } from '../json';
import type { AnnotationQuery, Dashboard, DashboardLink, Panel } from '../model';
import { normaliseDatasource } from './datasource';
import { normaliseGrid, normalisePanel } from './panel';
import { rowsToPanels } from './rows';
import { normaliseVariable } from './variable';

export class NotADashboard extends Error {
  override readonly name = 'NotADashboard';
}

function unwrap(value: unknown): Json {
  if (!isObj(value)) throw new NotADashboard('A dashboard is a JSON object with "title" and "panels"; this is something else.');
  const inner = isObj(value['dashboard']) ? value['dashboard'] : value;
  if (isObj(inner['spec']) && inner['panels'] === undefined && inner['rows'] === undefined) {
    const spec = inner['spec'];
    if (isObj(spec['elements'])) throw new NotADashboard('This file has the newer form with "elements" and "layout". Export it once more as the classic JSON model.');
    return spec;
  }
  if (inner['panels'] === undefined && inner['rows'] === undefined && inner['title'] === undefined) throw new NotADashboard('There is neither "panels" nor "rows" in this JSON.');
  return inner;
}

function normaliseDashboardLink(value: unknown): DashboardLink {
  const from = obj(value);
  return {
    type: oneOf(from['type'], ['link', 'dashboards'], 'link'), title: str(from['title']), url: str(from['url']), tags: strings(from['tags']), asDropdown: bool(from['asDropdown']),
    newTab: bool(from['targetBlank']), includeVars: bool(from['includeVars']), keepTime: bool(from['keepTime']),
  };
}

function normaliseAnnotation(value: unknown): AnnotationQuery | undefined {
  const from = obj(value);
  if (num(from['builtIn']) === 1 || bool(from['builtIn'])) return undefined;
  const target = obj(from['target']);
  const expr = str(from['expr'], str(target['expr']));
  if (expr === '') return undefined;
  return {
    name: str(from['name'], 'Annotation'), enable: bool(from['enable'], true), hide: bool(from['hide']), color: str(from['iconColor'], 'blue'), datasource: normaliseDatasource(from['datasource']), expr,
    step: str(from['step'], str(target['interval'])), titleFormat: str(from['titleFormat']), textFormat: str(from['textFormat']), tagKeys: str(from['tagKeys']), useValueForTime: from['useValueForTime'] === true || from['useValueForTime'] === 'on',
  };
}

/** Positions for panels that have none: flow from left to right below everything placed so far. */
function placeUnplaced(panels: readonly Json[]): readonly Json[] {
  let bottom = panels.reduce((most, panel) => {
    const grid = normaliseGrid(panel['gridPos']);
    return grid === undefined ? most : Math.max(most, grid.y + grid.h);
  }, 0);
  let x = 0;
  return panels.map((panel) => {
    if (isObj(panel['gridPos'])) return panel;
    const w = panel['type'] === 'row' ? 24 : 12;
    if (x + w > 24) {
      x = 0;
      bottom += 8;
    }
    const placed = { ...panel, gridPos: { x, y: bottom, w, h: panel['type'] === 'row' ? 1 : 8 } };
    x += w;
    return placed;
  });
}

/** Ids are keys on the page: the second of two equal ones gets a new one. */
function uniqueIds(panels: readonly Panel[], seen = new Set<number>()): readonly Panel[] {
  return panels.map((panel) => {
    let id = panel.id;
    while (seen.has(id)) id += 100_000;
    seen.add(id);
    return { ...panel, id, panels: uniqueIds(panel.panels, seen) };
  });
}

export function normalise(value: unknown): Dashboard {
  const from = unwrap(value);
  const rows = list(from['rows']);
  const rawPanels = list(from['panels']).filter(isObj);
  const panels = placeUnplaced(rawPanels.length === 0 && rows.length > 0 ? rowsToPanels(rows) : rawPanels);
  const time = obj(from['time']);
  const picker = obj(from['timepicker']);
  const tooltip = num(from['graphTooltip']) ?? (bool(from['sharedCrosshair']) ? 1 : 0);
  return {
    uid: str(from['uid']),
    title: str(from['title'], 'Untitled dashboard'),
    description: str(from['description']),
    tags: strings(from['tags']),
    timezone: str(from['timezone'], 'browser'),
    refresh: str(from['refresh']),
    time: { from: str(time['from'], 'now-6h'), to: str(time['to'], 'now') },
    refreshIntervals: strings(picker['refresh_intervals']),
    hideTimepicker: bool(picker['hidden']),
    tooltip: tooltip === 1 ? 'crosshair' : tooltip === 2 ? 'shared' : 'own',
    links: list(from['links']).filter(isObj).map(normaliseDashboardLink),
    variables: list(obj(from['templating'])['list']).map(normaliseVariable).filter((variable) => variable !== undefined),
    annotations: list(obj(from['annotations'])['list']).map(normaliseAnnotation).filter((annotation) => annotation !== undefined),
    panels: uniqueIds(panels.map((panel, i) => normalisePanel(panel, i + 1))),
    schemaVersion: num(from['schemaVersion']) ?? 0,
  };
}
