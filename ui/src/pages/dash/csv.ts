// Frames → CSV. Series that share a time column become its columns; tables stay as they are. Pure.
import { lengthOf, type Cell, type Frame } from '../../dashboard/frames';
import { joinByField } from '../../dashboard/transform/join';

function cell(value: Cell, isTime: boolean): string {
  if (value === null) return '';
  const text = isTime && typeof value === 'number' ? new Date(value).toISOString() : String(value);
  // A leading sign would make a formula of it in a spreadsheet.
  const harmless = typeof value === 'string' && /^[=+@-]/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function one(frame: Frame): string {
  const head = frame.fields.map((field) => cell(field.displayName ?? field.legend ?? field.name, false)).join(',');
  const rows = Array.from({ length: lengthOf(frame) }, (_, row) => frame.fields.map((field) => cell(field.values[row] ?? null, field.type === 'time')).join(','));
  return [head, ...rows].join('\n');
}

export function toCsv(frames: readonly Frame[]): string {
  const series = frames.filter((frame) => frame.kind === 'series');
  const others = frames.filter((frame) => frame.kind !== 'series');
  const joined = series.length === 0 ? [] : joinByField(series, { byField: 'Time' });
  return [...joined, ...others].map(one).join('\n\n');
}
