// The editor before (and without) CodeMirror: a textarea with the same keys. Enter runs, Shift+Enter breaks the line.
import { useLayoutEffect, useRef, type ReactNode, type RefObject } from 'react';

export interface EditorProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onRun: () => void;
  readonly label: string;
  /** Set when the plain field goes while somebody types in it: the editor that takes its place takes the focus, too. */
  readonly handOver?: RefObject<boolean>;
}

export function PlainEditor({ value, onChange, onRun, label, handOver }: EditorProps): ReactNode {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [value]);
  useLayoutEffect(() => {
    const element = field.current;
    return () => {
      if (handOver !== undefined) handOver.current = document.activeElement === element;
    };
  }, [handOver]);
  return (
    <textarea
      ref={field} className="promql-input" rows={1} spellCheck={false} autoComplete="off" autoCapitalize="off" aria-label={label} placeholder="Expression (Enter to run, Shift+Enter for a new line)" value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.shiftKey) {
          event.preventDefault();
          onRun();
        }
      }}
    />
  );
}
