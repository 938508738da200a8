// Field options and overrides onto frames: afterwards every field knows its unit, colour mode, name and thresholds.
import { isObj, list, num, obj, str, strings } from './json';
import { normaliseLinks, normaliseMappings, normaliseThresholds } from './normalise/field';
import type { Field, Frame } from './frames';
import type { FieldOptions, Override } from './model';
import { reduce } from './reduce';

/** How a field is called on screen before overrides give it another name. */
export function baseName(field: Field, frame: Frame, frames: readonly Frame[]): string {
  if (field.legend !== undefined && field.legend !== '') return field.legend;
  if (field.type === 'time') return field.name;
  const valueFields = frame.fields.filter((other) => other.type !== 'time').length;
  if (field.labels !== undefined && Object.keys(field.labels).length > 0 && field.name === 'Value' && frame.kind !== 'table') {
    return Object.entries(field.labels).filter(([key]) => key !== '__name__').map(([key, value]) => `${key}="${value}"`).join(', ') || (field.labels['__name__'] ?? field.name);
  }
  if (frame.name !== undefined && frame.name !== '' && valueFields === 1 && frames.length > 1 && frame.kind === 'series') return frame.name;
  return field.name;
}

export function displayName(field: Field, frame: Frame, frames: readonly Frame[]): string {
  return field.displayName ?? baseName(field, frame, frames);
}

/** `/pattern/flags` or a bare pattern; an invalid one matches nothing. */
export function toRegExp(text: string): RegExp | undefined {
  const delimited = /^\/(.*)\/([gimsuy]*)$/s.exec(text);
  try {
    return delimited === null ? new RegExp(text) : new RegExp(delimited[1] ?? '', (delimited[2] ?? '').replace('g', ''));
  } catch {
    return undefined;
  }
}

function compare(value: number, op: string, against: number): boolean {
  switch (op) {
    case 'gt': case '>': return value > against;
    case 'gte': case '>=': return value >= against;
    case 'lt': case '<': return value < against;
    case 'lte': case '<=': return value <= against;
    case 'eq': case '==': case '=': return value === against;
    case 'neq': case '!=': return value !== against;
    default: return false;
  }
}

export type FieldMatcher = (field: Field, frame: Frame, frames: readonly Frame[]) => boolean;

export function fieldMatcher(id: string, options: unknown): FieldMatcher {
  switch (id) {
    case 'byName': {
      const wanted = str(options);
      return (field, frame, frames) => field.name === wanted || baseName(field, frame, frames) === wanted;
    }
    case 'byNames': {
      const wanted = new Set(strings(isObj(options) ? options['names'] : options));
      const exclude = obj(options)['mode'] === 'exclude';
      return (field, frame, frames) => (wanted.has(field.name) || wanted.has(baseName(field, frame, frames))) !== exclude;
    }
    case 'byRegexp':
    case 'byRegexpOrNames': {
      const pattern = toRegExp(isObj(options) ? str(options['pattern']) : str(options));
      const names = new Set(strings(obj(options)['names']));
      return (field, frame, frames) => names.has(field.name) || (pattern?.test(baseName(field, frame, frames)) ?? false) || (pattern?.test(field.name) === true && field.name !== 'Value');
    }
    case 'byType': {
      const wanted = str(isObj(options) ? options['type'] : options);
      return (field) => field.type === wanted;
    }
    case 'byFrameRefID': {
      const wanted = str(isObj(options) ? options['value'] : options);
      return (_field, frame) => frame.refId === wanted || toRegExp(wanted)?.test(frame.refId) === true;
    }
    case 'byValue': {
      const from = obj(options);
      return (field) => field.type === 'number' && compare(reduce(field.values, str(from['reducer'], 'last')) ?? NaN, str(from['op'], 'gte'), num(from['value']) ?? 0);
    }
    case 'numeric': return (field) => field.type === 'number';
    case 'time': return (field) => field.type === 'time';
    case 'firstTimeField': return (field, frame) => frame.fields.find((other) => other.type === 'time') === field;
    default: return () => false;
  }
}

function setPath(from: Readonly<Record<string, unknown>>, path: readonly string[], value: unknown): Readonly<Record<string, unknown>> {
  const [head, ...rest] = path;
  if (head === undefined) return from;
  return { ...from, [head]: rest.length === 0 ? value : setPath(obj(from[head]), rest, value) };
}

/** One property of an override onto the options; an unknown one changes nothing. */
export function applyProperty(options: FieldOptions, id: string, value: unknown): FieldOptions {
  if (id.startsWith('custom.')) return { ...options, custom: setPath(options.custom, id.slice(7).split('.'), value) };
  switch (id) {
    case 'unit': return { ...options, unit: str(value) };
    case 'decimals': return { ...options, decimals: num(value) };
    case 'min': return { ...options, min: num(value) };
    case 'max': return { ...options, max: num(value) };
    case 'displayName': return { ...options, displayName: str(value) };
    case 'noValue': return { ...options, noValue: str(value) };
    case 'color': return { ...options, color: { mode: str(obj(value)['mode'], options.color.mode), fixedColor: str(obj(value)['fixedColor'], options.color.fixedColor), seriesBy: str(obj(value)['seriesBy'], options.color.seriesBy) } };
    case 'thresholds': return { ...options, thresholds: normaliseThresholds(value) ?? options.thresholds };
    case 'mappings': return { ...options, mappings: normaliseMappings(value) };
    case 'links': return { ...options, links: normaliseLinks(list(value)) };
    default: return options;
  }
}

/** `${__field.labels.x}`, `${__field.name}`, `$__series_name`, `$__cell_n` in display names. */
export function fieldText(text: string, field: Field, name: string): string {
  return text.replaceAll(/\$\{__(?:field|series)\.(name|displayName|labels\.([^}]+)|labels)\}/g, (_, what: string, label?: string) => (label !== undefined ? (field.labels?.[label.replaceAll(/^\["?|"?\]$/g, '')] ?? '') : what === 'labels' ? Object.entries(field.labels ?? {}).map(([key, value]) => `${key}="${value}"`).join(', ') : name)).replaceAll('$__series_name', name);
}

function commonRange(frames: readonly Frame[]): readonly [number, number] | undefined {
  let min = Infinity;
  let max = -Infinity;
  for (const frame of frames) {
    for (const field of frame.fields) {
      if (field.type !== 'number') continue;
      for (const value of field.values) {
        if (typeof value !== 'number' || !Number.isFinite(value)) continue;
        if (value < min) min = value;
        if (value > max) max = value;
      }
    }
  }
  return min > max ? undefined : [min, max];
}

/** Every field with its final options and display name. `text` interpolates variables. */
export function applyFieldConfig(frames: readonly Frame[], defaults: FieldOptions, overrides: readonly Override[], text: (text: string) => string = (t) => t): readonly Frame[] {
  const matchers = overrides.map((override) => ({ test: fieldMatcher(override.matcher.id, typeof override.matcher.options === 'string' ? text(override.matcher.options) : override.matcher.options), properties: override.properties }));
  const range = commonRange(frames);
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) => {
      let options = defaults;
      for (const matcher of matchers) if (matcher.test(field, frame, frames)) for (const property of matcher.properties) options = applyProperty(options, property.id, property.value);
      const name = baseName(field, frame, frames);
      const named = options.displayName === '' || (field.type === 'time' && options.displayName === defaults.displayName) ? name : fieldText(text(options.displayName), field, name);
      return { ...field, options, displayName: named === '' ? name : named, ...(range === undefined || field.type !== 'number' ? {} : { range }) };
    }),
  }));
}
