// The import report: what a dashboard asks for and does not get here. Pure; also what `npm run corpus` counts.
import type { Dashboard, Panel } from './model';
import { isKnownTransformation } from './transform';

export const PANEL_TYPES: ReadonlySet<string> = new Set([
  'timeseries', 'stat', 'table', 'gauge', 'bargauge', 'text', 'row', 'heatmap', 'piechart', 'state-timeline', 'status-history', 'barchart', 'histogram', 'logs', 'dashlist', 'alertlist',
]);

export interface Finding {
  /** Panel title or variable name; empty for the dashboard itself. */
  readonly where: string;
  readonly what: string;
}

export function allPanels(panels: readonly Panel[]): readonly Panel[] {
  return panels.flatMap((panel) => [panel, ...allPanels(panel.panels)]);
}

const MATCHERS = new Set(['byName', 'byNames', 'byRegexp', 'byRegexpOrNames', 'byType', 'byFrameRefID', 'byValue', 'numeric', 'time', 'firstTimeField']);

function panelFindings(panel: Panel): readonly string[] {
  if (!PANEL_TYPES.has(panel.type)) return [`panel type ${panel.type}: its raw data is shown instead`];
  const out: string[] = [];
  for (const step of panel.transformations) if (!isKnownTransformation(step.id)) out.push(`transformation ${step.id} is left out`);
  for (const override of panel.overrides) if (!MATCHERS.has(override.matcher.id)) out.push(`override matcher ${override.matcher.id} matches nothing`);
  for (const target of panel.targets) if (target.expr === '' && !target.hide && panel.type !== 'text' && panel.type !== 'row' && target.datasource.kind === 'named' && target.datasource.type !== '' && !target.datasource.type.includes('prometheus')) out.push(`query ${target.refId} is for a data source of type ${target.datasource.type}`);
  return out;
}

export function report(dashboard: Dashboard): readonly Finding[] {
  const panels = allPanels(dashboard.panels).flatMap((panel) => panelFindings(panel).map((what) => ({ where: panel.title === '' ? `panel ${panel.id}` : panel.title, what })));
  const variables = dashboard.variables.filter((variable) => variable.type === 'unsupported').map((variable) => ({ where: `$${variable.name}`, what: 'a variable of an unknown type keeps its stored value' }));
  return [...panels, ...variables];
}
