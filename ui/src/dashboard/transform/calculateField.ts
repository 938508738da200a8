// calculateField: a new column from two columns, from all of a row, or from one column.
import type { Cell, Field, Frame } from '../frames';
import { bool, num, obj, str, strings } from '../json';
import { calcName, reduce } from '../reduce';
import { findField, nameOf, rowIndices, type TransformFn } from './table';

function operate(a: number, operator: string, b: number): number {
  switch (operator) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    case '%': return a % b;
    case '**': case '^': return a ** b;
    default: return NaN;
  }
}

const UNARY: Readonly<Record<string, (value: number) => number>> = { abs: Math.abs, exp: Math.exp, ln: Math.log, floor: Math.floor, ceil: Math.ceil, round: Math.round, sqrt: Math.sqrt };

/** An operand is a column's name or a number; newer files wrap it in `{matcher}` or `{fixed}`. */
function operand(value: unknown, frame: Frame, frames: readonly Frame[]): ((row: number) => number) | undefined {
  const inner = obj(value);
  const text = str(typeof value === 'string' || typeof value === 'number' ? value : (inner['fixed'] ?? obj(inner['matcher'])['options']));
  const field = findField(frame, frames, text);
  if (field !== undefined) return (row) => toNumber(field.values[row] ?? null);
  const fixed = num(text);
  return fixed === undefined ? undefined : () => fixed;
}

function toNumber(value: Cell): number {
  return typeof value === 'number' ? value : value === null ? NaN : Number(value);
}

function compute(frame: Frame, frames: readonly Frame[], options: Readonly<Record<string, unknown>>): { name: string; values: Cell[] } | undefined {
  const mode = str(options['mode'], 'reduceRow');
  const rows = rowIndices(frame);
  if (mode === 'binary') {
    const binary = obj(options['binary']);
    const left = operand(binary['left'], frame, frames);
    const right = operand(binary['right'], frame, frames);
    const operator = str(binary['operator'], '+');
    if (left === undefined || right === undefined) return undefined;
    const label = (value: unknown): string => str(typeof value === 'string' || typeof value === 'number' ? value : (obj(value)['fixed'] ?? obj(obj(value)['matcher'])['options']));
    return { name: `${label(binary['left'])} ${operator} ${label(binary['right'])}`, values: rows.map((row) => operate(left(row), operator, right(row))) };
  }
  if (mode === 'unary') {
    const unary = obj(options['unary']);
    const source = operand(unary['fieldName'], frame, frames);
    const apply = UNARY[str(unary['operator'])];
    return source === undefined || apply === undefined ? undefined : { name: `${str(unary['operator'])}(${str(unary['fieldName'])})`, values: rows.map((row) => apply(source(row))) };
  }
  if (mode === 'index') return { name: 'Row', values: rows.map((row) => (bool(obj(options['index'])['asPercentile']) ? row / rows.length : row)) };
  const settings = obj(options['reduce']);
  const include = strings(settings['include']);
  const sources = frame.fields.filter((field) => field.type === 'number' && (include.length === 0 || include.includes(nameOf(field, frame, frames)) || include.includes(field.name)));
  if (sources.length === 0) return undefined;
  const reducer = str(settings['reducer'], 'sum');
  if (mode === 'cumulativeFunctions' || mode === 'windowFunctions') {
    const source = sources[0];
    return source === undefined ? undefined : { name: `cumulative ${source.name}`, values: rows.map((row) => reduce(source.values.slice(0, row + 1), str(obj(options['cumulative'])['reducer'], 'sum'))) };
  }
  return { name: calcName(reducer), values: rows.map((row) => reduce(sources.map((field) => field.values[row] ?? null), reducer)) };
}

export const calculateField: TransformFn = (frames, options) =>
  frames.map((frame) => {
    const result = compute(frame, frames, options);
    if (result === undefined) return frame;
    const name = str(options['alias']) === '' ? result.name : str(options['alias']);
    const field: Field = { name, type: 'number', values: result.values };
    return { ...frame, fields: bool(options['replaceFields']) ? [...frame.fields.filter((other) => other.type === 'time'), field] : [...frame.fields, field] };
  });
