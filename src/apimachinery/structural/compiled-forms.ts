/**
 * What schemas of custom resources are compiled to, by the content of their definitions: however many control planes
 * define the same, there is one. Compiled when first asked for, bounded, and compiled anew when it has been forgotten.
 */
import { must } from '../../lib/assert.ts';
import { BoundedCache } from '../../lib/bounded-cache.ts';
import { stringifyJson } from '../codec/json.ts';
import { limits } from '../limits.ts';
import type { JsonValue, KubeObject } from '../object-meta.ts';
import type { CustomForm } from '../resource-definition.ts';
import { customForm } from './custom-form.ts';
import type { CompiledParts, CustomSpec } from './custom-kind.ts';
import { printerColumns, selectableField } from './printer-columns.ts';

interface Compiled {
  readonly form: CustomForm;
  readonly bytes: number;
}

export class CompiledForms {
  readonly #forms = new BoundedCache<Compiled>({
    entriesMax: limits.compiledForms,
    weightMax: limits.compiledFormBytes,
    weightOf: ({ bytes }) => bytes,
  });

  /** For who tells how full it is. */
  get cache(): BoundedCache<unknown> {
    return this.#forms;
  }

  /** `name` is the content's, `read` gives the definition. */
  partsOf(name: string, read: () => KubeObject): CompiledParts {
    return {
      form: (version) => this.#form(`${name}/${version}`, version, read),
      columns: printerColumns,
      selectableField,
    };
  }

  #form(key: string, version: string, read: () => KubeObject): CustomForm {
    let compiled = this.#forms.get(key);
    if (compiled === undefined) {
      const spec = read().spec as CustomSpec;
      const { schema, subresources } = must(
        spec.versions.find(({ name }) => name === version),
        `version ${version}`,
      );
      compiled = {
        form: customForm(schema?.openAPIV3Schema ?? {}, subresources?.scale),
        bytes: heapBytesOf(stringifyJson((schema ?? {}) as unknown as JsonValue)),
      };
      this.#forms.set(key, compiled);
    }
    return compiled.form;
  }
}

/** Of a schema, and of what it is compiled to once objects have met all of it. Measured: the tree, and each rule. */
function heapBytesOf(schema: string): number {
  const rules = schema.split('"rule":').length - 1;
  return bytesOfCharacter * schema.length + bytesOfRule * rules;
}
const bytesOfCharacter = 3;
const bytesOfRule = 5_000;
