// Measures the marks of the web interface in a real chromium: 30 panels with 20 series each, and the target list with 2,000
// and 10,000 targets. A command of its own, because times depend on the machine: node tests/browser/measure.mjs [ROUNDS]
// It needs `make ui`, chromium and nothing else: the answers come from a server inside of this script, on loopback.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname } from 'node:path';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const rounds = Number(process.argv[2] ?? 5);
const dist = new URL('../../ui/dist/', import.meta.url);
const PANELS = 30;
const SERIES = 20;
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

const dashboard = {
  uid: 'wall', title: 'Wall', schemaVersion: 41, time: { from: 'now-6h', to: 'now' }, refresh: '', templating: { list: [] },
  panels: Array.from({ length: PANELS }, (_, i) => ({
    id: i + 1, type: 'timeseries', title: `Panel ${i + 1}`, gridPos: { x: (i % 6) * 4, y: Math.floor(i / 6) * 6, w: 4, h: 6 },
    targets: [{ refId: 'A', expr: `load{panel="${i}"}`, legendFormat: '{{host}}' }],
    fieldConfig: { defaults: { unit: 'short', custom: { fillOpacity: 10 } }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom', showLegend: true } },
  })),
};

function matrix(start, end, step, seed) {
  const result = Array.from({ length: SERIES }, (_, s) => {
    const values = [];
    for (let time = start; time <= end; time += step) values.push([time, String(100 + 40 * Math.sin(time / 900 + s + seed) + ((time * (s + 3)) % 17))]);
    return { metric: { __name__: 'load', host: `host-${s}` }, values };
  });
  return { status: 'success', data: { resultType: 'matrix', result } };
}

function targets(count) {
  const one = (i) => {
    const down = i % 40 === 0;
    const address = `10.${i >> 12}.${(i >> 6) & 63}.${i & 63}:9100`;
    return {
      discoveredLabels: { __address__: address, __metrics_path__: '/metrics', __scheme__: 'http' }, labels: { instance: address, job: `job-${i % 25}`, zone: `zone-${i % 3}` }, scrapePool: `job-${i % 25}`, scrapeUrl: `http://${address}/metrics`, globalUrl: `http://${address}/metrics`,
      lastError: down ? 'connection refused' : '', lastScrape: new Date().toISOString(), lastScrapeDuration: 0.01, health: down ? 'down' : 'up', scrapeInterval: '15s', scrapeTimeout: '10s',
    };
  };
  return JSON.stringify({ status: 'success', data: { activeTargets: Array.from({ length: count }, (_, i) => one(i)), droppedTargets: [] } });
}

const lists = new Map();
let listed = 2_000;
const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://127.0.0.1');
  const path = url.pathname.slice(1);
  const json = (body) => { response.writeHead(200, { 'content-type': 'application/json' }); response.end(typeof body === 'string' ? body : JSON.stringify(body)); };
  if (path === 'api/dashboards/wall') return json({ meta: { uid: 'wall', folder: '', version: 1, writable: false }, dashboard });
  if (path === 'api/datasources') return json([{ uid: 'p', name: 'P', type: 'prometheus', isDefault: true, jsonData: { timeInterval: '15s' } }]);
  if (path === 'api/v1/targets') {
    if (!lists.has(listed)) lists.set(listed, targets(listed));
    return json(lists.get(listed));
  }
  if (path.endsWith('/query_range')) {
    let body = '';
    request.on('data', (part) => { body += part; });
    request.on('end', () => {
      const form = new URLSearchParams(body);
      const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(form.get(name)));
      const key = `${form.get('query')} ${step} ${end - start}`;
      if (!lists.has(key)) lists.set(key, JSON.stringify(matrix(start, end, step, Number(/\d+/.exec(form.get('query'))))));
      json(lists.get(key));
    });
    return undefined;
  }
  if (path.endsWith('notifications/live')) { response.writeHead(204); return response.end(); }
  if (path.startsWith('api/') || path.startsWith('-/')) return json({ status: 'success', data: [] });
  const file = new URL(path, dist);
  if (path !== '' && extname(path) in TYPES && existsSync(file)) { response.writeHead(200, { 'content-type': TYPES[extname(path)] }); return response.end(readFileSync(file)); }
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  return response.end(readFileSync(new URL(path.startsWith('d/') ? 'dash.html' : 'index.html', dist)));
});

/** In the page: when every chart has its points, and how long events took until the next frame was shown. */
function watch(panels) {
  window.slowest = 0;
  window.events = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!entry.name.startsWith('key') && entry.name !== 'input') continue;
      window.events += 1;
      window.slowest = Math.max(window.slowest, entry.duration);
    }
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
  const look = () => {
    const charts = Object.values(window.__narthex?.charts ?? {}).filter((chart) => (chart.data?.[0]?.length ?? 0) > 1);
    if (charts.length < panels) return requestAnimationFrame(look);
    // One more frame: then what was drawn has been shown.
    return requestAnimationFrame(() => setTimeout(() => {
      const answers = performance.getEntriesByType('resource').filter((entry) => entry.name.includes('query_range'));
      window.drawn = { all: performance.now(), first: Math.min(...answers.map((entry) => entry.responseEnd)), last: Math.max(...answers.map((entry) => entry.responseEnd)), points: charts.reduce((sum, chart) => sum + chart.data[0].length * (chart.data.length - 1), 0) };
    }, 0));
  };
  requestAnimationFrame(look);
}

const address = await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`)); });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const context = await browser.newContext({ viewport: { width: 1_600, height: 1_300 } });
const least = (values) => Math.min(...values).toFixed(0);
const middle = (values) => [...values].sort((a, b) => a - b)[values.length >> 1].toFixed(0);
const line = (what, values, mark) => console.log(`${what.padEnd(62)} ${least(values).padStart(6)} ms least ${middle(values).padStart(6)} ms median${mark === undefined ? '' : `   mark ${mark} ms: ${Number(least(values)) <= mark ? 'met' : 'MISSED'}`}`);

try {
  const walls = [];
  for (let round = 0; round <= rounds; round++) {
    const page = await context.newPage();
    await page.addInitScript(watch, PANELS);
    // The processor time of the page's thread says more than the clock when other programs take turns.
    const session = await context.newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.goto(`${address}/d/wall?test=1&from=1700000000000&to=1700021600000`);
    const wall = await page.waitForFunction(() => window.drawn, undefined, { timeout: 60_000 }).then((handle) => handle.jsonValue());
    const { metrics } = await session.send('Performance.getMetrics');
    walls.push({ ...wall, cpu: 1_000 * metrics.find(({ name }) => name === 'TaskDuration').value });
    await page.close();
  }
  // The first round fills the server's answers.
  walls.shift();
  console.log(`${PANELS} panels x ${SERIES} series, ${walls[0].points.toLocaleString('en')} points`);
  line('  last answer received to all panels shown', walls.map((wall) => wall.all - wall.last), 500);
  line('  first answer received to all panels shown', walls.map((wall) => wall.all - wall.first));
  line('  address opened to all panels shown', walls.map((wall) => wall.all));
  line('  processor time of the page for all of it', walls.map((wall) => wall.cpu));

  for (const count of [2_000, 10_000]) {
    listed = count;
    const [shown, lags, rows] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      const page = await context.newPage();
      await page.addInitScript(watch, Infinity);
      await page.goto(`${address}/targets`);
      await page.locator('[data-target]').first().waitFor();
      shown.push(await page.evaluate(() => performance.now()));
      rows.push(await page.locator('[data-target]').count());
      await page.getByRole('searchbox').pressSequentially('10.0.3 job-1', { delay: 40 });
      await page.waitForTimeout(600);
      lags.push(await page.evaluate(() => window.slowest));
      await page.close();
    }
    console.log(`${count.toLocaleString('en')} targets, ${Math.max(...rows)} rows in the document`);
    line('  address opened to the list shown', shown);
    line('  slowest key while filtering, until the next frame is shown', lags, 100);
  }
} finally {
  await browser.close();
  server.close();
}
