/** What the port says of its connections, read when somebody asks. */
import type { Listener } from '../http/listener.ts';
import type { Registry } from '../metrics/registry.ts';

export function listenerMetrics(registry: Registry, listener: Listener): void {
  registry.counterOf(
    'apiserver_tls_handshake_errors_total',
    "Number of requests dropped with 'TLS handshake error from' error.",
    () => listener.handshakeErrors,
  );
  registry.gaugesOf('milo_connections', 'Open connections by what they speak.', ['protocol'], () => {
    const { http1, http2, handshake } = listener.connections;
    return [
      [['http/1.1'], http1],
      [['h2'], http2],
      [['handshake'], handshake],
    ];
  });
  registry.counterOf(
    'milo_connections_refused_total',
    'Connections that were refused because there were too many.',
    () => listener.dropped,
  );
}
