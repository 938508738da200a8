// References to data sources → the ones that the server knows. Pure.
import { interpolate, asRaw, type Scope } from './interpolate';
import type { DatasourceRef } from './model';
import { obj, str, type Json } from './json';

export interface Datasource {
  readonly uid: string;
  readonly name: string;
  readonly type: string;
  readonly isDefault: boolean;
  readonly timeInterval: string;
}

export function readDatasources(value: unknown): readonly Datasource[] {
  return (Array.isArray(value) ? value : []).map((item) => {
    const from: Json = obj(item);
    return { uid: str(from['uid']), name: str(from['name']), type: str(from['type'], 'prometheus'), isDefault: from['isDefault'] === true, timeInterval: str(obj(from['jsonData'])['timeInterval']) };
  });
}

export function defaultOf(all: readonly Datasource[]): Datasource | undefined {
  return all.find((one) => one.isDefault) ?? all[0];
}

/**
 * The data source for a reference. A name that the server does not know, as files from elsewhere bring them, falls back to
 * the default one when it is of our type: the dashboard then works instead of refusing.
 */
export function findDatasource(ref: DatasourceRef, all: readonly Datasource[], scope: Scope): Datasource | undefined {
  if (ref.kind !== 'named') return defaultOf(all);
  const wanted = interpolate(ref.ref, scope, asRaw);
  const exact = all.find((one) => one.uid === wanted || one.name === wanted);
  if (exact !== undefined) return exact;
  if (ref.type !== '' && ref.type !== 'prometheus' && !ref.type.includes('prometheus')) return undefined;
  return defaultOf(all);
}
