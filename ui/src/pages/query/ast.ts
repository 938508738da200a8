// The tree of /api/v1/parse_query → its text and its children. Pure.
import type { AstNode } from '../../api/types';
import { formatDuration } from '../../time/duration';

function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

export function childrenOf(node: AstNode): readonly AstNode[] {
  const args = Array.isArray(node['args']) ? node['args'] : [];
  return [node['param'], node['expr'], node['lhs'], node['rhs'], ...args].filter(isNode);
}

interface Matcher {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

function suffix(node: AstNode): string {
  const parts: string[] = [];
  const at = node['timestamp'];
  if (typeof at === 'number') parts.push(` @ ${(at / 1_000).toFixed(3)}`);
  const edge = node['startOrEnd'];
  if (edge === 'start' || edge === 'end') parts.push(` @ ${edge}()`);
  const offset = typeof node['offset'] === 'number' ? node['offset'] : 0;
  if (offset !== 0) parts.push(` offset ${offset < 0 ? '-' : ''}${formatDuration(Math.abs(offset))}`);
  return parts.join('');
}

function selector(node: AstNode): string {
  const matchers = (Array.isArray(node['matchers']) ? (node['matchers'] as Matcher[]) : []).filter((m) => !(m.name === '__name__' && m.type === '=' && m.value === node['name']));
  const inner = matchers.map((m) => `${m.name}${m.type}${JSON.stringify(m.value)}`).join(', ');
  const name = typeof node['name'] === 'string' ? node['name'] : '';
  return inner === '' && name !== '' ? name : `${name}{${inner}}`;
}

const list = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : '');
const child = (value: unknown): string => (isNode(value) ? nodeText(value) : '');

function binary(node: AstNode): string {
  const matching = node['matching'] as { card?: string; labels?: unknown; on?: boolean; include?: unknown } | null | undefined;
  let how = node['bool'] === true ? ' bool' : '';
  if (matching !== null && matching !== undefined) {
    const labels = list(matching.labels);
    if (matching.on === true || labels !== '') how += ` ${matching.on === true ? 'on' : 'ignoring'} (${labels})`;
    if (matching.card === 'many-to-one') how += ` group_left (${list(matching.include)})`;
    if (matching.card === 'one-to-many') how += ` group_right (${list(matching.include)})`;
  }
  return `${child(node['lhs'])} ${String(node['op'])}${how} ${child(node['rhs'])}`;
}

/** PromQL text of a node; parentheses are nodes of their own. */
export function nodeText(node: AstNode): string {
  switch (node.type) {
    case 'vectorSelector': return selector(node) + suffix(node);
    case 'matrixSelector': return `${selector(node)}[${formatDuration(Number(node['range'] ?? 0))}]${suffix(node)}`;
    case 'subquery': return `${child(node['expr'])}[${formatDuration(Number(node['range'] ?? 0))}:${Number(node['step'] ?? 0) === 0 ? '' : formatDuration(Number(node['step']))}]${suffix(node)}`;
    case 'numberLiteral': return String(node['val']);
    case 'stringLiteral': return JSON.stringify(node['val']);
    case 'parenExpr': return `(${child(node['expr'])})`;
    case 'unaryExpr': return `${String(node['op'])}${child(node['expr'])}`;
    case 'binaryExpr': return binary(node);
    case 'call': return `${(node['func'] as { name?: string } | undefined)?.name ?? ''}(${childrenOf(node).map(nodeText).join(', ')})`;
    case 'aggregation': {
      const grouping = list(node['grouping']);
      const by = node['without'] === true ? ` without (${grouping}) ` : grouping === '' ? '' : ` by (${grouping}) `;
      return `${String(node['op'])}${by}(${[child(node['param']), child(node['expr'])].filter((text) => text !== '').join(', ')})`;
    }
    default: return typeof node['expr'] === 'string' ? node['expr'] : node.type;
  }
}
