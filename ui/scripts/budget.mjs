// Prints what each page loads, gzipped, and fails when a budget is exceeded. Run after `npm run build`.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const KB = 1024;
const gzip = (file) => gzipSync(readFileSync(DIST + file), { level: 9 }).length;

/** Static imports of a chunk, followed to the end. */
function closure(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(DIST + file, 'utf8');
  for (const [, name] of source.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) closure(`assets/${name}`, seen);
  return seen;
}

function page(html) {
  const text = readFileSync(DIST + html, 'utf8');
  const js = new Set();
  for (const [, src] of text.matchAll(/<script type="module"[^>]*src="\.\/([^"]+)"/g)) closure(src, js);
  for (const [, src] of text.matchAll(/<link rel="modulepreload"[^>]*href="\.\/([^"]+)"/g)) closure(src, js);
  const css = [...text.matchAll(/<link rel="stylesheet"[^>]*href="\.\/([^"]+)"/g)].map(([, href]) => href);
  return { js: [...js].reduce((sum, file) => sum + gzip(file), 0), css: css.reduce((sum, file) => sum + gzip(file), 0) };
}

const rows = [];
const check = (name, bytes, limit) => rows.push({ name, kb: (bytes / KB).toFixed(1), limit: limit / KB, ok: bytes <= limit });
const index = page('index.html');
const dash = page('dash.html');
check('pages: js at load', index.js, 150 * KB);
check('dashboards: js at load', dash.js, 150 * KB);
check('pages: css', index.css, 25 * KB);
check('dashboards: css', dash.css, 25 * KB);
const editor = readdirSync(`${DIST}assets`).filter((file) => /^RichEditor.*\.js$/.test(file));
check('editor chunk (lazy)', editor.reduce((sum, file) => sum + gzip(`assets/${file}`), 0), 150 * KB);
for (const row of rows) console.log(`${row.ok ? 'ok  ' : 'OVER'} ${row.name.padEnd(28)} ${row.kb.padStart(7)} KiB gzip of ${row.limit}`);
if (editor.length === 0) console.log('OVER the editor has no chunk of its own');
process.exit(rows.every((row) => row.ok) && editor.length > 0 ? 0 : 1);
