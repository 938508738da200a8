// Helpers that transformations share: rows in, rows out, fields by name.
import type { Cell, Field, FieldType, Frame } from '../frames';
import { baseName } from '../fields';
import { lengthOf } from '../frames';

export type TransformFn = (frames: readonly Frame[], options: Readonly<Record<string, unknown>>) => readonly Frame[];

/** The name that options of transformations use for a field. */
export function nameOf(field: Field, frame: Frame, frames: readonly Frame[]): string {
  return field.displayName ?? baseName(field, frame, frames);
}

export function findField(frame: Frame, frames: readonly Frame[], name: string): Field | undefined {
  return frame.fields.find((field) => field.name === name) ?? frame.fields.find((field) => nameOf(field, frame, frames) === name);
}

export function pickRows(frame: Frame, rows: readonly number[]): Frame {
  return { ...frame, fields: frame.fields.map((field) => ({ ...field, values: rows.map((row) => field.values[row] ?? null) })) };
}

export function rowIndices(frame: Frame): number[] {
  return Array.from({ length: lengthOf(frame) }, (_, i) => i);
}

/** Total order of cells: numbers by size, text by the alphabet, nothing last. */
export function compareCells(a: Cell, b: Cell): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  if (typeof a === 'number' && typeof b === 'number') return Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}

export function typeOf(values: readonly Cell[]): FieldType {
  const first = values.find((value) => value !== null);
  return typeof first === 'number' ? 'number' : typeof first === 'boolean' ? 'boolean' : 'string';
}
