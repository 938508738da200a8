// The dashboards' own endpoints. Addresses are relative to the base, as everywhere.
import { jsonCall } from '../../api/http';
import { Prometheus } from '../../api/prometheus';
import { readDatasources, type Datasource } from '../../dashboard/datasources';

export interface DashboardEntry {
  readonly uid: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly folder: string;
  readonly writable: boolean;
}
export interface DashboardFile {
  readonly meta: { readonly uid: string; readonly folder: string; readonly version?: number; readonly writable: boolean };
  readonly dashboard: unknown;
}

/** A file that is no dashboard, with the reason. */
export interface Problem {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly error: string;
}

export function listDashboards(signal: AbortSignal): Promise<readonly DashboardEntry[]> {
  return jsonCall('api/dashboards', { signal });
}
export function loadDashboard(uid: string, signal: AbortSignal): Promise<DashboardFile> {
  return jsonCall(`api/dashboards/${encodeURIComponent(uid)}`, { signal });
}
export async function loadDatasources(signal: AbortSignal): Promise<readonly Datasource[]> {
  return readDatasources(await jsonCall('api/datasources', { signal }));
}
export function listProblems(signal: AbortSignal): Promise<readonly Problem[]> {
  return jsonCall('api/dashboards/problems', { signal });
}
/** The server refuses a version that is not the one it has: then somebody else has saved in between. */
export function saveDashboard(uid: string, dashboard: unknown): Promise<{ readonly uid: string }> {
  return jsonCall(`api/dashboards/${encodeURIComponent(uid)}`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(dashboard) });
}
export function importDashboard(dashboard: unknown): Promise<{ readonly uid: string }> {
  return jsonCall('api/dashboards', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(dashboard) });
}

const clients = new Map<string, Prometheus>();
export function clientOf(datasource: Datasource): Prometheus {
  let client = clients.get(datasource.uid);
  if (client === undefined) {
    client = new Prometheus(`api/datasources/${encodeURIComponent(datasource.uid)}/proxy/api/v1`);
    clients.set(datasource.uid, client);
  }
  return client;
}
