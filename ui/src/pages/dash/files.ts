// Dashboards as files: checked before they are sent, handed out for download. Pure but for the download.
import { isObj, str } from '../../dashboard/json';
import { jsonFault, placeOf } from '../../dashboard/jsonFault';
import { normalise } from '../../dashboard/normalise';

export function downloadJson(name: string, value: unknown): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(value, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name.replaceAll(/[^\w.-]+/g, '-')}.json`;
  link.click();
  URL.revokeObjectURL(url);
}

/** The JSON's first fault with its line and column, or the dashboard that it describes. */
export function validate(text: string): { readonly value: unknown; readonly error: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const offset = jsonFault(text);
    const { line, column } = placeOf(text, offset ?? text.length);
    const excerpt = text.slice(offset ?? text.length).split('\n')[0]?.slice(0, 24) ?? '';
    return { value: undefined, error: `Line ${line}, column ${column}: ${excerpt === '' ? 'the JSON ends too early' : `this is no JSON from here: ${excerpt}`}` };
  }
  try {
    normalise(value);
    return { value, error: '' };
  } catch (error) {
    return { value: undefined, error: error instanceof Error ? error.message : String(error) };
  }
}

/** What the file itself is: some exports wrap it as `{dashboard, meta}`. */
export function unwrapped(value: unknown): unknown {
  return isObj(value) && isObj(value['dashboard']) ? value['dashboard'] : value;
}

export function uidOf(value: unknown): string {
  const inner = unwrapped(value);
  return isObj(inner) ? str(inner['uid']) : '';
}

/** The same dashboard without a name of its own, so that the server gives it a free one. */
export function asCopy(value: unknown): unknown {
  const inner = unwrapped(value);
  if (!isObj(inner)) return value;
  const { uid: _uid, id: _id, version: _version, ...rest } = inner;
  return rest;
}

/** The same dashboard as the successor of the version that is stored; undefined leaves the check out. */
export function withVersion(value: unknown, version: number | undefined): unknown {
  const inner = unwrapped(value);
  if (!isObj(inner)) return value;
  const { version: _version, ...rest } = inner;
  return version === undefined ? rest : { ...rest, version };
}
