/** Paths of fields inside a schema, as upstream writes them: `properties[spec].items.type`. */
export const childPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
export const keyPath = (path: string, name: string, key: string): string =>
  `${childPath(path, name)}[${key}]`;
