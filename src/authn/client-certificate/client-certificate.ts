/**
 * The user a verified client certificate names: common name → name, organizations → groups. Whether the
 * certificate is genuine was settled in the handshake; nothing is verified here.
 */
import type { Authentication, Authenticator, ClientCertificate, Credentials } from '../authenticator.ts';

export class ClientCertificateAuthenticator implements Authenticator {
  /** A connection shows the same object in all of its requests; the entry goes with it. */
  readonly #byConnection = new WeakMap<ClientCertificate, Authentication>();

  authenticate(credentials: Credentials): Authentication {
    const { peer } = credentials;
    if (peer === undefined) return 'none';
    if (peer === 'invalid') return 'invalid';
    let known = this.#byConnection.get(peer);
    if (known === undefined) {
      known = { user: { name: peer.commonName, uid: '', groups: peer.organizations, extra: {} } };
      this.#byConnection.set(peer, known);
    }
    return known;
  }
}
