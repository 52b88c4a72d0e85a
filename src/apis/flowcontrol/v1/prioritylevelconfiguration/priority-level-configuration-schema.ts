/** Fields of a PriorityLevelConfiguration. Field numbers are those of k8s.io/api/flowcontrol/v1/generated.proto. */
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  byValue,
  field,
  type Infer,
  integer,
  object,
  pointer,
  required,
  string,
} from '../../../../apimachinery/schema/schema.ts';
import { flowControlComponent as component, statusSchema } from '../conditions.ts';

export const priorityLevelConfigurationDescription =
  'PriorityLevelConfiguration is a share of what the server can do at a time, and what happens to requests beyond it.';

const int32 = integer('int32');

const queuing = object(
  {
    queues: byValue(1, int32, 'How many queues there are; 64 when not given.'),
    handSize: byValue(2, int32, 'How many queues a flow may be put into; 8 when not given.'),
    queueLengthLimit: byValue(3, int32, 'How many requests a queue holds; 50 when not given.'),
  },
  { name: component('QueuingConfiguration'), description: 'QueuingConfiguration says how requests wait.' },
);
export type Queuing = Infer<typeof queuing>;

const limitResponse = object(
  {
    type: required(1, string(), 'Queue or Reject.'),
    queuing: field(2, queuing, 'How requests wait, for type Queue.'),
  },
  {
    name: component('LimitResponse'),
    description: 'LimitResponse says what becomes of requests that cannot be served now.',
  },
);
export type LimitResponse = Infer<typeof limitResponse>;

const limited = object(
  {
    nominalConcurrencyShares: pointer(
      1,
      int32,
      'The share of the level, against the sum of all; 30 when not given, and 0 lets nothing through.',
    ),
    limitResponse: byValue(2, limitResponse, 'What becomes of requests beyond the share.'),
    lendablePercent: pointer(3, int32, 'How much of the share other levels may borrow, 0 to 100.'),
    borrowingLimitPercent: pointer(
      4,
      int32,
      'How much may be borrowed from other levels, against the own share. Without limit when not given.',
    ),
  },
  {
    name: component('LimitedPriorityLevelConfiguration'),
    description: 'LimitedPriorityLevelConfiguration is a share, and what happens beyond it.',
  },
);
export type LimitedLevel = Infer<typeof limited>;

const exempt = object(
  {
    nominalConcurrencyShares: pointer(
      1,
      int32,
      'What the level takes from the shares of others; not a limit.',
    ),
    lendablePercent: pointer(2, int32, 'How much of it other levels may borrow, 0 to 100.'),
  },
  {
    name: component('ExemptPriorityLevelConfiguration'),
    description: 'ExemptPriorityLevelConfiguration is what requests without limit leave to the others.',
  },
);
export type ExemptLevel = Infer<typeof exempt>;

const spec = object(
  {
    type: required(1, string(), 'Exempt or Limited.'),
    limited: field(2, limited, 'The share and its limits, for type Limited.'),
    exempt: field(3, exempt, 'What is left to others, for type Exempt.'),
  },
  {
    name: component('PriorityLevelConfigurationSpec'),
    description: 'How requests of the level are limited.',
  },
);

export const priorityLevelConfigurationSchema = kindSchema({
  name: component('PriorityLevelConfiguration'),
  description: priorityLevelConfigurationDescription,
  fields: {
    spec: byValue(2, spec, 'How requests of the level are limited.'),
    status: byValue(3, statusSchema('PriorityLevelConfiguration'), 'The state of the level.'),
  },
});
