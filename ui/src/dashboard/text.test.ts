import { describe, expect, it } from 'vitest';
import { insertFilters } from './adhoc';
import { EMPTY_SCOPE } from './interpolate';
import { fillUrl, safeUrl } from './links';
import { parseHtml, parseMarkdown, type Node } from './markdown';

const text = (nodes: readonly Node[]): string => nodes.map((node) => (typeof node === 'string' ? node : `<${node.tag}${Object.entries(node.attrs).map(([key, value]) => ` ${key}=${value}`).join('')}>${text(node.children)}</${node.tag}>`)).join('');

describe('html', () => {
  it.each([
    ['<b>x</b>', '<b>x</b>'],
    ['<script>alert(1)</script>y', 'y'],
    ['<img src=x onerror=alert(1)>', '<img src=x></img>'],
    ['<img src="https://elsewhere/x.png">', '<img></img>'],
    ['<a href="javascript:alert(1)">z</a>', '<a>z</a>'],
    ['<a href="java\tscript:alert(1)">z</a>', '<a>z</a>'],
    ['<a href="&#106;avascript:alert(1)">z</a>', '<a>z</a>'],
    ['<iframe src="x">inner</iframe>after', 'after'],
    ['<custom-thing>kept</custom-thing>', '<custom-thing>kept'.slice(14)],
    ['<p>open<b>both', '<p>open<b>both</b></p>'],
    ['a < b &amp;&amp; c', 'a < b && c'],
    ['<svg/onload=alert(1)>', ''],
  ])('%s', (html, result) => expect(text(parseHtml(html))).toBe(result));
});

describe('markdown', () => {
  it.each([
    ['# Title', '<h1>Title</h1>'],
    ['a **b** `c<d`', '<p>a <strong>b</strong> <code>c<d</code></p>'],
    ['- one\n- two', '<ul><li>one</li><li>two</li></ul>'],
    ['[x](https://a.b/c)', '<p><a href=https://a.b/c>x</a></p>'],
    ['[x](javascript:alert)', '<p><a>x</a></p>'],
    ['```\n<b>\n```', '<pre><code><b></code></pre>'],
    ['|a|b|\n|-|-|\n|1|2|', '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>'],
    ['# ', '<p># </p>'],
    ['', ''],
  ])('%s', (markdown, result) => expect(text(parseMarkdown(markdown))).toBe(result));
});

describe('links', () => {
  it.each([['https://a', 'https://a'], ['/d/x', '/d/x'], ['javascript:alert(1)', undefined], [' JaVaScRiPt:alert(1)', undefined], ['data:text/html,x', undefined], ['vbscript:x', undefined], ['mailto:a@b', 'mailto:a@b'], ['d/x?var=a:b', 'd/x?var=a:b']])('%s', (url, safe) => expect(safeUrl(url)).toBe(safe));
  it('fills in what a cell knows', () => {
    const scope = { scope: { ...EMPTY_SCOPE, variables: new Map([['job', { name: 'job', values: ['a b'], text: 'a b', multi: false, allValue: undefined }]]) }, allNames: new Set<string>(), timeParams: 'from=1&to=2' };
    const context = { fieldName: 'f', labels: { pod: 'p/1' }, valueText: '5 s', valueRaw: '5', time: '', row: { Namespace: 'n s' } };
    expect(fillUrl('/d/uid?${__url_time_range}&var-pod=${__field.labels.pod}&v=${__value.raw}&ns=${__data.fields.Namespace}&n2=${__data.fields["Namespace"]}&j=$job&${__all_variables}', scope, context)).toBe('d/uid?from=1&to=2&var-pod=p%2F1&v=5&ns=n%20s&n2=n%20s&j=a%20b&var-job=a%20b');
  });
});

describe('ad-hoc filters', () => {
  const filters = [{ key: 'env', operator: '=' as const, value: 'a"b' }];
  it.each([
    ['up', 'up{env="a\\"b"}'],
    ['up{}', 'up{env="a\\"b"}'],
    ['up{x="}"}', 'up{env="a\\"b",x="}"}'],
    ['sum by (job) (rate(x[5m]))', 'sum by (job) (rate(x{env="a\\"b"}[5m]))'],
    ['a / on (x) group_left (y) b', 'a{env="a\\"b"} / on (x) group_left (y) b{env="a\\"b"}'],
    ['x offset 5m > bool 1e3', 'x{env="a\\"b"} offset 5m > bool 1e3'],
    ['sum(x) by (job)', 'sum(x{env="a\\"b"}) by (job)'],
    ['label_replace(x, "a", "$1", "b", "c") # y', 'label_replace(x{env="a\\"b"}, "a", "$1", "b", "c") # y'],
  ])('%s', (expr, result) => expect(insertFilters(expr, filters)).toBe(result));
});
