// Small shared parts: labels, tabs, search field, badges, copy button, error boundary.
import { Component, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Labels } from '../api/types';
import { Icon } from './Icon';
import { Note } from './Note';

export function LabelList({ labels, skip }: { readonly labels: Labels; readonly skip?: string }): ReactNode {
  return (
    <span className="labels">
      {Object.entries(labels)
        .filter(([name]) => name !== skip)
        .map(([name, value]) => (
          <span key={name} className="label">
            <b>{name}</b>="{value}"
          </span>
        ))}
    </span>
  );
}

interface TabsProps<T extends string> {
  readonly tabs: readonly (readonly [T, string])[];
  readonly value: T;
  readonly onChange: (tab: T) => void;
  readonly label: string;
  readonly children?: ReactNode;
}
export function Tabs<T extends string>({ tabs, value, onChange, label, children }: TabsProps<T>): ReactNode {
  const keys = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const at = tabs.findIndex(([id]) => id === value);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    onChange(next[0]);
    (event.currentTarget.querySelector(`[data-tab="${next[0]}"]`) as HTMLElement | null)?.focus();
  };
  return (
    <div className="tabs">
      <div role="tablist" aria-label={label} className="row" onKeyDown={keys}>
        {tabs.map(([id, name]) => (
          <button key={id} type="button" role="tab" data-tab={id} className="tab" aria-selected={id === value} tabIndex={id === value ? 0 : -1} onClick={() => onChange(id)}>
            {name}
          </button>
        ))}
      </div>
      <div className="grow" />
      {children}
    </div>
  );
}

export function Search({ value, onChange, placeholder, autoFocus }: { readonly value: string; readonly onChange: (value: string) => void; readonly placeholder: string; readonly autoFocus?: boolean }): ReactNode {
  return (
    <input
      type="search"
      className="input search"
      placeholder={placeholder}
      aria-label={placeholder}
      value={value}
      autoFocus={autoFocus}
      data-search
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && value !== '') onChange('');
      }}
    />
  );
}

export function Badge({ kind, children }: { readonly kind?: 'good' | 'warn' | 'bad' | 'info'; readonly children: ReactNode }): ReactNode {
  return <span className={`badge ${kind ?? ''}`}>{children}</span>;
}

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

export function CopyButton({ text, label = 'Copy', className = 'btn btn-sm' }: { readonly text: () => string; readonly label?: string; readonly className?: string }): ReactNode {
  const [done, setDone] = useState(false);
  return (
    <button
      type="button"
      className={className}
      onClick={() => {
        void copyText(text()).then((copied) => {
          setDone(copied);
          setTimeout(() => setDone(false), 1_500);
        });
      }}
    >
      <Icon name={done ? 'check' : 'copy'} /> {done ? 'Copied' : label}
    </button>
  );
}

/** Keeps a failure of one part from taking the page with it. */
export class Guard extends Component<{ readonly name: string; readonly resetKey?: unknown; readonly children: ReactNode }, { readonly error: Error | null; readonly resetKey: unknown }> {
  override state: { error: Error | null; resetKey: unknown } = { error: null, resetKey: this.props.resetKey };
  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
  static getDerivedStateFromProps(props: { resetKey?: unknown }, state: { error: Error | null; resetKey: unknown }): { error: null; resetKey: unknown } | null {
    return props.resetKey === state.resetKey ? null : { error: null, resetKey: props.resetKey };
  }
  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <Note kind="bad">
        <strong>{this.props.name} could not be drawn</strong>
        <div>{this.state.error.message}</div>
      </Note>
    );
  }
}
