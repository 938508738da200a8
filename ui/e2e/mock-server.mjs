// A stand-in for both servers while the pages are being worked on: serves dist/, proxies /api/v1 to a real Prometheus
// (PROM_URL) and answers the dashboards' own API from a folder of JSON files (DASH_DIR). Loopback only.
//   PROM_URL=http://127.0.0.1:9090 DASH_DIR=… node e2e/mock-server.mjs [port] [prefix]
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' };
export const CSP = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'self'; form-action 'self'";

function json(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function proxy(target, path, incoming, response) {
  const url = new URL(path, target);
  const outgoing = request(url, { method: incoming.method, headers: { ...incoming.headers, host: url.host } }, (reply) => {
    response.writeHead(reply.statusCode ?? 502, reply.headers);
    reply.pipe(response);
  });
  outgoing.on('error', (error) => json(response, 502, { status: 'error', errorType: 'unavailable', error: `${url.host} does not answer: ${error.message}` }));
  incoming.pipe(outgoing);
}

function sendPage(response, page, prefix) {
  const html = readFileSync(join(DIST, page), 'utf8').replace('<base href="/" />', `<base href="${prefix}/" />`);
  response.writeHead(200, { 'content-type': TYPES['.html'], 'content-security-policy': CSP });
  response.end(html);
}

function sendAsset(response, path) {
  const file = normalize(join(DIST, path));
  if (!file.startsWith(DIST) || !existsSync(file) || !statSync(file).isFile()) return false;
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
  createReadStream(file).pipe(response);
  return true;
}

function readDashboards(folder) {
  const found = new Map();
  if (folder === undefined || folder === '') return found;
  for (const entry of readdirSync(folder, { recursive: true })) {
    if (!String(entry).endsWith('.json')) continue;
    const raw = JSON.parse(readFileSync(join(folder, String(entry)), 'utf8'));
    const uid = String(entry).replace(/\.json$/, '').replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(-60);
    found.set(uid, { folder: String(entry).includes('/') ? String(entry).split('/')[0] : '', raw });
  }
  return found;
}

function dashboardsApi(path, incoming, response, dashboards, promUrl) {
  if (path === 'api/dashboards') {
    json(response, 200, [...dashboards].map(([uid, { folder, raw }]) => ({ uid, title: (raw.dashboard ?? raw).title ?? uid, tags: (raw.dashboard ?? raw).tags ?? [], folder, writable: false })));
    return true;
  }
  if (path === 'api/dashboards/problems') {
    json(response, 200, []);
    return true;
  }
  const one = /^api\/dashboards\/([^/]+)$/.exec(path);
  if (one !== null) {
    const found = dashboards.get(one[1]);
    if (found === undefined) json(response, 404, { error: `there is no dashboard ${one[1]}`, hint: 'See the list for what there is.' });
    else json(response, 200, { meta: { uid: one[1], folder: found.folder, writable: false }, dashboard: found.raw });
    return true;
  }
  if (path === 'api/datasources') {
    json(response, 200, [{ uid: 'prom', name: 'Prometheus', type: 'prometheus', isDefault: true, jsonData: { timeInterval: '5s' } }]);
    return true;
  }
  const through = /^api\/datasources\/[^/]+\/proxy\/(.*)$/.exec(path);
  if (through === null) return false;
  proxy(promUrl, `/${through[1]}${new URL(incoming.url, 'http://x').search}`, incoming, response);
  return true;
}

/** Starts one role (`server` or `dash`) and resolves with its address. */
export function start({ role, port = 0, prefix = '', promUrl, dashDir }) {
  const dashboards = role === 'dash' ? readDashboards(dashDir) : new Map();
  const server = createServer((incoming, response) => {
    const { pathname, search } = new URL(incoming.url ?? '/', 'http://x');
    if (!pathname.startsWith(`${prefix}/`)) return json(response, 404, { error: 'outside of the prefix' });
    const path = pathname.slice(prefix.length + 1);
    if (role === 'server' && (path.startsWith('api/v1') || path.startsWith('-/'))) return proxy(promUrl, `/${path}${search}`, incoming, response);
    if (role === 'dash' && path.startsWith('api/')) return dashboardsApi(path, incoming, response, dashboards, promUrl) || json(response, 404, { error: 'no such endpoint' });
    if (path !== '' && !path.endsWith('.html') && sendAsset(response, path)) return undefined;
    return sendPage(response, role === 'server' ? 'index.html' : 'dash.html', prefix);
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve({ url: `http://127.0.0.1:${server.address().port}${prefix}`, close: () => server.close() }));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.argv[2] ?? 9190);
  const prefix = process.argv[3] ?? '';
  const promUrl = process.env.PROM_URL ?? 'http://127.0.0.1:9090';
  const pages = await start({ role: 'server', port, prefix, promUrl });
  const dash = await start({ role: 'dash', port: port + 1, prefix, promUrl, dashDir: process.env.DASH_DIR });
  console.log(`pages ${pages.url}  dashboards ${dash.url}`);
}
