// With `?test=1` in the address the chart instances are reachable as `window.__narthex.charts`, for browser tests.
import type uPlot from 'uplot';

interface TestWindow extends Window {
  __narthex?: { readonly charts: Record<string, uPlot> };
}

function registry(): Record<string, uPlot> | undefined {
  if (!new URLSearchParams(location.search).has('test') && (window as TestWindow).__narthex === undefined) return undefined;
  const target = window as TestWindow;
  target.__narthex ??= { charts: {} };
  return target.__narthex.charts;
}

export function exposeChart(id: string, chart: uPlot): void {
  const charts = registry();
  if (charts !== undefined) charts[id] = chart;
}

export function hideChart(id: string, chart: uPlot): void {
  const charts = registry();
  if (charts !== undefined && charts[id] === chart) delete charts[id];
}
