// A button with a list below it. Arrow keys move, Esc and a click elsewhere close, focus returns to the button.
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';

interface MenuProps {
  readonly label: ReactNode;
  readonly title?: string;
  readonly className?: string;
  readonly align?: 'left' | 'right';
  /** `dialog` for forms, where arrow keys belong to the fields. */
  readonly kind?: 'menu' | 'dialog';
  readonly children: (close: () => void) => ReactNode;
}

export function Menu({ label, title, className = 'btn', align = 'left', kind = 'menu', children }: MenuProps): ReactNode {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLDivElement>(null);
  const close = (): void => {
    setOpen(false);
    anchor.current?.querySelector<HTMLElement>('button')?.focus();
  };

  useEffect(() => {
    if (!open) return;
    const outside = (event: PointerEvent): void => {
      if (anchor.current !== null && !anchor.current.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    anchor.current?.querySelector<HTMLElement>('.menu input, .menu [role=menuitem], .menu button, .menu a')?.focus();
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);

  const keys = (event: KeyboardEvent): void => {
    if (!open) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    }
    if (kind === 'menu' && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      const items = [...(anchor.current?.querySelectorAll<HTMLElement>('.menu .menu-item') ?? [])];
      const at = items.indexOf(document.activeElement as HTMLElement);
      items[(at + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length]?.focus();
    }
  };

  return (
    <div className="menu-anchor" ref={anchor} onKeyDown={keys}>
      <button type="button" className={className} title={title} aria-label={className.includes('btn-icon') ? title : undefined} aria-haspopup={kind} aria-expanded={open} onClick={() => setOpen(!open)}>
        {label}
      </button>
      {open && (
        <div className={`menu ${align}`} role={kind === 'dialog' ? 'dialog' : 'group'} aria-label={title ?? 'menu'}>
          {children(close)}
        </div>
      )}
    </div>
  );
}
