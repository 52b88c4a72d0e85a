/** The headers of a request by what their names begin with. Asked for with every request: no array where there is none. */
const none: readonly string[] = [];

export function headerNames(headers: Readonly<Record<string, unknown>>, prefix: string): readonly string[] {
  let found = none;
  for (const name in headers) if (name.startsWith(prefix)) found = [...found, name];
  return found;
}
