/**
 * Milo and a real kube-apiserver, asked the same. Wants a peer that the tests may fill with namespaces: README.md says
 * how to build and start one.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApiServer } from '../api-client.ts';
import { cases } from './cases/cases.ts';
import { Endpoint } from './endpoint.ts';
import { knownDifferences } from './known-differences.ts';
import { type Found, runCase } from './run-case.ts';

const { MILO_PEER_URL: peerUrl, MILO_PEER_TOKEN: peerToken } = process.env;
const skip =
  peerUrl === undefined || peerToken === undefined
    ? 'no kube-apiserver to compare with: MILO_PEER_URL and MILO_PEER_TOKEN are not set'
    : false;
/** The user of the peer's token, so that both servers name the same one. */
const token = 'differential';
const tokens = `${token},admin,admin-uid,"system:masters"\n`;

let server: ApiServer;
let ours: Endpoint;
let theirs: Endpoint;
before(async () => {
  if (skip !== false) return;
  server = await ApiServer.start({ tokens });
  ours = new Endpoint(server.url, token, server.credentials.ca);
  theirs = new Endpoint(peerUrl!, peerToken!);
});
after(async () => {
  if (skip !== false) return;
  ours.close();
  theirs.close();
  await server.stop();
});

const run = Date.now().toString(36);
const met = new Set<unknown>();
for (const [i, one] of cases.entries()) {
  test(one.name, { skip }, async () => {
    const found = await runCase(one, `diff-${run}-${i}`, ours, theirs);
    assert.deepEqual(found.filter(isUnknown), []);
  });
}

function isUnknown({ request, at }: Found): boolean {
  const known = knownDifferences.filter((entry) => entry.request.test(request) && entry.at.test(at));
  for (const entry of known) met.add(entry);
  return known.length === 0;
}

test('every known difference still occurs', { skip }, () => {
  assert.deepEqual(
    knownDifferences.filter((entry) => !met.has(entry) && entry.isOccasional !== true),
    [],
  );
});
