// One build, two entries: the Prometheus pages (index.html) and the dashboards (dash.html).
// `base: './'` keeps every asset address relative, so that the server can mount the bundle under any path prefix
// by rewriting one element, `<base href>`.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
    rolldownOptions: { input: ['index.html', 'dash.html'] },
  },
});
