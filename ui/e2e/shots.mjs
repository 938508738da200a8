// Takes screenshots of pages for people to look at: node e2e/shots.mjs OUT_DIR [light|dark] [WIDTH] name=address …
// Prints what the page complained about: console errors, failed requests, violations of the content security policy.
import { launch } from './browser.mjs';

const [out, theme = 'light', width = '1440', ...pages] = process.argv.slice(2);
const browser = await launch();
for (const page of pages) {
  const cut = page.indexOf('=');
  const [name, address] = [page.slice(0, cut), page.slice(cut + 1)];
  const context = await browser.newContext({ viewport: { width: Number(width), height: 900 }, colorScheme: theme === 'dark' ? 'dark' : 'light' });
  const tab = await context.newPage();
  tab.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') console.log(`${name}: console ${message.type()}: ${message.text()}`); });
  tab.on('pageerror', (error) => console.log(`${name}: error: ${error.message}\n${error.stack ?? ''}`));
  tab.on('requestfailed', (request) => { if (request.failure()?.errorText !== 'net::ERR_ABORTED') console.log(`${name}: failed ${request.url()}`); });
  const started = Date.now();
  await tab.goto(address, { waitUntil: 'networkidle', timeout: 20_000 }).catch((error) => console.log(`${name}: ${error.message}`));
  await tab.waitForTimeout(400);
  await tab.screenshot({ path: `${out}/${name}.png` });
  console.log(`${name}: ${Date.now() - started} ms`);
  await context.close();
}
await browser.close();
