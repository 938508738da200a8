// One error for everything that can go wrong between the page and a server. `kind` decides how a page shows it.

export type ErrorKind = 'unreachable' | 'refused' | 'slow' | 'cancelled' | 'server' | 'garbled' | 'forbidden' | 'conflict';

export interface Position {
  readonly line: number;
  readonly column: number;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly kind: ErrorKind;
  readonly status: number;
  /** Where in the query the server stopped, 1-based, when its message says so. */
  readonly position: Position | undefined;
  readonly hint: string;

  constructor(kind: ErrorKind, message: string, status = 0, hint?: string) {
    super(message);
    this.kind = kind;
    this.status = status;
    this.position = kind === 'refused' ? positionOf(message) : undefined;
    this.hint = hint !== undefined && hint !== '' ? hint : HINTS[kind];
  }
}

export const HINTS: Readonly<Record<ErrorKind, string>> = {
  unreachable: 'Check that the server runs and that this page may reach it; the page tries again at the next refresh.',
  refused: 'Correct the expression and run it again.',
  slow: 'Ask for a shorter range, a larger step or fewer series; the limit is --query.timeout.',
  cancelled: 'A newer query took its place.',
  server: 'The log of the server says more.',
  forbidden: 'Ask whoever runs the server.',
  conflict: 'Load it again.',
  garbled: 'Something between this page and the server may have changed the answer, for example a login page of a proxy.',
};

/** The position in messages such as `invalid parameter "query": 1:5: parse error: …`. */
export function positionOf(message: string): Position | undefined {
  const match = /(?:^|[\s:])(\d+):(\d+): (?:parse error|.)/.exec(message);
  if (match === null) return undefined;
  return { line: Number(match[1]), column: Number(match[2]) };
}

/** The class of an error by what the server said about it. */
export function kindOf(errorType: string, status: number): ErrorKind {
  if (errorType === 'bad_data' || errorType === 'execution' || errorType === 'not_found' || errorType === 'not_acceptable') return 'refused';
  if (errorType === 'timeout') return 'slow';
  if (errorType === 'canceled') return 'cancelled';
  if (errorType === 'unavailable') return 'unreachable';
  if (status === 401 || status === 403) return 'forbidden';
  if (status === 409) return 'conflict';
  if (status === 400 || status === 404 || status === 413 || status === 415 || status === 422) return 'refused';
  if (status === 502 || status === 503 || status === 504) return 'unreachable';
  return 'server';
}

/** True for the error of a request that the page itself gave up. */
export function isAbort(error: unknown): boolean {
  return (error instanceof DOMException && error.name === 'AbortError') || (error instanceof ApiError && error.kind === 'cancelled' && error.status === 0);
}

export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError('unreachable', error instanceof Error ? error.message : String(error));
}
