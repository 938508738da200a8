// The text panel: Markdown, HTML or plain, built from allowed nodes only.
import { createElement, Fragment, useMemo, type ReactNode } from 'react';
import { obj, str } from '../../dashboard/json';
import { parseHtml, parseMarkdown, type Node } from '../../dashboard/markdown';
import type { PanelProps } from '../types';

const RENAMED: Readonly<Record<string, string>> = { center: 'div', h1: 'h3', h2: 'h4', h3: 'h5' };

function draw(node: Node, key: number): ReactNode {
  if (typeof node === 'string') return <Fragment key={key}>{node}</Fragment>;
  const { colspan, rowspan, ...attrs } = node.attrs;
  const props = { key, ...attrs, ...(colspan === undefined ? {} : { colSpan: Number(colspan) }), ...(rowspan === undefined ? {} : { rowSpan: Number(rowspan) }), ...(node.tag === 'a' ? { target: '_blank', rel: 'noreferrer noopener' } : {}), ...(/^h[1-3]$/.test(node.tag) ? { className: `text-${node.tag}` } : {}) };
  const tag = RENAMED[node.tag] ?? node.tag;
  // Line breaks of the source between table rows are no cells.
  const children = ['table', 'thead', 'tbody', 'tr', 'ul', 'ol'].includes(node.tag) ? node.children.filter((child) => typeof child !== 'string' || child.trim() !== '') : node.children;
  return children.length === 0 ? createElement(tag, props) : createElement(tag, props, ...children.map(draw));
}

export function TextPanel({ panel, text }: PanelProps): ReactNode {
  const mode = str(panel.options['mode'], 'markdown');
  const content = text(str(panel.options['content']));
  const language = str(obj(panel.options['code'])['language']);
  const nodes = useMemo(() => (mode === 'html' ? parseHtml(content) : mode === 'markdown' ? parseMarkdown(content) : []), [mode, content]);
  if (mode !== 'html' && mode !== 'markdown') return <pre className="code-block text-code" data-language={language}>{content}</pre>;
  return <div className="text-panel" tabIndex={0} role="group" aria-label={text(panel.title) === '' ? 'Text' : text(panel.title)}>{nodes.map(draw)}</div>;
}
