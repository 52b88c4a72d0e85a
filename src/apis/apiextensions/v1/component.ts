/** Names of the group's types as OpenAPI components. */
export const component = (type: string): string =>
  `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.${type}`;
