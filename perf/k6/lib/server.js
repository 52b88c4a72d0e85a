// Where the server is and how it is asked: base URL, credentials, and one function for every request.
// The launcher (npm run k6) fills the environment from a kubeconfig; without it, set MILO_URL and MILO_TOKEN, or
// MILO_CERT and MILO_KEY (files), and SSL_CERT_FILE for the authority.
import { check } from 'k6';
import http from 'k6/http';
import { Counter, Rate, Trend } from 'k6/metrics';

const url = __ENV.MILO_URL || 'https://127.0.0.1:6443';
// Without the brackets of an IPv6 address.
const [, host] = /^https:\/\/\[?([^\]/]+?)\]?(?::\d+)?(?:\/|$)/.exec(url) || [];
const certificate = __ENV.MILO_CERT ? open(__ENV.MILO_CERT) : undefined;
const key = __ENV.MILO_KEY ? open(__ENV.MILO_KEY) : undefined;

// Every script has these among its options.
export const connection = {
  insecureSkipTLSVerify: __ENV.MILO_INSECURE === 'true',
  ...(certificate ? { tlsAuth: [{ domains: [host], cert: certificate, key }] } : {}),
  // A percentile that is not asked for here is not in the summary.
  summaryTrendStats: ['count', 'avg', 'min', 'med', 'p(90)', 'p(95)', 'p(99)', 'max'],
  discardResponseBodies: false,
  setupTimeout: '10m',
  teardownTimeout: '10m',
};

// By operation, in the tag `op`: what HTTP metrics would tell by URL, of which there is one for each object.
export const latency = new Trend('milo_latency', true);
export const failed = new Rate('milo_failed');
export const conflicts = new Counter('milo_conflicts');

const headers = {
  Accept: 'application/json',
  ...(__ENV.MILO_TOKEN ? { Authorization: `Bearer ${__ENV.MILO_TOKEN}` } : {}),
};

// `expected` are the statuses that count as success. Answers k6's response.
export function request(op, method, path, { body, type = 'application/json', expected = [200] } = {}) {
  const tags = { op, name: op };
  const response = http.request(method, `${url}${path}`, body === undefined ? null : JSON.stringify(body), {
    headers: body === undefined ? headers : { ...headers, 'Content-Type': type },
    tags,
    responseCallback: http.expectedStatuses(...expected),
  });
  const isExpected = expected.includes(response.status);
  latency.add(response.timings.duration, tags);
  failed.add(!isExpected, tags);
  if (response.status === 409 && !isExpected) conflicts.add(1, tags);
  if (!check(response, { 'answered as expected': () => isExpected }, tags) && __ENV.MILO_VERBOSE) {
    console.error(`${method} ${path}: ${response.status} ${response.body}`);
  }
  return response;
}
