import { describe, expect, it } from 'vitest';
import { NEW_PANEL, neighbourRange, panelsFromSearch, panelsToSearch, stepSeconds } from './state';

describe('the address of the query page', () => {
  it('reads an address of today', () => {
    const [panel] = panelsFromSearch('?g0.expr=up&g0.tab=graph&g0.range_input=2h&g0.end_input=2026-01-02%2003%3A04%3A05&g0.res_type=fixed&g0.res_step=30s&g0.display_mode=stacked&g0.show_exemplars=1&g0.y_axis_min=zero');
    expect(panel).toEqual({ ...NEW_PANEL, expr: 'up', tab: 'graph', rangeMs: 7_200_000, end: Date.UTC(2026, 0, 2, 3, 4, 5), resolution: { type: 'fixed', stepMs: 30_000 }, display: 'stacked', exemplars: true, yFromZero: true });
  });
  it('reads an address of the classic page', () => {
    const [panel] = panelsFromSearch('?g0.expr=up&g0.tab=0&g0.stacked=1&g0.range_input=15m&g0.step_input=10');
    expect(panel).toMatchObject({ tab: 'graph', display: 'stacked', rangeMs: 900_000, resolution: { type: 'custom', stepMs: 10_000 } });
  });
  it('keeps several panels in order, and foreign parameters', () => {
    const panels = [{ ...NEW_PANEL, expr: 'a' }, { ...NEW_PANEL, expr: 'b{x="&"}', tab: 'graph' as const }];
    const params = panelsToSearch(panels, new URLSearchParams('test=1&g7.expr=old'));
    expect(panelsFromSearch(`?${params.toString()}`)).toEqual(panels);
    expect(params.get('test')).toBe('1');
    expect(params.has('g7.expr')).toBe(false);
  });
  it('starts with one empty panel', () => expect(panelsFromSearch('')).toEqual([NEW_PANEL]));
});

describe('steps', () => {
  it.each([
    [{ type: 'auto', density: 'medium' } as const, 3_600_000, 14],
    [{ type: 'auto', density: 'high' } as const, 60_000, 1],
    [{ type: 'fixed', stepMs: 15_000 } as const, 60_000, 15],
  ])('%o over %d ms is %d s', (resolution, range, step) => expect(stepSeconds(resolution, range)).toBe(step));
  it('walks the ladder of ranges', () => {
    expect(neighbourRange(3_600_000, 1)).toBe(7_200_000);
    expect(neighbourRange(3_600_000, -1)).toBe(1_800_000);
    expect(neighbourRange(1_000, -1)).toBe(1_000);
  });
});
