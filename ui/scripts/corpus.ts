// Opens every dashboard of CORPUS_DIR (by default the shared test material beside the repository) without a browser and
// prints, per panel type, how many render as their own type, and everything that is not honoured.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { layout } from '../src/dashboard/layout';
import type { Dashboard, Panel } from '../src/dashboard/model';
import { normalise } from '../src/dashboard/normalise';
import { allPanels, PANEL_TYPES, report } from '../src/dashboard/report';
import { choose, inOrder, scopeOf, type Resolved } from '../src/dashboard/variables/resolve';
import { requestsOf } from '../src/pages/dash/requests';
import { applyFieldConfig } from '../src/dashboard/fields';
import { transform } from '../src/dashboard/transform';
import { framesOf } from '../src/dashboard/frames';

const FOLDER = process.env['CORPUS_DIR'] ?? fileURLToPath(new URL('../../../shared/corpora/dashboards', import.meta.url));
const SPAN = { from: 1_700_000_000_000, to: 1_700_021_600_000 };
const SOURCES = [{ uid: 'prom', name: 'Prometheus', type: 'prometheus', isDefault: true, timeInterval: '15s' }];

/** Options as a server with three of everything would give them. */
function resolve(dashboard: Dashboard): Resolved[] {
  return inOrder(dashboard.variables).map((variable) => {
    const options = variable.type === 'query' ? ['one', 'two', 'three'].map((value) => ({ text: value, value })) : variable.type === 'datasource' ? [{ text: 'Prometheus', value: 'prom' }] : variable.options;
    return { variable, options, chosen: choose(variable, options, undefined), error: undefined };
  });
}

/** Asks nothing, but runs all that would follow an answer: frames, transformations, overrides. */
function openPanel(panel: Panel, dashboard: Dashboard): { leftovers: string[] } {
  const resolved = resolve(dashboard);
  const scope = scopeOf(resolved, SPAN, {});
  const requests = requestsOf(panel, { datasources: SOURCES, scope, span: SPAN, widthPx: 800, filters: [] });
  const frames = requests.list.flatMap((request) => framesOf(
    request.instant ? { resultType: 'vector', result: [{ metric: { __name__: 'm', job: 'a' }, value: [SPAN.to / 1_000, '1.5'] }] } : { resultType: 'matrix', result: [{ metric: { __name__: 'm', job: 'a' }, values: [[SPAN.from / 1_000, '1'], [SPAN.to / 1_000, 'NaN']] }] },
    { refId: request.refId, expr: request.expr, legendFormat: request.legend, format: request.format, stepMs: request.stepMs, several: requests.list.length > 1 },
  ));
  applyFieldConfig(transform(frames, panel.transformations), panel.defaults, panel.overrides);
  return { leftovers: requests.list.flatMap((request) => [...request.expr.matchAll(/\$\{?\w+|\[\[\w+\]\]/g)].map((match) => match[0])).filter((text) => !/^\$\d+$/.test(text)) };
}

it('opens every dashboard of the corpus', () => {
  if (!existsSync(FOLDER)) {
    console.log(`SKIPPED: there is no folder ${FOLDER}; set CORPUS_DIR to a folder of dashboard JSON files.`);
    return;
  }
  const files = readdirSync(FOLDER, { recursive: true }).map(String).filter((name) => name.endsWith('.json')).sort();
  const types = new Map<string, { own: number; other: number }>();
  const lost = new Map<string, number>();
  const unknown = new Map<string, string[]>();
  let panels = 0;
  let own = 0;
  for (const name of files) {
    const dashboard = normalise(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')));
    const valuesOf = (): readonly string[] => ['one', 'two', 'three'];
    expect(layout(dashboard.panels, new Set(), valuesOf).length, name).toBeGreaterThan(0);
    for (const panel of allPanels(dashboard.panels)) {
      const known = PANEL_TYPES.has(panel.type);
      const entry = types.get(panel.originalType) ?? { own: 0, other: 0 };
      entry[known ? 'own' : 'other']++;
      types.set(panel.originalType, entry);
      if (panel.type !== 'row') {
        panels++;
        if (known) own++;
      }
      for (const text of openPanel(panel, dashboard).leftovers) unknown.set(text, [...(unknown.get(text) ?? []), name]);
    }
    for (const finding of report(dashboard)) lost.set(finding.what, (lost.get(finding.what) ?? 0) + 1);
  }
  const lines = [`${files.length} dashboards, ${panels} panels, ${own} render as their own type (${((100 * own) / panels).toFixed(2)} %)`, '', 'panel type                 own  other'];
  for (const [type, count] of [...types].sort((a, b) => b[1].own + b[1].other - a[1].own - a[1].other)) lines.push(`${type.padEnd(26)} ${String(count.own).padStart(4)} ${String(count.other).padStart(5)}`);
  lines.push('', 'not honoured:');
  for (const [what, count] of [...lost].sort((a, b) => b[1] - a[1])) lines.push(`${String(count).padStart(4)}  ${what}`);
  lines.push('', 'references that no variable answers:');
  for (const [text, where] of unknown) lines.push(`${String(where.length).padStart(4)}  ${text} in ${[...new Set(where)].slice(0, 3).join(', ')}`);
  console.log(lines.join('\n'));
  expect(own / panels).toBeGreaterThanOrEqual(0.97);
}, 60_000);
