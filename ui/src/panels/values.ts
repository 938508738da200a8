// `reduceOptions` → the values that stat, gauge, bar gauge and pie show: one per series, or one per row. Pure.
import { show, rangeOf, shownText, type Look, type Shown } from '../dashboard/display';
import type { Cell, Field, Frame } from '../dashboard/frames';
import { lengthOf } from '../dashboard/frames';
import { bool, list, num, obj, str, type Json } from '../dashboard/json';
import { toRegExp } from '../dashboard/fields';
import { calculate } from '../dashboard/transform/groupBy';

export interface PanelValue {
  readonly key: string;
  readonly name: string;
  readonly shown: Shown;
  readonly text: string;
  readonly field: Field;
  readonly frame: Frame;
  readonly raw: Cell;
  /** Times and values for a sparkline. */
  readonly times: readonly Cell[];
  readonly values: readonly Cell[];
  readonly row: number;
}

function wanted(field: Field, fields: string): boolean {
  if (fields === '' || fields === 'numeric') return field.type === 'number' || field.type === 'boolean';
  const name = field.displayName ?? field.name;
  if (field.name === fields || name === fields) return true;
  return fields.startsWith('/') ? (toRegExp(fields)?.test(name) ?? false) : false;
}

const VALUES_MAX = 200;

export function valuesOf(frames: readonly Frame[], options: Json, look: Look): readonly PanelValue[] {
  const reduceOptions = obj(options['reduceOptions']);
  const fields = str(reduceOptions['fields']);
  const calc = str(list(reduceOptions['calcs'])[0], 'lastNotNull');
  const out: PanelValue[] = [];
  frames.forEach((frame, frameIndex) => {
    const time = frame.fields.find((field) => field.type === 'time');
    frame.fields.forEach((field, fieldIndex) => {
      if (field === time && fields === '') return;
      if (!wanted(field, fields)) return;
      const range = rangeOf(field.options ?? emptyOptions(), field);
      const base = { field, frame, times: time?.values ?? [], values: field.values };
      if (bool(reduceOptions['values'])) {
        const names = frame.fields.filter((other) => other.type === 'string');
        const count = Math.min(lengthOf(frame), num(reduceOptions['limit']) ?? 25);
        for (let row = 0; row < count; row++) {
          const raw = field.values[row] ?? null;
          const shown = show(field, raw, out.length, look, range);
          const rowName = names.map((other) => String(other.values[row] ?? '')).join(' ');
          out.push({ ...base, key: `${frameIndex}/${fieldIndex}/${row}`, name: rowName === '' ? (field.displayName ?? field.name) : rowName, shown, text: shownText(shown), raw, row });
        }
        return;
      }
      const raw = field.values.length === 0 ? null : calculate(field.values, calc);
      const asCounted = calc === 'count' || calc === 'distinctCount' || calc === 'changeCount';
      const shown = show(asCounted && field.options !== undefined ? { ...field, options: { ...field.options, unit: 'none', decimals: 0 } } : field, raw, out.length, look, range);
      out.push({ ...base, key: `${frameIndex}/${fieldIndex}`, name: field.displayName ?? field.name, shown, text: shownText(shown), raw, row: -1 });
    });
  });
  return out.slice(0, VALUES_MAX);
}

function emptyOptions(): NonNullable<Field['options']> {
  return { unit: '', decimals: undefined, min: undefined, max: undefined, displayName: '', noValue: '', color: { mode: 'thresholds', fixedColor: '', seriesBy: 'last' }, thresholds: { mode: 'absolute', steps: [] }, mappings: [], links: [], custom: {} };
}
