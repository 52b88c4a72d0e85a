/** Scale, autoscaling/v1. Field numbers are those of k8s.io/api/autoscaling/v1/generated.proto. */
import { kindSchema } from '../schema/meta.ts';
import { byValue, field, type Infer, integer, object, required, string } from '../schema/schema.ts';

const component = (type: string): string => `io.k8s.api.autoscaling.v1.${type}`;

const spec = object(
  { replicas: field(1, integer('int32'), 'How many instances are wanted.') },
  { name: component('ScaleSpec'), description: 'ScaleSpec is what is wanted of the scaled object.' },
);
const status = object(
  {
    replicas: required(1, integer('int32'), 'How many instances were seen.'),
    selector: field(2, string(), 'Label selector of the instances, as text.'),
  },
  { name: component('ScaleStatus'), description: 'ScaleStatus is what was seen of the scaled object.' },
);

export const scaleSchema = kindSchema({
  name: component('Scale'),
  description: 'Scale is the number of instances of another object, whatever its kind calls it.',
  fields: {
    spec: byValue(2, spec, 'What is wanted. Only this can be written.'),
    status: byValue(3, status, 'What was seen.'),
  },
});
export type Scale = Infer<typeof scaleSchema>;
