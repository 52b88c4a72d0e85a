/**
 * The columns of custom resources as tables have them: their JSONPaths are read once, and a path that cannot be read
 * ends the columns, as upstream has it. Source: apiextensions-apiserver/pkg/registry/customresource/tableconvertor.
 */
import { findResults } from '../jsonpath/find-results.ts';
import { JsonPathError } from '../jsonpath/json-path-template.ts';
import { parseJsonPath } from '../jsonpath/parse-json-path.ts';
import { printResults } from '../jsonpath/print-results.ts';
import type { JsonObject, JsonValue, KubeObject } from '../object-meta.ts';
import type { ColumnDefinition, ColumnType } from '../resource-definition.ts';
import { timeForm } from '../schema/scalar-forms.ts';
import type { PrinterColumn } from './custom-kind.ts';

/** The name, and behind it what the definition asks for; the age where it asks for nothing. */
export function printerColumns(columns: readonly PrinterColumn[] = []): ColumnDefinition[] {
  const shown = [nameColumn];
  for (const column of columns.length === 0 ? [age] : columns) {
    const read = readerOf(column.jsonPath);
    if (read === undefined) break;
    shown.push(columnOf(column, read));
  }
  return shown;
}

/**
 * Reads a field as a field selector compares it: text, integers and booleans; empty where there is none. The path is
 * one of names alone, which is checked when its definition is written.
 */
export function selectableField(jsonPath: string): (object: KubeObject) => string {
  const read = readerOf(jsonPath);
  return (object) => {
    const value = read?.(object);
    return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
  };
}

const nameColumn: ColumnDefinition = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name of the object, unique among its kind within its namespace or control plane.',
  value: (object) => object.metadata.name,
};

const age: PrinterColumn = {
  name: 'Age',
  type: 'date',
  description: 'Time since the object was created.',
  jsonPath: '.metadata.creationTimestamp',
};

type Reader = (object: KubeObject) => JsonValue | undefined;

function columnOf(column: PrinterColumn, read: Reader): ColumnDefinition {
  const { name, type, format, description = '', priority, jsonPath } = column;
  return {
    name,
    type: type as ColumnType,
    ...(format === undefined ? {} : { format }),
    description:
      description === ''
        ? `Custom resource definition column (in JSONPath format): ${jsonPath}`
        : description,
    ...(priority === undefined ? {} : { priority }),
    ...(type === 'date' ? { isAge: true } : {}),
    value(object) {
      const value = read(object);
      return value === undefined ? undefined : cellOf(type, value);
    },
  };
}

/** Undefined for a value that is of another type than the column. Of a date, the time that tells the age. */
function cellOf(type: string, value: JsonValue): JsonValue | undefined {
  switch (type) {
    case 'string':
      return printResults([value]);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : typeof value === 'bigint' ? value : undefined;
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'date':
      return typeof value === 'string' ? timeOf(value) : undefined;
    default:
      return undefined;
  }
}

function timeOf(text: string): string {
  if (text === 'null' || text === '') return '';
  const formed = timeForm(text);
  return 'value' in formed ? formed.value : '<invalid>';
}

/** The first of the values there; undefined where there is none. Most paths are names alone. */
function readerOf(jsonPath: string): Reader | undefined {
  if (/^(?:\.[A-Za-z_][\w-]*)+$/.test(jsonPath)) {
    const names = jsonPath.slice(1).split('.');
    return (object) => valueAt(object as unknown as JsonObject, names);
  }
  try {
    const template = parseJsonPath(`{${jsonPath}}`);
    return (object) => firstResult(template, object as unknown as JsonObject);
  } catch (error) {
    if (error instanceof JsonPathError) return undefined;
    throw error;
  }
}

function valueAt(object: JsonObject, names: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = object;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    if (!Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** A path that does not fit the object shows nothing. */
function firstResult(template: ReturnType<typeof parseJsonPath>, object: JsonObject): JsonValue | undefined {
  try {
    return findResults(template, object, { allowsMissing: true })[0]?.[0];
  } catch (error) {
    if (error instanceof JsonPathError) return undefined;
    throw error;
  }
}
