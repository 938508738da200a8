// Messages: what happened, where, what to do. Errors, warnings, notes and emptiness each look different.
import type { ReactNode } from 'react';
import { HINTS, type ApiError } from '../api/error';
import { Icon } from './Icon';

export function Note({ kind, children }: { readonly kind: 'info' | 'warn' | 'bad'; readonly children: ReactNode }): ReactNode {
  return (
    <div className={`note ${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
      <Icon name={kind === 'info' ? 'info' : 'alert'} />
      <div className="grow">{children}</div>
    </div>
  );
}

const TITLES = {
  unreachable: 'The server cannot be reached',
  refused: 'The query was refused',
  slow: 'The query took too long',
  cancelled: 'The query was cancelled',
  server: 'The server failed',
  garbled: 'The answer could not be read',
  forbidden: 'The server does not allow this',
  conflict: 'Something newer is already there',
} as const;

/** The query with a caret under the place where the server stopped. */
function Caret({ query, line, column }: { readonly query: string; readonly line: number; readonly column: number }): ReactNode {
  const text = query.split('\n')[line - 1];
  if (text === undefined || column < 1 || column > text.length + 1) return null;
  return (
    <pre data-position={`${line}:${column}`}>
      {text}
      {'\n'}
      <span className="caret-line">{' '.repeat(column - 1)}^</span>
    </pre>
  );
}

/** `title` says what failed where it was not a query. */
export function ErrorNote({ error, query, title, children }: { readonly error: ApiError; readonly query?: string; readonly title?: string; readonly children?: ReactNode }): ReactNode {
  const where = error.position;
  const aboutQuery = title === undefined || error.kind !== 'refused';
  return (
    <div data-error={error.kind} title={error.message}>
      <Note kind={error.kind === 'slow' || error.kind === 'cancelled' ? 'warn' : 'bad'}>
        <strong>{aboutQuery ? TITLES[error.kind] : title}</strong>
        {where !== undefined && <span className="muted"> at line {where.line}, column {where.column}</span>}
        <div>{error.message}</div>
        {where !== undefined && query !== undefined && <Caret query={query} line={where.line} column={where.column} />}
        {(aboutQuery || error.hint !== HINTS.refused) && <div className="hint">{error.hint}</div>}
        {children}
      </Note>
    </div>
  );
}

export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }): ReactNode {
  return (
    <div className="empty" data-empty>
      <strong>{title}</strong>
      {children}
    </div>
  );
}

export function Warnings({ warnings, infos }: { readonly warnings: readonly string[]; readonly infos: readonly string[] }): ReactNode {
  if (warnings.length + infos.length === 0) return null;
  return (
    <div className="stack">
      {warnings.map((text) => <Note key={text} kind="warn">{text}</Note>)}
      {infos.map((text) => <Note key={text} kind="info">{text}</Note>)}
    </div>
  );
}

/** A thin bar that moves while something is on its way; takes its two pixels always, so that nothing shifts. */
export function Progress({ busy }: { readonly busy: boolean }): ReactNode {
  return <div className={busy ? 'progress busy' : 'progress'} role={busy ? 'progressbar' : undefined} aria-label={busy ? 'Loading' : undefined} />;
}
