import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibility, open, setStage, type Stage } from './setup';

let stage: Stage | string = '';
beforeAll(async () => {
  stage = await setStage();
  if (typeof stage === 'string') console.log(`SKIPPED: ${stage}`);
});
afterAll(async () => {
  if (typeof stage !== 'string') await stage.close();
});

/** A test that needs the stage and counts as skipped without it. */
function onStage(name: string, run: (stage: Stage) => Promise<void>): void {
  it(name, async (context) => {
    if (typeof stage === 'string') return context.skip(stage);
    return run(stage);
  });
}

const PAGES: readonly (readonly [string, string])[] = [['/query?g0.expr=up&g0.tab=table', 'up{'], ['/query?g0.expr=up&g0.tab=explain', 'vectorSelector'], ['/targets', 'Targets'], ['/alerts', 'Alerts'], ['/rules', 'Rules'], ['/service-discovery', 'Service discovery'], ['/status', 'Runtime'], ['/flags', '--config.file'], ['/config', 'scrape_configs'], ['/tsdb-status', 'TSDB status'], ['/queries', 'Since the start'], ['/style', 'Style']];

describe('every page', () => {
  for (const [path, text] of PAGES) {
    for (const theme of ['light', 'dark'] as const) {
      onStage(`${path} in ${theme}`, async ({ ...s }) => {
        const { page, complaints } = await open(s, s.pages + path, { theme });
        await page.getByText(text).first().waitFor();
        expect(complaints).toEqual([]);
        expect(await accessibility(page)).toEqual([]);
        await page.context().close();
      });
    }
  }
  onStage('fits a phone', async (s) => {
    for (const [path] of PAGES) {
      const { page } = await open(s, s.pages + path, { width: 390, height: 800 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(390);
      await page.context().close();
    }
  });
});

describe('query', () => {
  onStage('runs what is typed, keeps it in the address, goes back', async (s) => {
    const { page, complaints } = await open(s, `${s.pages}/query`);
    const field = page.locator('.promql-editor [role=textbox], .promql-editor textarea').first();
    await field.click();
    await page.keyboard.type('vector(7)');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page.locator('.result-table td.num', { hasText: '7' }).waitFor();
    expect(page.url()).toContain('g0.expr=vector%287%29');
    await page.getByRole('tab', { name: 'Graph' }).click();
    await page.locator('[data-chart]').waitFor();
    await page.goBack();
    await page.locator('.result-table').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
  onStage('completes from the server, and "/" leads to the editor', async (s) => {
    const { page, complaints } = await open(s, `${s.pages}/query`);
    await page.locator('[data-rich-editor]').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('rate(process_cpu_sec');
    await page.locator('.cm-tooltip-autocomplete li').first().waitFor();
    expect(await page.locator('.cm-tooltip-autocomplete li').first().textContent()).toContain('process_cpu_seconds_total');
    expect(complaints).toEqual([]);
    await page.context().close();
  });
  onStage('draws, isolates and zooms', async (s) => {
    const { page } = await open(s, `${s.pages}/query?test=1&g0.expr=${encodeURIComponent('label_replace(vector(1), "a", "x", "", "") or label_replace(vector(2), "a", "y", "", "")')}&g0.tab=graph&g0.range_input=30m`);
    await page.locator('.u-over').waitFor();
    const shown = (): Promise<boolean[]> => page.evaluate(() => (window as never as { __narthex: { charts: Record<string, { series: { show?: boolean }[] }> } }).__narthex.charts['g0']?.series.slice(1).map((one) => one.show !== false) ?? []);
    expect(await shown()).toEqual([true, true]);
    await page.locator('.legend-item').first().click();
    await expect.poll(shown).toEqual([true, false]);
    await page.locator('.legend-item').first().click();
    await expect.poll(shown).toEqual([true, true]);
    const box = await page.locator('.u-over').boundingBox();
    if (box === null) throw new Error('no plot');
    await page.mouse.move(box.x + box.width * 0.25, box.y + 40);
    await expect.poll(() => page.locator('.chart-tip').isVisible()).toBe(true);
    expect(await page.locator('.chart-tip-row').first().textContent()).toContain('2');
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toMatch(/range_input=7m/);
    await page.context().close();
  });
  onStage('tells refused, empty and warned queries apart', async (s) => {
    const { page } = await open(s, `${s.pages}/query?g0.expr=${encodeURIComponent('sum((')}&g1.expr=nothing_has_this_name&g2.expr=${encodeURIComponent('rate(process_resident_memory_bytes[5m])')}`);
    await page.locator('[data-panel=g0] [data-error=refused]').waitFor();
    expect(await page.locator('[data-panel=g0] [data-position]').textContent()).toContain('^');
    await page.locator('[data-panel=g1] [data-empty]').waitFor();
    await page.locator('[data-panel=g2] .note.info').first().waitFor();
    await page.context().close();
  });
});

describe('queries', () => {
  onStage('shows what runs, what costs and what failed', async (s) => {
    const context = await s.browser.newContext();
    const page = await context.newPage();
    const since = new Date(Date.now() - 90_000).toISOString();
    const cost = { count: 3, errors: 0, totalSeconds: 1.5, maxSeconds: 1, averageSeconds: 0.5, samples: 1_200, last: since };
    await page.route('**/api/v1/status/queries?**', (route) => route.fulfill({ json: { status: 'success', data: { since, active: [{ query: 'sum(rate(x[5m]))', since, seconds: 90 }], top: [{ ...cost, query: 'dear' }, { ...cost, query: 'broken', errors: 2, lastError: 'too many samples' }], expressions: 700, forgotten: 41 } } }));
    await page.goto(`${s.pages}/queries`);
    await page.locator('[data-active]').waitFor();
    expect(await page.locator('[data-active] td').nth(1).textContent()).toBe('1m30s');
    expect(await page.locator('[data-query=broken] .query-error').textContent()).toContain('too many samples');
    expect(await page.locator('[data-query=dear] .query-error').count()).toBe(0);
    await page.getByText('2 of 700 expressions. 41 cheaper ones were forgotten').waitFor();
    await page.locator('[data-query=dear] a').click();
    expect(page.url()).toContain('/query?g0.expr=dear');
    await context.close();
  });
  onStage('draws native histograms as a heatmap with axes', async (s) => {
    const context = await s.browser.newContext();
    const page = await context.newPage();
    const now = Math.floor(Date.now() / 1_000);
    const histograms = Array.from({ length: 30 }, (_, i) => [now - 3_000 + i * 100, { count: '12', sum: '30', buckets: [[0, '0.5', '1', '4'], [0, '1', '2', '6'], [0, '2', '4', '2']] }]);
    await page.route('**/api/v1/query_range', (route) => route.fulfill({ json: { status: 'success', data: { resultType: 'matrix', result: [{ metric: { __name__: 'h' }, histograms }] } } }));
    await page.goto(`${s.pages}/query?g0.expr=h&g0.tab=graph&g0.range_input=1h`);
    await page.getByRole('button', { name: 'Heatmap' }).click();
    const box = await page.locator('[data-heatmap] canvas').boundingBox();
    if (box === null) throw new Error('no heatmap');
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5);
    await page.locator('.canvas-tip', { hasText: 'Count: 6' }).waitFor();
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.5, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toMatch(/range_input=1\dm/);
    await context.close();
  });
});

describe('targets', () => {
  onStage('lists with health and filters', async (s) => {
    const { page } = await open(s, `${s.pages}/targets`);
    const up = page.locator('[data-target=up]');
    await up.first().waitFor();
    await page.getByRole('searchbox').fill('no target has this text');
    await page.getByText('No target matches the filter').waitFor();
    await page.context().close();
  });
  onStage('filters 10,000 targets quickly and keeps the document small', async (s) => {
    const context = await s.browser.newContext();
    const page = await context.newPage();
    await page.route('**/api/v1/targets?**', (route) => route.fulfill({ json: { status: 'success', data: { activeTargets: Array.from({ length: 10_000 }, (_, i) => ({ discoveredLabels: { __address__: `h${i}:1` }, labels: { instance: `h${i}:1`, job: `job${i % 20}` }, scrapePool: `job${i % 20}`, scrapeUrl: `http://h${i}:1/metrics`, globalUrl: `http://h${i}:1/metrics`, lastError: i % 50 === 0 ? 'connection refused' : '', lastScrape: new Date().toISOString(), lastScrapeDuration: 0.01, health: i % 50 === 0 ? 'down' : 'up', scrapeInterval: '15s', scrapeTimeout: '10s' })), droppedTargets: [] } } }));
    await page.goto(`${s.pages}/targets`, { waitUntil: 'networkidle' });
    await page.locator('[data-target]').first().waitFor();
    expect(await page.locator('[data-target]').count()).toBeLessThan(200);
    await page.getByRole('searchbox').pressSequentially('h1234:');
    await expect.poll(() => page.locator('[data-target]').count()).toBe(1);
    await context.close();
  });
});

describe('under a prefix', () => {
  it('finds its assets, its API and its links', async (context) => {
    const prefixed = await setStage('/some/prefix');
    if (typeof prefixed === 'string') return context.skip(prefixed);
    try {
      const { page, complaints } = await open(prefixed, `${prefixed.pages}/targets`);
      await page.locator('[data-target]').first().waitFor();
      await page.getByRole('link', { name: 'Alerts' }).click();
      expect(new URL(page.url()).pathname).toBe('/some/prefix/alerts');
      await page.getByRole('heading', { name: 'Alerts' }).waitFor();
      expect(complaints).toEqual([]);
    } finally {
      await prefixed.close();
    }
  });
});
