/** What Node says of a connection that failed, in the words of Go's network packages, which people and their tests know. */
const certificateProblems: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'x509: certificate signed by unknown authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'x509: certificate signed by unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'x509: certificate signed by unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'x509: certificate signed by unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'x509: certificate signed by unknown authority',
  CERT_HAS_EXPIRED: 'x509: certificate has expired or is not yet valid',
  CERT_NOT_YET_VALID: 'x509: certificate has expired or is not yet valid',
};

/** `server` is the host and port as people wrote them. */
export function networkProblem(
  { code = '', message, hostname }: NodeJS.ErrnoException & { readonly hostname?: string },
  server: string,
): string {
  const certificate = certificateProblems[code];
  if (certificate !== undefined) return `tls: failed to verify certificate: ${certificate}`;
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `tls: failed to verify certificate: x509: ${message}`;
    case 'ECONNREFUSED':
      return `dial tcp ${server}: connect: connection refused`;
    case 'EHOSTUNREACH':
      return `dial tcp ${server}: connect: no route to host`;
    case 'ENETUNREACH':
      return `dial tcp ${server}: connect: network is unreachable`;
    case 'ETIMEDOUT':
      return `dial tcp ${server}: connect: connection timed out`;
    case 'ENOTFOUND':
    case 'ENODATA':
      return `dial tcp: lookup ${hostname ?? server.replace(/:\d+$/, '')}: no such host`;
    case 'ECONNRESET':
      return message === 'socket hang up' ? 'EOF' : `read tcp ${server}: read: connection reset by peer`;
    case 'EPIPE':
      return `write tcp ${server}: write: broken pipe`;
    case 'EPROTO':
      return 'tls: first record does not look like a TLS handshake';
  }
  return message;
}
