// The transformations by id, applied in order. One that is unknown is left out and named by the report.
import type { Frame } from '../frames';
import type { Transformation } from '../model';
import { calculateField } from './calculateField';
import { filterByRefId, filterByValue, filterFieldsByName } from './filter';
import { groupBy } from './groupBy';
import { joinByField } from './join';
import { labelsToFields, seriesToRows } from './labels';
import { merge } from './merge';
import { organize } from './organize';
import { concatenate, extractFields, partitionByValues } from './partition';
import { reduceFields } from './reduceFields';
import { convertFieldType, renameByRegex } from './rename';
import { limit, sortBy } from './sortBy';
import type { TransformFn } from './table';

const BY_ID: Readonly<Record<string, TransformFn>> = {
  organize, merge, joinByField, seriesToColumns: joinByField, sortBy, groupBy, reduce: reduceFields, filterFieldsByName, filterByRefId, calculateField, labelsToFields, renameByRegex, filterByValue, seriesToRows, limit,
  convertFieldType, partitionByValues, concatenate, extractFields,
};

export function isKnownTransformation(id: string): boolean {
  return BY_ID[id] !== undefined;
}

export function transform(frames: readonly Frame[], steps: readonly Transformation[]): readonly Frame[] {
  return steps.filter((step) => !step.disabled).reduce((current, step) => BY_ID[step.id]?.(current, step.options) ?? current, frames);
}
