/** Fields of a Project. It has no protobuf form. */
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  enumeration,
  field,
  integer,
  list,
  object,
  required,
  time,
} from '../../../../apimachinery/schema/schema.ts';
import { conditionsSchema } from '../../../conditions.ts';
import { componentName, parentRefSchema } from '../hierarchy.ts';

const spec = object(
  {
    ownerRef: required(
      0,
      parentRefSchema('OwnerReference', 'The organization or folder that a project is directly under.'),
      'What the project is directly under. It may move between the folders of its organization.',
    ),
  },
  { name: componentName('ProjectSpec'), description: 'What is wanted of the project.' },
);

const suspension = object(
  {
    reason: required(
      0,
      enumeration(['Fraud', 'Abuse', 'Billing', 'Compliance', 'Administrative']),
      'Why the project is suspended.',
    ),
    suspendedAt: required(0, time(), 'Since when.'),
    reinstateAuthority: required(
      0,
      enumeration(['Operator', 'Consumer']),
      'Who may end it: those who run the platform, or those who use the project.',
    ),
  },
  { name: componentName('ProjectSuspensionStatus'), description: 'One suspension in force.' },
);

const status = object(
  {
    conditions: field(
      0,
      conditionsSchema,
      'What is known of the project: Ready, and ResourceCleanup once deleted.',
    ),
    startRevision: field(
      0,
      integer('int64'),
      'The history of the control plane lies behind this resourceVersion; older ones are not its own.',
    ),
    suspensions: field(
      0,
      list(suspension),
      'The suspensions in force; while there is one, the project takes no writes.',
    ),
  },
  { name: componentName('ProjectStatus'), description: 'The state of the project.' },
);

export const projectSchema = kindSchema({
  name: componentName('Project'),
  description:
    'Project is a control plane of its own: an API with its own namespaces and objects, apart from all others.',
  fields: {
    spec: required(0, spec, 'What is wanted of the project.'),
    status: field(0, status, 'The state of the project, written by the server.'),
  },
});
