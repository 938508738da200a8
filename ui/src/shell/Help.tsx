// The keyboard, on one card; opened with "?" from anywhere outside a field.
import { useEffect, useState, type ReactNode } from 'react';
import { Dialog } from '../design/Dialog';
import { Icon } from '../design/Icon';

const KEYS: readonly (readonly [string, string])[] = [
  ['Enter', 'Run the query'],
  ['Shift+Enter', 'New line in the editor'],
  ['/', 'Go to the search field or the editor'],
  ['Drag on a graph', 'Zoom in; double-click goes back'],
  ['Click on a legend entry', 'Show only this series'],
  ['Ctrl+click on a legend entry', 'Show or hide this series'],
  ['r', 'Refresh'],
  ['Esc', 'Close a menu or dialog'],
  ['?', 'This card'],
];

export function inField(target: EventTarget | null): boolean {
  const element = target instanceof Element ? target : null;
  return element !== null && (element.closest('input, textarea, select, dialog, [contenteditable], .promql-editor') !== null);
}

export function Help(): ReactNode {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const keys = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
      if (event.key === '?') setOpen(true);
      if (event.key === '/') {
        const editor = document.querySelector('.promql-input-host')?.shadowRoot?.querySelector<HTMLElement>('[role=textbox]');
        const field = document.querySelector<HTMLElement>('[data-search]') ?? editor ?? document.querySelector<HTMLElement>('.promql-input');
        if (field !== null && field !== undefined) {
          event.preventDefault();
          field.focus();
        }
      }
      if (event.key === 'r') document.querySelector<HTMLElement>('[data-refresh]')?.click();
    };
    document.addEventListener('keydown', keys);
    return () => document.removeEventListener('keydown', keys);
  }, []);
  return (
    <>
      <button type="button" className="btn btn-quiet btn-icon only-wide" aria-label="Keyboard help" title="Keyboard help (?)" onClick={() => setOpen(true)}>
        <Icon name="help" />
      </button>
      {open && (
        <Dialog title="Keyboard and mouse" onClose={() => setOpen(false)}>
          <dl className="kv">
            {KEYS.map(([key, what]) => [<dt key={key}><code>{key}</code></dt>, <dd key={what}>{what}</dd>])}
          </dl>
        </Dialog>
      )}
    </>
  );
}
