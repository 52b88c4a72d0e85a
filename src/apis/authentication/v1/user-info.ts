/** What is known of a user, as authentication.k8s.io says it. Field numbers are those of its generated.proto. */
import { field, list, map, object, string } from '../../../apimachinery/schema/schema.ts';

export const authenticationComponent = (type: string, version = 'v1'): string =>
  `io.k8s.api.authentication.${version}.${type}`;

export const atomicStrings = list(string(), { listType: 'atomic' });

export const userInfoSchema = object(
  {
    username: field(1, string(), 'Name of the user.'),
    uid: field(2, string(), 'What tells the user from a later namesake.'),
    groups: field(3, atomicStrings, 'Groups the user is in.'),
    extra: field(4, map(list(string())), 'What else the authenticator knows.'),
  },
  { name: authenticationComponent('UserInfo'), description: 'UserInfo says who somebody is.' },
);
