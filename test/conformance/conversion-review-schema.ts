/**
 * ConversionReview, apiextensions.k8s.io/v1: what a conversion webhook is asked, and what it answers. The server writes
 * and reads it as JSON, by hand; as a schema it is another test of the codecs. Field numbers are those of
 * k8s.io/apiextensions-apiserver apiextensions/v1/generated.proto.
 */
import { statusSchema, typeFields } from '../../src/apimachinery/schema/meta.ts';
import { any, byValue, field, list, object, required, string } from '../../src/apimachinery/schema/schema.ts';
import { component } from '../../src/apis/apiextensions/v1/component.ts';

const request = object(
  {
    uid: required(1, string(), 'Names this question.'),
    desiredAPIVersion: required(2, string(), 'The version that is wanted.'),
    objects: required(3, list(any()), 'The objects, each in a version that it is not wanted in.'),
  },
  {
    name: component('ConversionRequest'),
    description: 'ConversionRequest is what a webhook is asked to convert.',
  },
);
const response = object(
  {
    uid: required(1, string(), 'The question that this answers.'),
    convertedObjects: required(2, list(any()), 'The objects, as many and in the same order.'),
    result: byValue(3, statusSchema, 'Success, or why there are no objects.'),
  },
  { name: component('ConversionResponse'), description: 'ConversionResponse is the answer of a webhook.' },
);

export const conversionReviewSchema = object(
  {
    ...typeFields,
    request: field(1, request, 'What the webhook is asked.'),
    response: field(2, response, 'What it answers.'),
  },
  { name: component('ConversionReview'), description: 'ConversionReview asks a webhook to convert objects.' },
);
