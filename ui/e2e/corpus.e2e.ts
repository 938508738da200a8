// Every dashboard of CORPUS_DIR in the browser, against whatever the server answers: none may throw, none may break a panel.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { open, setStage, type Stage } from './setup';
import { start } from './mock-server.mjs';

const FOLDER = process.env['CORPUS_DIR'] ?? '';
let stage: Stage | string = 'set CORPUS_DIR to a folder of dashboard JSON files';
let dash: { url: string; close: () => void } | undefined;
beforeAll(async () => {
  if (FOLDER !== '') stage = await setStage();
  if (typeof stage === 'string') console.log(`SKIPPED: ${stage}`);
  else dash = await start({ role: 'dash', promUrl: process.env['PROM_URL'] ?? stage.pages, dashDir: FOLDER });
});
afterAll(async () => {
  dash?.close();
  if (typeof stage !== 'string') await stage.close();
});

it('opens without an error', async (context) => {
  if (typeof stage === 'string' || dash === undefined) return context.skip(String(stage));
  const { page, complaints } = await open(stage, `${dash.url}/`);
  const list = (await (await fetch(`${dash.url}/api/dashboards`)).json()) as { uid: string }[];
  const wrong: string[] = [];
  for (const { uid } of list) {
    complaints.length = 0;
    await page.goto(`${dash.url}/d/${uid}?from=now-15m&to=now&refresh=`, { waitUntil: 'domcontentloaded' });
    await page.locator('.dash-grid, .note.bad').first().waitFor({ timeout: 10_000 }).catch(() => wrong.push(`${uid}: no grid`));
    await page.waitForTimeout(150);
    const broken = await page.getByText('could not be drawn').count();
    const errors = complaints.filter((text) => !/status of (400|422|404|502)/.test(text));
    if (broken > 0 || errors.length > 0) wrong.push(`${uid}: ${broken} panels broken; ${errors.join('; ')}`);
  }
  expect(wrong).toEqual([]);
}, 300_000);
