// fetch → JSON, with every failure turned into an `ApiError`. Addresses are relative to the document's base,
// so that a path prefix needs nothing here.
import { ApiError, kindOf } from './error';
import type { Answer } from './types';

type Params = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** Query-string form; repeated keys for lists, undefined left out. */
export function encodeParams(params: Params): URLSearchParams {
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value === undefined) continue;
    if (typeof value === 'object') for (const item of value) out.append(key, item);
    else out.set(key, String(value));
  }
  return out;
}

export function resolveUrl(path: string): string {
  return new URL(path, document.baseURI).toString();
}

async function send(path: string, init: RequestInit): Promise<{ status: number; ok: boolean; body: unknown; text: string }> {
  let response: Response;
  try {
    response = await fetch(resolveUrl(path), { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError('unreachable', `${new URL(resolveUrl(path)).host} does not answer`);
  }
  const text = await response.text();
  try {
    return { status: response.status, ok: response.ok, body: JSON.parse(text) as unknown, text };
  } catch {
    return { status: response.status, ok: response.ok, body: undefined, text };
  }
}

interface Envelope {
  readonly status?: unknown;
  readonly data?: unknown;
  readonly errorType?: unknown;
  readonly error?: unknown;
  readonly hint?: unknown;
  readonly warnings?: unknown;
  readonly infos?: unknown;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function refuse(body: unknown, status: number, text: string): ApiError {
  if (typeof body === 'object' && body !== null) {
    const { error, errorType, hint } = body as Envelope;
    if (typeof error === 'string') return new ApiError(kindOf(typeof errorType === 'string' ? errorType : '', status), error, status, typeof hint === 'string' ? hint : undefined);
  }
  const excerpt = text.trim().slice(0, 200);
  return new ApiError(kindOf('', status), `HTTP ${status}${excerpt === '' ? '' : `: ${excerpt}`}`, status);
}

/** A call of the Prometheus API, which wraps its data in `{status, data, warnings, infos}`. */
export async function prometheusCall<T>(path: string, params: Params, signal?: AbortSignal, method: 'GET' | 'POST' = 'GET'): Promise<Answer<T>> {
  const encoded = encodeParams(params);
  const query = encoded.toString();
  const reply =
    method === 'GET'
      ? await send(query === '' ? path : `${path}?${query}`, { signal: signal ?? null })
      : await send(path, { method, body: encoded, signal: signal ?? null });
  const body = reply.body as Envelope | undefined;
  if (!reply.ok || (body !== undefined && body.status === 'error')) throw refuse(body, reply.status, reply.text);
  if (body === undefined || body === null || body.status !== 'success') throw new ApiError('garbled', `the answer of ${path} is not the JSON of a Prometheus API`, reply.status);
  return { data: body.data as T, warnings: strings(body.warnings), infos: strings(body.infos) };
}

/** A call of our own JSON endpoints, which answer the data itself or `{error, hint}`. */
export async function jsonCall<T>(path: string, init: RequestInit = {}): Promise<T> {
  const reply = await send(path, init);
  if (!reply.ok) throw refuse(reply.body, reply.status, reply.text);
  if (reply.body === undefined && reply.status !== 204) throw new ApiError('garbled', `the answer of ${path} is not JSON`, reply.status);
  return reply.body as T;
}
