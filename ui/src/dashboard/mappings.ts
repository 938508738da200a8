// Value mappings and thresholds: a value → the text and colour that the dashboard gives it. Pure.
import type { Cell } from './frames';
import { toRegExp } from './fields';
import type { Mapping, MappingResult, Thresholds } from './model';

function special(match: string, value: Cell): boolean {
  const nan = typeof value === 'number' && Number.isNaN(value);
  switch (match) {
    case 'null': return value === null;
    case 'nan': return nan;
    case 'null+nan': return value === null || nan;
    case 'true': return value === true || value === 'true';
    case 'false': return value === false || value === 'false';
    case 'empty': return value === '';
    default: return false;
  }
}

function one(mapping: Mapping, value: Cell): MappingResult | undefined {
  switch (mapping.type) {
    case 'value': return value === null ? mapping.options['null'] : mapping.options[String(value)];
    case 'range': return typeof value === 'number' && value >= mapping.from && value <= mapping.to ? mapping.result : undefined;
    case 'special': return special(mapping.match, value) ? mapping.result : undefined;
    case 'regex': {
      if (value === null) return undefined;
      const text = String(value);
      const pattern = toRegExp(mapping.pattern);
      if (pattern === undefined || !pattern.test(text)) return undefined;
      return { ...mapping.result, text: mapping.result.text === undefined ? undefined : text.replace(pattern, mapping.result.text) };
    }
  }
}

export function mapValue(mappings: readonly Mapping[], value: Cell): MappingResult | undefined {
  for (const mapping of mappings) {
    const found = one(mapping, value);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The colour of the highest step that the value reaches; percent steps count between min and max. */
export function thresholdColor(thresholds: Thresholds, value: number | null, min: number, max: number): string {
  const at = value === null || Number.isNaN(value) ? -Infinity : thresholds.mode === 'percentage' ? (100 * (value - min)) / (max - min || 1) : value;
  let color = thresholds.steps[0]?.color ?? 'green';
  for (const step of thresholds.steps) if (at >= step.value) color = step.color;
  return color;
}

/** Threshold values on the value axis. */
export function thresholdValue(thresholds: Thresholds, value: number, min: number, max: number): number {
  return thresholds.mode === 'percentage' ? min + ((max - min) * value) / 100 : value;
}
