/**
 * The three functions of the metadata proposal that the certificate library's dependency container asks of
 * `Reflect` when it loads. Import it before '@peculiar/x509'; nothing of ours uses it.
 */
const metadata = new WeakMap<object, Map<unknown, unknown>>();

function getOwnMetadata(key: unknown, target: object): unknown {
  return metadata.get(target)?.get(key);
}
function getMetadata(key: unknown, target: object): unknown {
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at)) {
    if (metadata.get(at)?.has(key)) return getOwnMetadata(key, at);
  }
  return undefined;
}
function defineMetadata(key: unknown, value: unknown, target: object): void {
  const entries = metadata.get(target);
  if (entries === undefined) metadata.set(target, new Map([[key, value]]));
  else entries.set(key, value);
}

if (!('getMetadata' in Reflect)) Object.assign(Reflect, { getOwnMetadata, getMetadata, defineMetadata });
