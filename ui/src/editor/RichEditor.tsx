// CodeMirror with PromQL: highlighting, completion from the server, linting. Lives in a shadow root, where its style
// sheets are constructed ones and a strict content security policy has nothing against them.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, completionStatus } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, insertNewlineAndIndent } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { lintKeymap } from '@codemirror/lint';
import { EditorState, Prec } from '@codemirror/state';
import { drawSelection, EditorView, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { PromQLExtension } from '@prometheus-io/codemirror-promql';
import { useEffect, useRef, type ReactNode } from 'react';
import { resolveUrl } from '../api/http';
import type { EditorProps } from './PlainEditor';

const colors = HighlightStyle.define([
  { tag: [tags.function(tags.variableName), tags.operatorKeyword, tags.keyword], color: 'var(--code-kw)' },
  { tag: tags.string, color: 'var(--code-str)' },
  { tag: [tags.number, tags.literal], color: 'var(--code-num)' },
  { tag: tags.labelName, color: 'var(--code-label)' },
  { tag: tags.modifier, color: 'var(--code-fn)' },
  { tag: tags.comment, color: 'var(--text-3)', fontStyle: 'italic' },
  { tag: tags.invalid, color: 'var(--bad)' },
]);

const look = EditorView.theme({
  '&': { fontSize: 'var(--t-md)', color: 'var(--text)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px' },
  '.cm-content': { padding: '5px 6px', caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-placeholder': { color: 'var(--text-3)', fontFamily: 'var(--font)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--accent-soft)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--surface-3)', outline: '1px solid var(--line-strong)' },
  '.cm-tooltip': { backgroundColor: 'var(--surface)', border: '1px solid var(--line)', borderRadius: '6px', boxShadow: 'var(--shadow-lift)', color: 'var(--text)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: 'var(--t-sm)', maxHeight: '320px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--text)' },
  '.cm-completionDetail': { color: 'var(--text-3)', fontStyle: 'normal', float: 'right', paddingLeft: '16px' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionInfo': { maxWidth: '360px', fontFamily: 'var(--font)', fontSize: 'var(--t-sm)' },
  '.cm-diagnostic': { fontFamily: 'var(--font)', fontSize: 'var(--t-sm)' },
});

export function RichEditor({ value, onChange, onRun, label, handOver }: EditorProps): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ onChange, onRun });
  latest.current = { onChange, onRun };
  const start = useRef(value);

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    const promql = new PromQLExtension().setComplete({ remote: { url: resolveUrl('').replace(/\/$/, ''), cache: { initialMetricList: [] } } });
    const editor = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: start.current,
        extensions: [
          history(), drawSelection(), bracketMatching(), closeBrackets(), autocompletion(), EditorView.lineWrapping,
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
          Prec.highest(keymap.of([
            { key: 'Enter', run: (target) => {
              if (completionStatus(target.state) === 'active') return false;
              latest.current.onRun();
              return true;
            } },
            { key: 'Shift-Enter', run: insertNewlineAndIndent },
          ])),
          placeholder('Expression (Enter to run, Shift+Enter for a new line)'),
          EditorView.contentAttributes.of({ 'aria-label': label, role: 'textbox', 'aria-multiline': 'true' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
          promql.asExtension(), syntaxHighlighting(colors), look,
        ],
      }),
    });
    view.current = editor;
    if (handOver?.current === true) {
      handOver.current = false;
      editor.dispatch({ selection: { anchor: editor.state.doc.length } });
      editor.focus();
    }
    return () => {
      start.current = editor.state.doc.toString();
      editor.destroy();
      view.current = null;
    };
  }, [label, handOver]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  return <div ref={host} className="promql-input-host" data-rich-editor />;
}
