/**
 * Keys that a YAML mapping has twice, as go-yaml's strict mode tells them. The reader itself (codec/yaml.ts) takes
 * the last one; this reads the same text again and only looks for them.
 */
import * as yaml from 'js-yaml';
import { goSyntax } from '../apply/go-text.ts';
import type { JsonValue } from '../object-meta.ts';
import { yamlReadOptions } from './yaml.ts';

/** One entry a key, in order of appearance: `line 4: key "name" already set in map`. The text is known to be YAML. */
export function repeatedYamlKeys(source: string): string[] {
  const lineOf = lineCounter(source);
  const found: string[] = [];
  let documents = 0;
  const open: { readonly keys: Set<string> | undefined; isKeyNext: boolean }[] = [];
  for (const event of yaml.parseEvents(source, yamlReadOptions)) {
    switch (event.type) {
      case yaml.EVENT_ID.DOCUMENT:
        // The reader takes no more than the first.
        if (++documents > 1) return found;
        open.push({ keys: undefined, isKeyNext: false });
        break;
      case yaml.EVENT_ID.MAPPING:
      case yaml.EVENT_ID.SEQUENCE: {
        passOver(open.at(-1));
        const isMapping = event.type === yaml.EVENT_ID.MAPPING;
        open.push({ keys: isMapping ? new Set() : undefined, isKeyNext: isMapping });
        break;
      }
      case yaml.EVENT_ID.ALIAS:
        passOver(open.at(-1));
        break;
      case yaml.EVENT_ID.SCALAR: {
        const keys = passOver(open.at(-1));
        if (keys === undefined) break;
        const key = scalarOf(source, event);
        if (key === mergeKey) break;
        const shown = goSyntax(key);
        if (keys.has(shown)) found.push(`line ${lineOf(event.valueStart)}: key ${shown} already set in map`);
        keys.add(shown);
        break;
      }
      case yaml.EVENT_ID.POP:
        open.pop();
        break;
    }
  }
  return found;
}

const mergeKey = '<<';

/** The keys so far, where a key was passed; a mapping has keys and values in turn. */
function passOver(
  container: { keys: Set<string> | undefined; isKeyNext: boolean } | undefined,
): Set<string> | undefined {
  if (container?.keys === undefined) return undefined;
  container.isKeyNext = !container.isKeyNext;
  return container.isKeyNext ? undefined : container.keys;
}

function scalarOf(source: string, event: yaml.ScalarEvent): JsonValue {
  const text = yaml.getScalarValue(source, event);
  if (event.style !== yaml.SCALAR_STYLE.PLAIN) return text;
  return yamlReadOptions.schema.resolveImplicitScalarTag(text).value as JsonValue;
}

/** Offsets must come in ascending order. */
function lineCounter(source: string): (offset: number) => number {
  let line = 1;
  let at = 0;
  return (offset) => {
    for (let next = source.indexOf('\n', at); next !== -1 && next < offset; next = source.indexOf('\n', at)) {
      line++;
      at = next + 1;
    }
    return line;
  };
}
