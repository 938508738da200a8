// A value that may lead somewhere: the first data link of its field, if it is safe to follow.
import type { ReactNode } from 'react';
import type { Cell, Field, Frame } from '../dashboard/frames';
import { fillUrl, type LinkScope } from '../dashboard/links';

export function linkOf(field: Field, frame: Frame, row: number, text: string, raw: Cell, scope: LinkScope): { href: string; title: string; newTab: boolean } | undefined {
  const link = field.options?.links[0];
  if (link === undefined) return undefined;
  const href = fillUrl(link.url, scope, {
    fieldName: field.displayName ?? field.name, labels: field.labels ?? {}, valueText: text, valueRaw: raw === null ? '' : String(raw), time: '',
    row: row < 0 ? {} : Object.fromEntries(frame.fields.flatMap((other) => [[other.name, String(other.values[row] ?? '')], [other.displayName ?? other.name, String(other.values[row] ?? '')]])),
  });
  return href === undefined ? undefined : { href, title: link.title, newTab: link.newTab };
}

export function ValueLink({ link, children }: { readonly link: ReturnType<typeof linkOf>; readonly children: ReactNode }): ReactNode {
  if (link === undefined) return children;
  return <a href={link.href} title={link.title} {...(link.newTab ? { target: '_blank', rel: 'noreferrer noopener' } : {})}>{children}</a>;
}
