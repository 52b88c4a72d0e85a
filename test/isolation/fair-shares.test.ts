/** A project that sends as much as a connection takes does not keep others waiting for all of it. */
import assert from 'node:assert/strict';
import type { ClientHttp2Session } from 'node:http2';
import { after, before, test } from 'node:test';
import { limits } from '../../src/apimachinery/limits.ts';
import { createOrganization, createProject, plane } from '../api/control-planes.ts';
import { ApiServer } from '../api-client.ts';

/** As many as a connection takes at one time, and some to spare. */
const flood = limits.streamsPerConnection - 100;
let server: ApiServer;

before(async () => {
  server = await ApiServer.start();
  await createOrganization(server, 'acme');
  for (const name of ['loud', 'quiet']) await createProject(server, name, 'Organization/acme');
});
after(() => server.stop());

/** The revision that the store gave it: writes have them in the order they were taken on. */
async function written(project: string, name: string, session?: ClientHttp2Session): Promise<number> {
  const { status, json } = await server.send(`${plane(project)}/api/v1/namespaces/default/configmaps`, {
    method: 'POST',
    body: { metadata: { name } },
    ...(session === undefined ? {} : { session }),
  });
  assert.equal(status, 201);
  return Number(json.metadata.resourceVersion);
}

test("a write is taken on before the end of another project's flood, all of which is taken on, too", async () => {
  const loud = server.connect();
  try {
    await written('loud', 'first', loud);
    for (let round = 0; round < 3; round++) {
      const all = Promise.all(
        Array.from({ length: flood }, (_, n) => written('loud', `flood-${round}-${n}`, loud)),
      );
      const own = await written('quiet', `written-${round}`);
      const before = (await all).filter((revision) => revision < own).length;
      assert.ok(before < flood / 2, `${before} of ${flood} came first`);
    }
  } finally {
    loud.close();
  }
  const { text } = await server.get('/metrics');
  assert.match(text, /^milo_fairness_waiting_requests 0$/m);
  const waits = Number(/^milo_fairness_wait_seconds_count (\d+)$/m.exec(text)?.[1]);
  assert.ok(waits > 0, `${waits} waited`);
});
