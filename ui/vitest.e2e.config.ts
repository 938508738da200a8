// `npm run e2e`: real pages in a real browser. NARTHEX_URL and DASH_URL name running servers; without them the mock server
// is started with the real Prometheus of PROM_URL. Without chromium or a server the tests say so and count as skipped.
import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['e2e/**/*.e2e.ts'], environment: 'node', testTimeout: 30_000, hookTimeout: 60_000, fileParallelism: false } });
