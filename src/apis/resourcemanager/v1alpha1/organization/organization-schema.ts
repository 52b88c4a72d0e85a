/** Fields of an Organization. It has no protobuf form. */
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  enumeration,
  field,
  integer,
  object,
  required,
  string,
} from '../../../../apimachinery/schema/schema.ts';
import { conditionsSchema } from '../../../conditions.ts';
import { componentName } from '../hierarchy.ts';

const address = object(
  {
    country: required(
      0,
      string({ pattern: '^[A-Z]{2}$' }),
      'Country, as its two capital letters of ISO 3166-1.',
    ),
    line1: field(0, string({ maxLength: 256 }), 'Street and number, or post office box.'),
    line2: field(0, string({ maxLength: 256 }), 'Floor, building, or whatever else finds the place.'),
    city: field(0, string({ maxLength: 128 }), 'City, town or village.'),
    region: field(0, string({ maxLength: 128 }), 'State, province or the like.'),
    postalCode: field(0, string({ maxLength: 32 }), 'Postal code, as the country writes it.'),
  },
  { name: componentName('ContactAddress'), description: 'A postal address.' },
);

const contactInfo = object(
  {
    email: required(
      0,
      string({ minLength: 1, maxLength: 256 }),
      'Address that mail to the organization goes to.',
    ),
    name: required(0, string({ minLength: 1, maxLength: 256 }), 'Who to ask for.'),
    businessName: field(0, string({ maxLength: 256 }), 'Name the organization does business under.'),
    address: field(0, address, 'Where the organization is.'),
  },
  { name: componentName('ContactInfo'), description: 'How to reach those responsible for the organization.' },
);

const spec = object(
  {
    type: field(
      0,
      enumeration(['Personal', 'Standard']),
      'Personal for one person, Standard for a group of people. It cannot be changed once given.',
    ),
    contactInfo: field(
      0,
      contactInfo,
      'How to reach those responsible. Onboarding is complete once it is filled in.',
    ),
  },
  { name: componentName('OrganizationSpec'), description: 'What is wanted of the organization.' },
);

const status = object(
  {
    observedGeneration: field(0, integer('int64'), 'The metadata.generation that this status is about.'),
    conditions: field(
      0,
      conditionsSchema,
      'What is known of the organization: Ready and OnboardingComplete.',
    ),
  },
  { name: componentName('OrganizationStatus'), description: 'The state of the organization.' },
);

export const organizationSchema = kindSchema({
  name: componentName('Organization'),
  description:
    'Organization is the top of a hierarchy: folders and projects lie under it, and its rules hold for them.',
  fields: {
    spec: field(0, spec, 'What is wanted of the organization.'),
    status: field(0, status, 'The state of the organization, written by the server.'),
  },
});
