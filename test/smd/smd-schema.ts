/** Reads structured-merge-diff's own schema language, in which its tests state their types. */
import {
  ApplySchema,
  type Atom,
  atomOf,
  deduced,
  fieldType,
  type Scalar,
} from '../../src/apimachinery/apply/apply-schema.ts';
import { parseYaml } from '../../src/apimachinery/codec/yaml.ts';
import type { JsonValue } from '../../src/apimachinery/object-meta.ts';
import { corpusText } from '../corpus.ts';

interface AtomText {
  readonly scalar?: Scalar;
  readonly list?: {
    readonly elementType: Reference;
    readonly elementRelationship: string;
    readonly keys?: string[];
  };
  readonly map?: {
    readonly fields?: readonly {
      readonly name: string;
      readonly type: Reference;
      readonly default?: JsonValue;
    }[];
    readonly elementType?: Reference;
    readonly elementRelationship?: string;
  };
}
interface Reference extends AtomText {
  readonly namedType?: string;
  readonly elementRelationship?: string;
}
interface SchemaText {
  readonly types: readonly (AtomText & { readonly name: string })[];
}

/** The types of one schema text, by name. */
export function readSmdSchema(text: string): (typeName: string) => ApplySchema {
  const { types } = parseYaml(text) as unknown as SchemaText;
  const known = new Map<string, ApplySchema>();
  const named = (name: string): ApplySchema => {
    if (name === '__untyped_deduced_') return deduced;
    let schema = known.get(name);
    if (schema === undefined) {
      schema = new ApplySchema(name, () => {
        const found = types.find((type) => type.name === name);
        return found === undefined ? undefined : atom(found);
      });
      known.set(name, schema);
    }
    return schema;
  };
  const reference = (ref: Reference): ApplySchema => {
    const target =
      ref.namedType === undefined ? new ApplySchema(undefined, () => atom(ref)) : named(ref.namedType);
    const { elementRelationship } = ref;
    if (elementRelationship === undefined) return target;
    return new ApplySchema(ref.namedType, () => overridden(target.atom, elementRelationship === 'atomic'));
  };
  const atom = ({ scalar, list, map }: AtomText): Atom =>
    atomOf({
      ...(scalar && { scalar }),
      ...(list && {
        list: {
          element: reference(list.elementType),
          isAtomic: list.elementRelationship === 'atomic',
          keys: list.keys ?? [],
        },
      }),
      ...(map && {
        map: {
          fields: new Map(
            (map.fields ?? []).map((f) => [f.name, fieldType(f.name, reference(f.type), f.default)]),
          ),
          element: map.elementType && reference(map.elementType),
          isAtomic: map.elementRelationship === 'atomic',
        },
      }),
    });
  return named;
}

/** Only a container can be said to be atomic, or not to be. */
function overridden(atom: Atom | undefined, isAtomic: boolean): Atom | undefined {
  if (atom?.map !== undefined) return { ...atom, map: { ...atom.map, isAtomic } };
  if (atom?.list !== undefined) return { ...atom, list: { ...atom.list, isAtomic } };
  return undefined;
}

const read = new Map<string, (typeName: string) => ApplySchema>();

/** The types of a schema file of the corpora. */
export function smdSchema(path: string): (typeName: string) => ApplySchema {
  let types = read.get(path);
  if (types === undefined) {
    const text = corpusText(path);
    if (text === undefined) throw new Error(`no corpus file ${path}`);
    types = readSmdSchema(text);
    read.set(path, types);
  }
  return types;
}
