// All the ways in which a file names a data source → one.
import { isObj, str } from '../json';
import type { DatasourceRef } from '../model';

export function normaliseDatasource(value: unknown): DatasourceRef {
  if (typeof value === 'string') {
    if (value === '' || value === 'default' || value === '-- Default --') return { kind: 'default' };
    if (value === '-- Mixed --') return { kind: 'mixed' };
    return { kind: 'named', ref: value, type: value.startsWith('-- ') ? 'grafana' : '' };
  }
  if (isObj(value)) {
    const uid = str(value['uid']);
    const type = str(value['type']);
    if (uid === '-- Mixed --') return { kind: 'mixed' };
    if (uid === '' || uid === 'default') return type === '' || type === 'prometheus' ? { kind: 'default' } : { kind: 'named', ref: '', type };
    return { kind: 'named', ref: uid, type };
  }
  return { kind: 'default' };
}
