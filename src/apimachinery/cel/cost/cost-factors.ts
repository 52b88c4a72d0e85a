/** Figures that the estimate of a cost and the cost of a run share. They are cel-go's and Kubernetes'. */
export const costFactors = {
  identOrSelect: 1,
  /** Of a character that is read. */
  stringTraversal: 0.1,
  /** Of a character of a regular expression: four of them are about one thing to match. */
  patternLength: 0.25,
  createList: 10,
  createMap: 30,
  createStruct: 40,
  authorizationCheck: 350_000,
} as const;

/** Functions of Kubernetes' libraries that cost one, whatever they are called on. */
export const nominalFunctions: readonly string[] = [
  // Of authorization.
  ...['serviceAccount', 'path', 'group', 'resource', 'subresource', 'namespace', 'name'],
  ...['allowed', 'reason', 'error', 'errored'],
  // Of addresses.
  ...['masked', 'prefixLength', 'family', 'isUnspecified', 'isLoopback'],
  ...['isLinkLocalMulticast', 'isLinkLocalUnicast', 'isGlobalUnicast'],
  // Of quantities and versions.
  ...['sign', 'asInteger', 'isInteger', 'asApproximateFloat', 'isGreaterThan', 'isLessThan', 'compareTo'],
  ...['add', 'sub', 'major', 'minor', 'patch'],
  // Of URLs and formats.
  ...['getScheme', 'getHostname', 'getHost', 'getPort', 'getEscapedPath', 'getQuery', 'format.named'],
];
