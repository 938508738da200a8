// The address bar as state: paths relative to `<base href>`, links that do not reload, a hook that follows.
import { useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent, type ReactNode } from 'react';

const listeners = new Set<() => void>();
const emit = (): void => {
  for (const listener of listeners) listener();
};
if (typeof window !== 'undefined') window.addEventListener('popstate', emit);

function basePath(): string {
  return new URL(document.baseURI).pathname;
}

/** The path below the base, always with a leading slash. */
export function currentPath(): string {
  const base = basePath();
  const path = location.pathname;
  return path.startsWith(base) ? `/${path.slice(base.length)}` : path;
}

/** An href for a path below the base. */
export function href(path: string): string {
  return basePath() + path.replace(/^\//, '');
}

/** A page of the server whose dashboards these are, when they are served below it; `narthex dash` has none. */
export function serverPage(path: string): string | undefined {
  const base = basePath();
  return base.endsWith('/dashboards/') ? `${base.slice(0, -'dashboards/'.length)}${path}` : undefined;
}

export function navigate(path: string, how: 'push' | 'replace' = 'push'): void {
  const target = href(path);
  if (target === location.pathname + location.search) return;
  if (how === 'push') history.pushState(null, '', target);
  else history.replaceState(null, '', target);
  emit();
}

/** Replaces only the query string. */
export function setSearch(params: URLSearchParams, how: 'push' | 'replace' = 'push'): void {
  const query = params.toString();
  navigate(currentPath() + (query === '' ? '' : `?${query}`), how);
}

export function useAddress(): { path: string; search: string } {
  const joined = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => `${currentPath()}\n${location.search}`,
  );
  const cut = joined.indexOf('\n');
  return { path: joined.slice(0, cut), search: joined.slice(cut + 1) };
}

interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  readonly to: string;
  readonly children: ReactNode;
}
export function Link({ to, children, onClick, ...rest }: LinkProps): ReactNode {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
    window.scrollTo(0, 0);
  };
  return (
    <a {...rest} href={href(to)} onClick={follow}>
      {children}
    </a>
  );
}
