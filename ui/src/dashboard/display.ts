// A value of a field → text, colour and share of its range: the one place where units, mappings, thresholds and colour
// modes come together. Pure; the theme is a parameter.
import { rampColor, resolveColor, seriesColor } from '../design/palette';
import type { Zone } from '../time/zone';
import type { Cell, Field } from './frames';
import { mapValue, thresholdColor } from './mappings';
import type { FieldOptions } from './model';
import { reduce } from './reduce';
import { formatOf } from './units';

export interface Look {
  readonly dark: boolean;
  readonly zone: Zone;
}
export interface Shown {
  readonly text: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly color: string;
  /** 0–1 within the field's range. */
  readonly share: number;
  readonly numeric: number;
  readonly mapped: boolean;
}

/** Minimum and maximum of a field: as configured, else of all number columns together. */
export function rangeOf(options: FieldOptions, { range, values }: Pick<Field, 'range' | 'values'>): readonly [number, number] {
  const percent = options.unit === 'percent' ? [0, 100] : options.unit === 'percentunit' ? [0, 1] : undefined;
  const min = options.min ?? percent?.[0] ?? range?.[0] ?? reduce(values, 'min') ?? 0;
  const max = options.max ?? percent?.[1] ?? range?.[1] ?? reduce(values, 'max') ?? 100;
  return [min, max > min ? max : min + 1];
}

/** The colour that a colour mode gives to a value. */
export function colorOf(options: FieldOptions, value: number | null, [min, max]: readonly [number, number], index: number, look: Look): string {
  const { mode, fixedColor } = options.color;
  if (mode === 'fixed') return resolveColor(fixedColor === '' ? 'text' : fixedColor, look.dark);
  if (mode === 'shades') return resolveColor(fixedColor === '' ? 'blue' : fixedColor, look.dark);
  if (mode === 'thresholds') return resolveColor(thresholdColor(options.thresholds, value, min, max), look.dark);
  const ramp = rampColor(mode, value === null ? 0 : (value - min) / (max - min), look.dark);
  return ramp ?? seriesColor(index, look.dark);
}

export function formatNumber(options: FieldOptions, value: number, look: Look): string {
  const shown = formatOf(options.unit)(value, options.decimals, look.zone);
  return shown.prefix + shown.text + shown.suffix;
}

/** Axis labels have as many decimals as the distance of ticks needs. */
export function formatAxis(options: FieldOptions, value: number, step: number, look: Look): string {
  const unit = formatOf(options.unit);
  const full = unit(value, undefined, look.zone);
  if (options.decimals !== undefined) return full.prefix + unit(value, options.decimals, look.zone).text + full.suffix;
  // As many decimals as this tick and its neighbours need, so that all ticks have the same number.
  const exact = (n: number, digits: number): boolean => {
    const fine = unit(n, 9, look.zone);
    const whole = Number(fine.text);
    return fine.suffix !== full.suffix || !(Math.abs(Number(unit(n, digits, look.zone).text) - whole) > 1e-6 * Math.abs(whole));
  };
  for (let digits = 0; digits <= 6; digits++) {
    if (exact(value, digits) && exact(value + step, digits) && exact(value + 2 * step, digits)) return full.prefix + unit(value, digits, look.zone).text + full.suffix;
  }
  return full.prefix + full.text + full.suffix;
}

export function show(field: Field, value: Cell, index: number, look: Look, range?: readonly [number, number]): Shown {
  const options = field.options;
  if (options === undefined) return { text: value === null ? '' : String(value), prefix: '', suffix: '', color: resolveColor('text', look.dark), share: 0, numeric: NaN, mapped: false };
  const [min, max] = range ?? rangeOf(options, field);
  const numeric = typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : NaN;
  const mapping = mapValue(options.mappings, value);
  const color = mapping?.color === undefined ? colorOf(options, typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : Number.isNaN(numeric) ? null : numeric, [min, max], index, look) : resolveColor(mapping.color, look.dark);
  const share = Number.isNaN(numeric) ? 0 : Math.min(1, Math.max(0, (numeric - min) / (max - min)));
  if (mapping?.text !== undefined) return { text: mapping.text, prefix: '', suffix: '', color, share, numeric, mapped: true };
  if (value === null || (typeof value === 'number' && Number.isNaN(value))) return { text: options.noValue !== '' ? options.noValue : value === null ? '-' : 'NaN', prefix: '', suffix: '', color, share: 0, numeric, mapped: false };
  if (field.type === 'time' && typeof value === 'number') {
    const unit = options.unit.startsWith('dateTime') || options.unit.startsWith('time:') ? options.unit : 'dateTimeAsIso';
    return { ...formatOf(unit)(value, undefined, look.zone), color, share, numeric, mapped: false };
  }
  if (typeof value === 'string') {
    const asNumber = options.unit !== '' && options.unit !== 'string' && value.trim() !== '' ? Number(value) : NaN;
    if (!Number.isNaN(asNumber) && field.type !== 'string') return { ...formatOf(options.unit)(asNumber, options.decimals, look.zone), color, share, numeric: asNumber, mapped: false };
    return { text: value, prefix: '', suffix: '', color, share, numeric, mapped: false };
  }
  if (typeof value === 'boolean') return { text: value ? 'True' : 'False', prefix: '', suffix: '', color, share, numeric, mapped: false };
  return { ...formatOf(options.unit)(value, options.decimals, look.zone), color, share, numeric, mapped: false };
}

export function shownText(shown: Shown): string {
  return shown.prefix + shown.text + shown.suffix;
}
