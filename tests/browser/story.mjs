// Opens the query page, the targets page and the dashboard in a real chromium and checks what they draw.
// Called by tests/tests/browser.rs with NARTHEX_URL and DASH_URL; prints one line a check and exits 1 at the first fault.
// With SCREENSHOTS set to a folder, a picture of every page is kept there.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const server = process.env.NARTHEX_URL;
const dash = process.env.DASH_URL;
const pictures = process.env.SCREENSHOTS;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const faults = [];
page.on('pageerror', (error) => faults.push(`page error: ${error.message}`));
page.on('console', (message) => {
  if (message.type() === 'error') faults.push(`console: ${message.text()}`);
});
page.on('request', (request) => {
  const url = new URL(request.url());
  if (!['127.0.0.1', 'localhost'].includes(url.hostname) && url.protocol.startsWith('http')) {
    faults.push(`a request left the machine: ${url}`);
  }
});

function check(what, holds) {
  console.log(`${holds ? 'ok' : 'FAULT'}  ${what}`);
  if (!holds) throw new Error(what);
}

async function keep(name) {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) });
}

/** The points that the page's charts hold, as { charts, series, points }. */
function drawn() {
  return page.evaluate(() => {
    const charts = Object.values(window.__narthex?.charts ?? {});
    let series = 0;
    let points = 0;
    for (const chart of charts) {
      for (const column of chart.data.slice(1)) {
        const present = Array.from(column).filter((value) => value !== null && value !== undefined).length;
        if (present > 0) series += 1;
        points += present;
      }
    }
    return { charts: charts.length, series, points };
  });
}

/** No violation of WCAG 2.1 A and AA or of the best practices, as axe-core sees them. */
async function accessible(what) {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const found = await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`);
  });
  check(`${what} is accessible ${violations.join('; ')}`, violations.length === 0);
}

async function until(what, probe, limit = 20_000) {
  const end = Date.now() + limit;
  let last;
  while (Date.now() < end) {
    last = await probe();
    if (last) return last;
    await page.waitForTimeout(100);
  }
  await keep('fault');
  check(`${what} (last seen: ${JSON.stringify(last)}; page: ${(await page.innerText('body')).slice(0, 600)})`, false);
}

try {
  await page.goto(`${server}/targets`);
  await until('the targets page shows the API', async () => (await page.innerText('body')).includes('heart-disease-api'));
  const targets = await page.innerText('body');
  check('the API is UP', /\bUP\b/i.test(targets));
  check('the dead target is DOWN with its error', /\bDOWN\b/i.test(targets) && /refused|connect/i.test(targets));
  await keep('targets');
  await accessible('the targets page');

  await page.goto(`${server}/query?test=1&g0.expr=predictions_total&g0.tab=1&g0.range_input=5m`);
  await until('the table shows both outcomes', async () => {
    const text = await page.innerText('body');
    return text.includes('prediction="0"') && text.includes('prediction="1"');
  });
  check('the query table shows the counters', true);
  await keep('query-table');

  await page.goto(`${server}/query?test=1&g0.expr=${encodeURIComponent('sum by (endpoint) (rate(http_requests_total[1m]))')}&g0.tab=0&g0.range_input=5m`);
  const graph = await until('the graph has series', async () => {
    const seen = await drawn();
    return seen.series > 0 && seen.points > 0 ? seen : undefined;
  });
  check(`the query graph draws ${graph.series} series, ${graph.points} points`, graph.series >= 2);
  await keep('query-graph');
  await accessible('the query page');

  await page.getByRole('tab', { name: 'Explain' }).click();
  await page.getByText('Samples read').waitFor();
  await page.getByRole('button', { name: 'Plan' }).click();
  await page.getByRole('list', { name: 'Plan' }).getByText('range selector').waitFor();
  check('the query page shows the tree, the statistics and the plan', true);

  await page.goto(`${server}/service-discovery`);
  await page.getByRole('button', { name: 'Steps' }).first().click();
  await page.locator('dialog').getByText('Step 1').waitFor();
  await page.locator('dialog').getByText('kept').first().waitFor();
  await accessible('service discovery with relabelling steps');

  await page.goto(`${server}/query?g0.expr=${encodeURIComponent('sum(rate(')}&g0.tab=1`);
  await until('a bad query shows its error with the position', async () => /1:\d+/.test(await page.innerText('body')));
  check('a bad query is shown with its position', true);

  await page.goto(`${server}/query?g0.expr=${encodeURIComponent('predictions_total * on (no_label) predictions_total')}&g0.tab=1`);
  await page.locator('[data-error=refused]').waitFor();
  await page.goto(`${server}/queries?by=count`);
  await page.locator('[data-query="predictions_total"]').waitFor();
  check('the queries page counts what was asked', Number(await page.locator('[data-query="predictions_total"] td').nth(1).innerText()) >= 1);
  check('the queries page says when nothing runs', await page.locator('[data-section=active] [data-empty]').count() === 1);
  await page.getByRole('combobox', { name: 'What makes a query dear' }).selectOption('errors');
  await page.locator('[data-query*="no_label"] .query-error').waitFor();
  check('the queries page shows the last error, and only what failed', await page.locator('[data-query="predictions_total"]').count() === 0 && page.url().includes('by=errors'));
  await keep('queries');
  await accessible('the queries page');
  await page.locator('[data-query*="no_label"] a').click();
  await until('the expression leads to the query page', async () => new URL(page.url()).pathname === '/query');

  faults.splice(0, faults.length, ...faults.filter((fault) => !/40[02]|422/.test(fault)));
  await page.goto(`${dash}/d/heart-disease?test=1&from=now-5m&to=now`);
  const board = await until('the dashboard draws', async () => {
    const seen = await drawn();
    return seen.charts >= 4 && seen.series >= 4 ? seen : undefined;
  });
  check(`the dashboard draws ${board.charts} charts, ${board.series} series`, true);
  const titles = await page.innerText('body');
  for (const title of [/requests/i, /prediction/i, /p95|95th/i, /average/i, /memory/i]) {
    check(`the dashboard has a panel ${title}`, title.test(titles));
  }
  await keep('dashboard');
  await accessible('the dashboard');
  for (const one of ['narthex', 'node', 'service']) {
    await page.goto(`${dash}/d/${one}?from=now-5m&to=now`);
    await page.locator('[data-panel]').first().waitFor();
    await page.waitForTimeout(500);
    check(`no panel of ${one} is broken`, (await page.getByText('could not be drawn').count()) === 0 && (await page.locator('[data-panel] [data-error]').count()) === 0);
    await accessible(`the dashboard ${one}`);
    await keep(`dashboard-${one}`);
  }
  await page.goto(`${server}/query`);
  await page.getByRole('link', { name: 'Dashboards' }).click();
  await page.getByRole('link', { name: 'Heart-disease API' }).waitFor();
  check('the server leads to its dashboards', new URL(page.url()).pathname === '/dashboards/');
  const json = page.getByRole('textbox', { name: 'Dashboard JSON' });
  const paste = async (dashboard) => {
    await page.getByRole('button', { name: 'Import' }).click();
    await json.fill(JSON.stringify(dashboard));
    await page.locator('dialog').getByRole('button', { name: 'Import', exact: true }).click();
  };
  await paste({ title: 'Nowhere', panels: [] });
  await page.getByText('--dashboards.writable').waitFor();
  check('a server without a folder to write to says what to do', await page.locator('[data-error=forbidden]').count() === 1);
  await accessible('the refused import');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Query', exact: true }).click();
  await until('the dashboards lead back to the server', async () => new URL(page.url()).pathname === '/query');

  await page.goto(`${dash}/`);
  await page.getByText('writable').first().waitFor();
  await keep('dashboards');
  await accessible('the list of dashboards');
  const mine = { uid: 'heart-disease', title: 'Mine', panels: [{ type: 'text', title: 'Note', gridPos: { x: 0, y: 0, w: 12, h: 4 }, options: { content: 'Written here.' } }] };
  await paste(mine);
  await page.locator('[data-error=conflict]').waitFor();
  await page.getByRole('button', { name: 'Import as a copy' }).click();
  // The text stands in the dialog, too, until the copy is open.
  await page.waitForURL(/\/d\/[^/?]+/);
  await page.locator('[data-panel]').getByText('Written here.').waitFor();
  const uid = new URL(page.url()).pathname.split('/').pop();
  check(`an import with a taken name becomes a copy, ${uid}`, uid !== 'heart-disease');

  await page.getByRole('button', { name: 'More for this dashboard' }).click();
  await page.getByText('Edit JSON').click();
  const edited = JSON.parse(await json.inputValue());
  const other = await page.request.put(`${dash}/api/dashboards/${uid}`, { data: { ...edited, title: 'Theirs' } });
  check(`somebody else saves meanwhile (${other.status()})`, other.ok());
  await accessible('the editor of the JSON');
  await json.fill(JSON.stringify({ ...edited, title: 'Mine again' }));
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Save mine over it' }).click();
  await page.getByRole('heading', { name: 'Mine again' }).waitFor();
  check('a conflict of saving is settled by the person', true);

  faults.splice(0, faults.length, ...faults.filter((fault) => !/\b40[39]\b/.test(fault)));
  check(`nothing went wrong on the pages: ${faults.join('; ')}`, faults.length === 0);
} catch (error) {
  await keep('fault');
  console.error(String(error));
  process.exitCode = 1;
} finally {
  await browser.close();
}
