// Where the servers are, and a page that remembers everything it complains about.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { hasChromium, launch } from './browser.mjs';
import { start } from './mock-server.mjs';

const DASHBOARDS = fileURLToPath(new URL('./dashboards', import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface Stage {
  readonly pages: string;
  readonly dash: string;
  readonly browser: Browser;
  readonly close: () => Promise<void>;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).status < 500;
  } catch {
    return false;
  }
}

/** The stage, or the reason why there is none. */
export async function setStage(prefix = ''): Promise<Stage | string> {
  if (!hasChromium()) return 'there is no chromium (set CHROMIUM to its path)';
  const given = { pages: process.env['NARTHEX_URL'], dash: process.env['DASH_URL'] };
  const promUrl = process.env['PROM_URL'] ?? given.pages ?? '';
  if (promUrl === '' || !(await answers(`${promUrl}/-/ready`))) return 'no server answers (set NARTHEX_URL and DASH_URL, or PROM_URL)';
  const mocks: { close: () => void }[] = [];
  let { pages, dash } = given;
  if (pages === undefined || prefix !== '') {
    const mock = await start({ role: 'server', prefix, promUrl });
    mocks.push(mock);
    pages = mock.url;
  }
  if (dash === undefined || prefix !== '') {
    const mock = await start({ role: 'dash', prefix, promUrl, dashDir: DASHBOARDS });
    mocks.push(mock);
    dash = mock.url;
  }
  const browser = await launch();
  return { pages: pages.replace(/\/$/, ''), dash: dash.replace(/\/$/, ''), browser, close: async () => {
    await browser.close();
    for (const mock of mocks) mock.close();
  } };
}

export interface Watched {
  readonly page: Page;
  readonly complaints: string[];
}

/** Opens an address; console errors, exceptions, policy violations and requests to other hosts are collected. */
export async function open(stage: Stage, url: string, options: { theme?: 'light' | 'dark'; width?: number; height?: number } = {}): Promise<Watched> {
  const context = await stage.browser.newContext({ viewport: { width: options.width ?? 1_360, height: options.height ?? 900 }, colorScheme: options.theme ?? 'light' });
  const page = await context.newPage();
  const complaints: string[] = [];
  const host = new URL(url).host;
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => { if (!request.url().startsWith('data:') && !request.url().startsWith('blob:') && new URL(request.url()).host !== host) complaints.push(`request to ${request.url()}`); });
  await page.goto(url, { waitUntil: 'networkidle' });
  return { page, complaints };
}

interface AxeWindow extends Window {
  axe: { run: (context: unknown, options: unknown) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }> };
}

/** Violations of WCAG 2 A and AA, one line each. */
export async function accessibility(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as AxeWindow).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] });
    return violations.flatMap((violation) => violation.nodes.slice(0, 3).map((node) => `${violation.id}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ''}`));
  });
}
