// Markdown and HTML of text panels → a tree of allowed nodes. Nothing is ever handed to `innerHTML`, so nothing that is
// not listed here can reach the page. Pure.
import { safeUrl } from './links';

export type Node = string | { readonly tag: string; readonly attrs: Readonly<Record<string, string>>; readonly children: readonly Node[] };

const TAGS = new Set(['a', 'b', 'strong', 'i', 'em', 'u', 's', 'del', 'code', 'pre', 'p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'blockquote', 'div', 'span', 'center', 'small', 'sub', 'sup', 'img', 'details', 'summary', 'section', 'article', 'header', 'footer', 'dl', 'dt', 'dd', 'kbd']);
const VOID = new Set(['br', 'hr', 'img', 'input', 'meta', 'link']);
/** Elements whose content is dropped with them. */
const DROPPED = new Set(['script', 'style', 'iframe', 'object', 'embed', 'svg', 'math', 'template', 'noscript', 'form']);

function decode(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&nbsp;', '\u00a0').replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Math.min(0x10ffff, Number(code)))).replaceAll('&amp;', '&');
}

function attributes(tag: string, text: string): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const [, name = '', double, single, bare] of text.matchAll(/([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/g)) {
    const value = decode(double ?? single ?? bare ?? '');
    const lower = name.toLowerCase();
    if (lower === 'href' && tag === 'a') {
      const url = safeUrl(value);
      if (url !== undefined) out['href'] = url;
    }
    // Pictures only from here: the page asks nobody else for anything.
    if (lower === 'src' && tag === 'img' && (/^(?![a-z][a-z0-9+.-]*:|\/\/)/i.test(value) || /^data:image\/(png|gif|jpe?g|svg\+xml|webp);/i.test(value))) out['src'] = value;
    if (lower === 'alt' || lower === 'title' || lower === 'colspan' || lower === 'rowspan') out[lower] = value;
  }
  return out;
}

interface Open {
  readonly tag: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: Node[];
}

/** HTML → allowed nodes; unknown elements vanish and leave their content. */
export function parseHtml(html: string): readonly Node[] {
  const root: Open = { tag: '', attrs: {}, children: [] };
  const stack: Open[] = [root];
  let at = 0;
  const push = (node: Node): void => {
    stack.at(-1)?.children.push(node);
  };
  const closeTop = (): void => {
    const top = stack.pop();
    if (top !== undefined) push({ tag: top.tag, attrs: top.attrs, children: top.children });
  };
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open === -1) {
      push(decode(html.slice(at)));
      break;
    }
    if (open > at) push(decode(html.slice(at, open)));
    if (html.startsWith('<!--', open)) {
      const end = html.indexOf('-->', open);
      at = end === -1 ? html.length : end + 3;
      continue;
    }
    const match = /^<(\/)?([a-zA-Z][a-zA-Z0-9]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/.exec(html.slice(open, open + 20_000));
    if (match === null) {
      push('<');
      at = open + 1;
      continue;
    }
    at = open + match[0].length;
    const tag = (match[2] ?? '').toLowerCase();
    if (DROPPED.has(tag)) {
      if (match[1] === undefined) {
        const end = html.toLowerCase().indexOf(`</${tag}`, at);
        at = end === -1 ? html.length : html.indexOf('>', end) + 1 || html.length;
      }
      continue;
    }
    if (!TAGS.has(tag)) continue;
    if (match[1] !== undefined) {
      if (stack.some((entry) => entry.tag === tag)) while (stack.length > 1 && stack.at(-1)?.tag !== tag) closeTop();
      if (stack.at(-1)?.tag === tag) closeTop();
      continue;
    }
    const attrs = attributes(tag, match[3] ?? '');
    if (VOID.has(tag)) push({ tag, attrs, children: [] });
    else stack.push({ tag, attrs, children: [] });
  }
  while (stack.length > 1) closeTop();
  return root.children;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function inline(text: string): string {
  const codes: string[] = [];
  return text
    .replaceAll(/`([^`]+)`/g, (_, code: string) => `\u0000${codes.push(`<code>${escapeHtml(code)}</code>`) - 1}\u0000`)
    .replaceAll(/!\[([^\]]*)\]\(([^)\s]+)[^)]*\)/g, (_, alt: string, url: string) => `<img alt="${escapeHtml(alt)}" src="${escapeHtml(url)}">`)
    .replaceAll(/\[([^\]]*)\]\(([^)\s]+)[^)]*\)/g, (_, label: string, url: string) => `<a href="${escapeHtml(url)}">${label}</a>`)
    .replaceAll(/(^|[\s(])(https?:\/\/[^\s<)"]+)/g, (_, before: string, url: string) => `${before}<a href="${escapeHtml(url)}">${url}</a>`)
    .replaceAll(/\*\*([^*]+)\*\*|__([^_]+)__/g, (_, a?: string, b?: string) => `<strong>${a ?? b ?? ''}</strong>`)
    .replaceAll(/(^|[^*\w])\*([^*\s][^*]*)\*(?!\w)/g, '$1<em>$2</em>')
    .replaceAll(/~~([^~]+)~~/g, '<del>$1</del>')
    .replaceAll(/\u0000(\d+)\u0000/g, (_, i: string) => codes[Number(i)] ?? '');
}

function tableHtml(lines: readonly string[]): string {
  const cells = (line: string): string[] => line.trim().replaceAll(/^\||\|$/g, '').split('|').map((cell) => cell.trim());
  const [head = '', , ...body] = lines;
  return `<table><thead><tr>${cells(head).map((cell) => `<th>${inline(cell)}</th>`).join('')}</tr></thead><tbody>${body.map((line) => `<tr>${cells(line).map((cell) => `<td>${inline(cell)}</td>`).join('')}</tr>`).join('')}</tbody></table>`;
}

/** The common parts of Markdown; HTML inside of it passes through to the same filter. */
export function markdownToHtml(markdown: string): string {
  const lines = markdown.replaceAll('\r', '').split('\n');
  const out: string[] = [];
  let i = 0;
  const take = (test: (line: string) => boolean): string[] => {
    const taken: string[] = [];
    while (i < lines.length && test(lines[i] ?? '')) taken.push(lines[i++] ?? '');
    return taken;
  };
  while (i < lines.length) {
    const line = lines[i] ?? '';
    const fence = /^\s*(```|~~~)/.exec(line)?.[1];
    const heading = /^(#{1,6})\s+(\S.*?)\s*#*$/.exec(line);
    if (fence !== undefined) {
      i++;
      out.push(`<pre><code>${escapeHtml(take((one) => !one.trim().startsWith(fence)).join('\n'))}</code></pre>`);
      i++;
    } else if (heading !== null) {
      out.push(`<h${heading[1]?.length ?? 1}>${inline(heading[2] ?? '')}</h${heading[1]?.length ?? 1}>`);
      i++;
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      out.push('<hr>');
      i++;
    } else if (/^\s*[-*+]\s+/.test(line)) {
      out.push(`<ul>${take((one) => /^\s*[-*+]\s+/.test(one)).map((one) => `<li>${inline(one.replace(/^\s*[-*+]\s+/, ''))}</li>`).join('')}</ul>`);
    } else if (/^\s*\d+[.)]\s+/.test(line)) {
      out.push(`<ol>${take((one) => /^\s*\d+[.)]\s+/.test(one)).map((one) => `<li>${inline(one.replace(/^\s*\d+[.)]\s+/, ''))}</li>`).join('')}</ol>`);
    } else if (/^\s*>/.test(line)) {
      out.push(`<blockquote>${take((one) => /^\s*>/.test(one)).map((one) => inline(one.replace(/^\s*>\s?/, ''))).join('<br>')}</blockquote>`);
    } else if (line.includes('|') && /^[\s|:-]+$/.test(lines[i + 1] ?? '') && (lines[i + 1] ?? '').includes('-')) {
      out.push(tableHtml(take((one) => one.includes('|'))));
    } else if (line.trim() === '') {
      i++;
    } else if (/^\s*<\/?[a-zA-Z!]/.test(line)) {
      out.push(take((one) => one.trim() !== '').join('\n'));
    } else {
      // At least one line is taken, whatever it looks like: otherwise this would never end.
      const first = lines[i++] ?? '';
      const rest = take((one) => one.trim() !== '' && !/^(#{1,6}\s|\s*(```|~~~|>)|\s*[-*+]\s|\s*<[a-zA-Z!])/.test(one));
      out.push(`<p>${[first, ...rest].map(inline).join('<br>')}</p>`);
    }
  }
  return out.join('\n');
}

export function parseMarkdown(markdown: string): readonly Node[] {
  return parseHtml(markdownToHtml(markdown));
}
