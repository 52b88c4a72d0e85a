/**
 * What must hold of any OpenAPI 3.0 document we serve, whatever is in it. For tests: gives the faults as text, none
 * when sound. Not a validator of documents in general.
 */
// biome-ignore lint/suspicious/noExplicitAny: a document is read as its client reads it.
type Json = any;

const methods = ['get', 'put', 'post', 'delete', 'patch'];

export function openApiFaults(document: Json): string[] {
  return [...referenceFaults(document), ...schemaFaults(document), ...pathFaults(document)];
}

function referenceFaults(document: Json): string[] {
  const faults: string[] = [];
  const visit = (value: Json, at: string): void => {
    if (value === undefined) faults.push(`${at} is undefined`);
    if (typeof value !== 'object' || value === null) return;
    if (typeof value.$ref === 'string') {
      const target = value.$ref
        .split('/')
        .slice(1)
        .reduce((node: Json, key: string) => node?.[key], document);
      if (target === undefined) faults.push(`${at} refers to ${value.$ref}, which is not there`);
      if (Object.keys(value).length > 1) faults.push(`${at} has fields beside $ref`);
    }
    for (const [key, child] of Object.entries(value)) visit(child, `${at}/${key}`);
  };
  visit(document, '');
  return faults;
}

function schemaFaults(document: Json): string[] {
  const faults: string[] = [];
  for (const [name, schema] of Object.entries<Json>(document.components.schemas)) {
    if (typeof schema.description !== 'string' || schema.description === '') {
      faults.push(`${name} has no description`);
    }
    for (const required of schema.required ?? []) {
      if (schema.properties?.[required] === undefined)
        faults.push(`${name} requires ${required}, which it lacks`);
    }
    for (const [field, property] of Object.entries<Json>(schema.properties ?? {})) {
      const isTyped = ['type', '$ref', 'allOf', 'oneOf'].some((key) => key in property);
      if (!isTyped) faults.push(`${name}.${field} has no type`);
      const keys: string[] = property['x-kubernetes-list-map-keys'] ?? [];
      if (property['x-kubernetes-list-type'] === 'map' && keys.length === 0) {
        faults.push(`${name}.${field} is a map without keys`);
      }
    }
  }
  return faults;
}

function pathFaults(document: Json): string[] {
  const faults: string[] = [];
  const ids = new Set<string>();
  for (const [path, item] of Object.entries<Json>(document.paths)) {
    const wanted = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
    const declared = (item.parameters ?? [])
      .filter((parameter: Json) => parameter.in === 'path')
      .map((parameter: Json) => parameter.name)
      .sort();
    if (wanted.join() !== declared.join()) faults.push(`${path} declares ${declared.join()}`);
    for (const [method, operation] of Object.entries<Json>(item)) {
      if (method === 'parameters') continue;
      if (!methods.includes(method)) faults.push(`${path} has the unknown method ${method}`);
      if (ids.has(operation.operationId)) faults.push(`${operation.operationId} is there twice`);
      ids.add(operation.operationId);
      if (Object.keys(operation.responses).length === 0) faults.push(`${method} ${path} has no responses`);
      const gvk = operation['x-kubernetes-group-version-kind'];
      const isKnown =
        gvk === undefined ||
        Object.values<Json>(document.components.schemas).some((schema) =>
          (schema['x-kubernetes-group-version-kind'] ?? []).some(
            (kind: Json) => JSON.stringify(kind) === JSON.stringify(gvk),
          ),
        );
      if (!isKnown) faults.push(`${method} ${path} is of a kind without a schema`);
      const names = (operation.parameters ?? []).map((parameter: Json) => parameter.name);
      if (new Set(names).size !== names.length) faults.push(`${method} ${path} has a parameter twice`);
    }
  }
  return faults;
}
