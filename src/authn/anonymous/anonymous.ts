/** The user of a request without any credentials. Stands last: whoever showed bad ones does not get here. */
import {
  type Authentication,
  type Authenticator,
  allUnauthenticated,
  anonymousName,
} from '../authenticator.ts';

const anonymous: Authentication = {
  user: { name: anonymousName, uid: '', groups: [allUnauthenticated], extra: {} },
};

export class AnonymousAuthenticator implements Authenticator {
  authenticate(): Authentication {
    return anonymous;
  }
}
