/**
 * What the two kinds of bindings share: the role they give, the subjects they give it to, their defaults, rules and
 * columns. Field numbers are those of k8s.io/api/rbac/v1/generated.proto; rules and messages those of kubernetes
 * pkg/apis/rbac/validation.
 */
import { deepEqual } from '../../../apimachinery/equality.ts';
import {
  type FieldError,
  invalidValue,
  notSupported,
  requiredValue,
} from '../../../apimachinery/field-error.ts';
import { dnsSubdomainProblems, pathSegmentProblems } from '../../../apimachinery/names.ts';
import type { KubeObject } from '../../../apimachinery/object-meta.ts';
import type { ColumnDefinition, ResourceStrategy } from '../../../apimachinery/resource-definition.ts';
import {
  byValue,
  field,
  type Infer,
  list,
  object,
  required,
  string,
} from '../../../apimachinery/schema/schema.ts';
import { ageColumn, nameColumn } from '../../columns.ts';
import { rbacComponent, rbacGroup } from './policy-rule.ts';

const subjectSchema = object(
  {
    kind: required(1, string(), 'User, Group or ServiceAccount.'),
    apiGroup: field(
      2,
      string(),
      'API group of the subject: empty for service accounts, that of RBAC for users and groups.',
    ),
    name: required(3, string(), 'Name of the subject.'),
    namespace: field(4, string(), 'Namespace of a service account. Users and groups have none.'),
  },
  {
    name: rbacComponent('Subject'),
    description: 'Subject is a user, a group or a service account that is given a role.',
    mapType: 'atomic',
  },
);
type Subject = Infer<typeof subjectSchema>;

const roleRefSchema = object(
  {
    apiGroup: byValue(1, string(), 'API group of the role.'),
    kind: required(2, string(), 'Role or ClusterRole.'),
    name: required(3, string(), 'Name of the role.'),
  },
  { name: rbacComponent('RoleRef'), description: 'RoleRef names the role that is given.', mapType: 'atomic' },
);

export const bindingFields = {
  subjects: field(2, list(subjectSchema, { listType: 'atomic' }), 'Those who are given the role.'),
  roleRef: required(3, roleRefSchema, 'The role that is given. It cannot be changed.'),
};

/** `roleKinds`: what may be given. Bindings of all namespaces must say in which one a service account is. */
export function bindingStrategy(roleKinds: readonly string[], isNamespaced: boolean): ResourceStrategy {
  return {
    hasQualifiedFinalizers: true,
    allowUnconditionalUpdate: true,
    allowCreateOnUpdate: true,
    validateName: pathSegmentProblems,

    defaults(binding) {
      if ((binding.roleRef?.apiGroup ?? '') === '')
        binding.roleRef = { apiGroup: rbacGroup, ...named(binding) };
      for (const subject of (binding.subjects ?? []) as Subject[]) {
        const isOfRbac = subject.kind === 'User' || subject.kind === 'Group';
        if (isOfRbac && (subject.apiGroup ?? '') === '') subject.apiGroup = rbacGroup;
      }
    },

    validate(binding) {
      const errors = roleRefErrors(binding.roleRef ?? {}, roleKinds);
      for (const [index, subject] of ((binding.subjects ?? []) as Subject[]).entries()) {
        errors.push(...subjectErrors(subject, isNamespaced, `subjects[${index}]`));
      }
      return errors;
    },

    validateUpdate({ roleRef }, old) {
      if (deepEqual(roleRef, old.roleRef)) return [];
      // Upstream prints its own struct, whose fields have the names of Go.
      const shown = {
        APIGroup: roleRef?.apiGroup ?? '',
        Kind: roleRef?.kind ?? '',
        Name: roleRef?.name ?? '',
      };
      return [invalidValue('roleRef', shown, 'cannot change roleRef')];
    },
  };
}

/** The role that is named, without an API group that is empty. */
function named(binding: KubeObject): Record<string, string> {
  const { apiGroup: _, ...rest } = binding.roleRef ?? {};
  return rest;
}

function roleRefErrors(
  roleRef: Partial<Infer<typeof roleRefSchema>>,
  roleKinds: readonly string[],
): FieldError[] {
  const { apiGroup = '', kind = '', name = '' } = roleRef;
  const errors: FieldError[] = [];
  if (apiGroup !== rbacGroup) errors.push(notSupported('roleRef.apiGroup', apiGroup, [rbacGroup]));
  if (!roleKinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, roleKinds));
  if (name === '') errors.push(requiredValue('roleRef.name'));
  for (const problem of pathSegmentProblems(name)) errors.push(invalidValue('roleRef.name', name, problem));
  return errors;
}

function subjectErrors(subject: Partial<Subject>, isNamespaced: boolean, path: string): FieldError[] {
  const { kind = '', apiGroup = '', name = '', namespace = '' } = subject;
  const errors: FieldError[] = [];
  if (name === '') errors.push(requiredValue(`${path}.name`));
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') {
        const problems = dnsSubdomainProblems(name);
        errors.push(...problems.map((problem) => invalidValue(`${path}.name`, name, problem)));
      }
      if (apiGroup !== '') errors.push(notSupported(`${path}.apiGroup`, apiGroup, ['']));
      if (!isNamespaced && namespace === '') errors.push(requiredValue(`${path}.namespace`));
      break;
    case 'User':
    case 'Group':
      if (apiGroup !== rbacGroup) errors.push(notSupported(`${path}.apiGroup`, apiGroup, [rbacGroup]));
      break;
    default:
      errors.push(notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group']));
  }
  return errors;
}

export const bindingColumns: readonly ColumnDefinition[] = [
  nameColumn,
  {
    name: 'Role',
    type: 'string',
    description: 'The role that is given.',
    value: ({ roleRef }) => `${roleRef?.kind ?? ''}/${roleRef?.name ?? ''}`,
  },
  ageColumn,
  subjectsColumn('Users', 'User', 'Users who are given the role.'),
  subjectsColumn('Groups', 'Group', 'Groups that are given the role.'),
  subjectsColumn('ServiceAccounts', 'ServiceAccount', 'Service accounts that are given the role.'),
];

function subjectsColumn(name: string, kind: string, description: string): ColumnDefinition {
  return {
    name,
    type: 'string',
    priority: 1,
    description,
    value: ({ subjects = [] }) =>
      (subjects as Subject[])
        .filter((subject) => subject.kind === kind)
        .map((subject) =>
          kind === 'ServiceAccount' ? `${subject.namespace ?? ''}/${subject.name}` : subject.name,
        )
        .join(', '),
  };
}
