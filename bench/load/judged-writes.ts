/** Writes of whole custom objects of 2 KiB, every one different from what is stored, which ten rules judge. */
import type { Cleanup } from '../run/cleanup.ts';
import type { ServerUnderTest } from '../server/server-under-test.ts';
import { customDefinition, customObject, customPath, definitionsPath } from './custom-kinds.ts';
import type { HttpClient } from './http-client.ts';
import { mergePatchType, prepareRequest } from './lean-connection.ts';
import { lanes, type MeasureTurn, measuredTurns } from './measured-turns.ts';

/** Query and media type. */
const requestOf = {
  patch: ['', mergePatchType],
  apply: ['?fieldManager=bench-apply&force=true', undefined],
} as const;
export type JudgedWrite = keyof typeof requestOf;

const plural = 'judgeds';

/** Makes a project with the kind and an object for each request in flight; gives what measures one turn of writes. */
export async function judgedWrites(
  server: ServerUnderTest,
  client: HttpClient,
  write: JudgedWrite,
  cleanup: Cleanup,
): Promise<MeasureTurn> {
  const { target, tenancy } = server;
  const project = `writes-${write}`;
  await tenancy.create(client, project);
  const root = tenancy.controlPlane(project);
  await client.create(definitionsPath(root), customDefinition(plural, 'judged'));
  const names = Array.from({ length: lanes }, (_, lane) => `object-${lane}`);
  for (const name of names) await client.create(customPath(root, plural), customObject(plural, name));
  const [query, type] = requestOf[write];
  const requests = names.map((name) =>
    prepareRequest(target, 'PATCH', customPath(root, plural, name) + query, type),
  );
  let counter = 0;
  return measuredTurns(
    server,
    (lane) => ({
      request: requests[lane]!,
      body: Buffer.from(JSON.stringify(customObject(plural, names[lane]!, ++counter))),
    }),
    cleanup,
  );
}
