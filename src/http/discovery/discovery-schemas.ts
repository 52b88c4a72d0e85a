/**
 * What discovery and `/version` answer with, as schemas: their protobuf form and their components in OpenAPI. Field
 * numbers are those of apimachinery/pkg/apis/meta/v1/generated.proto.
 */
import {
  boolean,
  byValue,
  type Field,
  field,
  list,
  type ObjectSchema,
  object,
  required,
  string,
} from '../../apimachinery/schema/schema.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const named = (name: string, description: string): { name: string; description: string } => ({
  name: `${meta}.${name}`,
  description: `${name} ${description}`,
});
const typeFields = {
  apiVersion: field(0, string(), 'Group and version of this form of the object.'),
  kind: field(0, string(), 'What the object is, in CamelCase.'),
};

const serverAddressSchema = object(
  {
    clientCIDR: required(1, string(), 'The clients that it is for.'),
    serverAddress: required(2, string(), 'Host and port at which they reach the server.'),
  },
  named('ServerAddressByClientCIDR', 'tells clients of one network where the server is.'),
);
const groupVersionSchema = object(
  {
    groupVersion: required(1, string(), 'Group and version with a slash between.'),
    version: required(2, string(), 'The version alone.'),
  },
  named('GroupVersionForDiscovery', 'is a group and version in both forms.'),
);

export const apiVersionsSchema: ObjectSchema = object(
  {
    ...typeFields,
    versions: required(1, list(string()), 'Versions of the core group.'),
    serverAddressByClientCIDRs: required(2, list(serverAddressSchema), 'Where clients reach the server.'),
  },
  named('APIVersions', 'lists the versions of the core group.'),
);

export const apiGroupSchema: ObjectSchema = object(
  {
    ...typeFields,
    name: required(1, string(), 'Name of the group.'),
    versions: required(2, list(groupVersionSchema), 'Versions served, the preferred one first.'),
    preferredVersion: byValue(3, groupVersionSchema, 'The version to use unless there is a reason.'),
    serverAddressByClientCIDRs: field(4, list(serverAddressSchema), 'Where clients reach the server.'),
  },
  named('APIGroup', 'is a group of the API and its versions.'),
);

export const apiGroupListSchema: ObjectSchema = object(
  { ...typeFields, groups: required(1, list(apiGroupSchema), 'The groups, by priority.') },
  named('APIGroupList', 'lists the named groups of the API.'),
);

/** A message of its own in protobuf, a plain list in JSON. */
const verbs: Field = {
  number: 1,
  within: [4],
  schema: list(string()),
  description: 'What can be done with it.',
  required: true,
};
const apiResourceSchema: ObjectSchema = object(
  {
    name: required(1, string(), 'Name of the resource in paths, in the plural.'),
    singularName: required(6, string(), 'Its name in the singular.'),
    namespaced: required(2, boolean(), 'Whether its objects are in namespaces.'),
    group: field(8, string(), 'Group of its kind, where that is not the group of the list.'),
    version: field(9, string(), 'Version of its kind, where that is not the version of the list.'),
    kind: required(3, string(), 'Kind of its objects.'),
    verbs,
    shortNames: field(5, list(string(), { listType: 'atomic' }), 'Names that are quicker to type.'),
    categories: field(
      7,
      list(string(), { listType: 'atomic' }),
      'Groups of resources it belongs to, such as all.',
    ),
    storageVersionHash: field(10, string(), 'Changes when the stored form does.'),
  },
  named('APIResource', 'is a resource and what can be done with it.'),
);

export const apiResourceListSchema: ObjectSchema = object(
  {
    ...typeFields,
    groupVersion: required(1, string(), 'Group and version of the resources.'),
    resources: required(
      2,
      list(apiResourceSchema, { listType: 'atomic' }),
      'The resources and subresources.',
    ),
  },
  named('APIResourceList', 'lists the resources of one group and version.'),
);

const words = [
  'major',
  'minor',
  'gitVersion',
  'gitCommit',
  'gitTreeState',
  'buildDate',
  'goVersion',
  'compiler',
  'platform',
] as const;
/** Of `/version`. It has no protobuf form. */
export const versionInfoSchema: ObjectSchema = object(
  Object.fromEntries(words.map((name) => [name, required(0, string(), '')])),
  { name: 'io.k8s.apimachinery.pkg.version.Info', description: 'Info tells which version the server is.' },
);
