import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibility, open, setStage, type Stage } from './setup';

let stage: Stage | string = '';
beforeAll(async () => {
  stage = await setStage();
  if (typeof stage === 'string') console.log(`SKIPPED: ${stage}`);
  else if ((await fetch(`${stage.dash}/api/dashboards/panels`)).status !== 200) {
    await stage.close();
    stage = 'the dashboards server does not serve e2e/dashboards';
    console.log(`SKIPPED: ${stage}`);
  }
});
afterAll(async () => {
  if (typeof stage !== 'string') await stage.close();
});
function onStage(name: string, run: (stage: Stage) => Promise<void>): void {
  it(name, async (context) => {
    if (typeof stage === 'string') return context.skip(stage);
    return run(stage);
  });
}

describe('the panels', () => {
  for (const theme of ['light', 'dark'] as const) {
    onStage(`draw in ${theme}`, async (s) => {
      const { page, complaints } = await open(s, `${s.dash}/d/panels?test=1&refresh=`, { theme, height: 2_000 });
      await expect.poll(() => page.locator('[data-state=loading]').count()).toBe(0);
      const states = Object.fromEntries(await page.locator('[data-panel]').evaluateAll((all) => all.map((one) => [one.getAttribute('aria-label') ?? '', one.getAttribute('data-state') ?? ''])));
      const { Broken: broken, Empty: empty, ...rest } = states;
      expect(broken).toBe('error');
      expect(empty).toBe('empty');
      expect([...new Set(Object.values(rest))]).toEqual(['ready']);
      expect(await page.locator('[data-panel] [data-error]').count()).toBe(1);
      // The refused query of the broken panel is the only thing the browser may complain about.
      expect(complaints.filter((text) => !text.includes('400'))).toEqual([]);
      expect(await accessibility(page)).toEqual([]);
      await page.context().close();
    });
  }
  onStage('show values as the query gives them', async (s) => {
    const { page } = await open(s, `${s.dash}/d/panels?refresh=`);
    await page.locator('[data-panel="4"] [data-stat]').first().waitFor();
    expect(new Set(await page.locator('[data-panel="4"] [data-stat]').evaluateAll((all) => all.map((one) => one.getAttribute('data-stat'))))).toContain('UP');
    expect(await page.locator('[data-panel="2"] [data-stat]').getAttribute('data-stat')).toMatch(/^\d+(\.\d+)? [KMG]iB$/);
    await page.context().close();
  });
  onStage('never run what a text brings', async (s) => {
    const { page } = await open(s, `${s.dash}/d/panels?refresh=`, { height: 2_000 });
    await page.locator('.text-panel').waitFor();
    expect(await page.locator('.text-panel script, .text-panel a[href^="javascript"]').count()).toBe(0);
    await page.context().close();
  });
});

describe('the dashboard', () => {
  onStage('zooms all panels by dragging and goes back by double-click', async (s) => {
    const { page } = await open(s, `${s.dash}/d/panels?refresh=`);
    const box = await page.locator('[data-panel="7"] .u-over').boundingBox();
    if (box === null) throw new Error('no plot');
    // At the end of the range, where also a server that has just started has data.
    await page.mouse.move(box.x + box.width - 60, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 4, box.y + 30, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toMatch(/from=\d{13}/);
    await page.locator('[data-panel="7"] .u-over').dblclick({ position: { x: 80, y: 30 } });
    await expect.poll(() => page.url()).toMatch(/from=now-30m/);
    await page.context().close();
  });
  onStage('keeps variables in the address', async (s) => {
    const { page } = await open(s, `${s.dash}/d/panels?refresh=`);
    await page.locator('[data-variable=job] button').first().click();
    await page.locator('.variable-menu label').first().click();
    await expect.poll(() => page.url()).toMatch(/var-job=(?!%24__all)/);
    await page.goBack();
    await expect.poll(() => page.url()).not.toMatch(/var-job=(?!%24__all)\w/);
    await page.context().close();
  });
  onStage('closes and opens rows', async (s) => {
    const { page } = await open(s, `${s.dash}/d/panels?refresh=`);
    const before = await page.locator('[data-panel]').count();
    await page.locator('.dash-row button').first().click();
    await expect.poll(() => page.locator('[data-panel]').count()).toBeLessThan(before);
    await page.context().close();
  });
  onStage('shows one panel alone, and what it asked', async (s) => {
    const { page } = await open(s, `${s.dash}/d/panels?refresh=&viewPanel=1`);
    await expect.poll(() => page.locator('[data-panel]').count()).toBe(1);
    await page.locator('[data-panel]').hover();
    await page.locator('.panel-menu').click();
    await page.getByText('Inspect').click();
    await page.locator('dialog .code-block', { hasText: 'rate(' }).waitFor();
    await page.getByRole('tab', { name: 'Data', exact: true }).click();
    await page.locator('dialog table').first().waitFor();
    expect(await accessibility(page)).toEqual([]);
    await page.context().close();
  });
  onStage('fits a phone', async (s) => {
    const { page } = await open(s, `${s.dash}/d/panels?refresh=`, { width: 390, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.context().close();
  });
});

describe('the list', () => {
  onStage('finds by words and by tag', async (s) => {
    const { page, complaints } = await open(s, `${s.dash}/`);
    await page.getByRole('link', { name: 'Panels' }).waitFor();
    await page.getByRole('searchbox').fill('no dashboard has this');
    await page.getByText('No dashboard matches').waitFor();
    expect(complaints).toEqual([]);
    expect(await accessibility(page)).toEqual([]);
    await page.context().close();
  });
  onStage('checks a file before it is imported', async (s) => {
    const { page } = await open(s, `${s.dash}/`);
    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByRole('textbox', { name: 'Dashboard JSON' }).fill('{"title": ');
    await page.locator('dialog .note.bad').waitFor();
    await page.getByRole('textbox', { name: 'Dashboard JSON' }).fill('{"title":"x","panels":[{"type":"news","title":"N"}]}');
    await page.locator('dialog td', { hasText: 'panel type news' }).waitFor();
    await page.context().close();
  });
});
