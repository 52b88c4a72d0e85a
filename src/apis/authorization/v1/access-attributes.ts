/**
 * What an access review asks about: resources or paths. Field numbers are those of
 * k8s.io/api/authorization/v1/generated.proto.
 */
import {
  field,
  list,
  type ObjectSchema,
  object,
  required,
  string,
  type Typed,
} from '../../../apimachinery/schema/schema.ts';
import { labelSelectorRequirementSchema } from '../../label-selector.ts';

export const authorizationComponent = (type: string): string => `io.k8s.api.authorization.v1.${type}`;
const component = authorizationComponent;

export const atomicStrings = list(string(), { listType: 'atomic' });

const fieldRequirement = object(
  {
    key: required(1, string(), 'Path of the field.'),
    operator: required(2, string(), 'In, NotIn, Exists or DoesNotExist.'),
    values: field(3, atomicStrings, 'The values of In and NotIn; empty for the others.'),
  },
  {
    name: 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement',
    description: 'FieldSelectorRequirement is a rule on one field.',
  },
);

function selectorAttributes<T>(what: 'Field' | 'Label', requirement: Typed<T, ObjectSchema>) {
  return object(
    {
      rawSelector: field(1, string(), 'The selector as it stands in a query.'),
      requirements: field(2, list(requirement, { listType: 'atomic' }), 'The selector taken apart.'),
    },
    {
      name: component(`${what}SelectorAttributes`),
      description: `${what}SelectorAttributes narrows a request by ${what.toLowerCase()}s.`,
    },
  );
}

export const resourceAttributesSchema = object(
  {
    namespace: field(1, string(), 'The namespace; empty for all of them, or where there is none.'),
    verb: field(2, string(), 'What is done; * is everything.'),
    group: field(3, string(), 'API group of the resource; * is every group.'),
    version: field(4, string(), 'Version of the resource; * is every version.'),
    resource: field(5, string(), 'The resource in the plural; * is every resource.'),
    subresource: field(6, string(), 'The subresource; empty for none.'),
    name: field(7, string(), 'Name of one object; empty for all.'),
    fieldSelector: field(
      8,
      selectorAttributes('Field', fieldRequirement),
      'By what fields objects are chosen.',
    ),
    labelSelector: field(
      9,
      selectorAttributes('Label', labelSelectorRequirementSchema),
      'By what labels objects are chosen.',
    ),
  },
  { name: component('ResourceAttributes'), description: 'ResourceAttributes is a request for resources.' },
);

export const nonResourceAttributesSchema = object(
  {
    path: field(1, string(), 'The path.'),
    verb: field(2, string(), 'The HTTP method in lower case.'),
  },
  {
    name: component('NonResourceAttributes'),
    description: 'NonResourceAttributes is a request for another path.',
  },
);
