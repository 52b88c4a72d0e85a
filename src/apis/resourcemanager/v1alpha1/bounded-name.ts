/** A name check with a shorter limit: these names become parts of longer ones. */
export function boundedName(
  check: (name: string) => string[],
  lengthMax: number,
): (name: string) => string[] {
  return (name) => {
    const problems = check(name);
    if (Buffer.byteLength(name) > lengthMax) problems.unshift(`must be no more than ${lengthMax} characters`);
    return problems;
  };
}
