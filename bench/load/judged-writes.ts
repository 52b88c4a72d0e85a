/** Writes of whole custom objects of 2 KiB, every one different from what is stored, which ten rules judge. */
import type { Cleanup } from '../run/cleanup.ts';
import type { ServerUnderTest } from '../server/server-under-test.ts';
import { closedLoop, type Throughput, type Turn } from './closed-loop.ts';
import { Connections } from './connections.ts';
import { customDefinition, customObject, customPath, definitionsPath } from './custom-kinds.ts';
import type { HttpClient } from './http-client.ts';
import { mergePatchType, prepareRequest } from './lean-connection.ts';

/** Query and media type. */
const requestOf = {
  patch: ['', mergePatchType],
  apply: ['?fieldManager=bench-apply&force=true', undefined],
} as const;
export type JudgedWrite = keyof typeof requestOf;

const connections = 4;
const lanesPerConnection = 8;
const plural = 'judgeds';

/** Makes a project with the kind and an object for each request in flight; gives what measures one turn of writes. */
export async function judgedWrites(
  { target, tenancy, pid: serverPid }: ServerUnderTest,
  client: HttpClient,
  write: JudgedWrite,
  cleanup: Cleanup,
): Promise<(turn: Turn) => Promise<Throughput>> {
  const project = `writes-${write}`;
  await tenancy.create(client, project);
  const root = tenancy.controlPlane(project);
  await client.create(definitionsPath(root), customDefinition(plural, 'judged'));
  const names = Array.from({ length: connections * lanesPerConnection }, (_, lane) => `object-${lane}`);
  for (const name of names) await client.create(customPath(root, plural), customObject(plural, name));
  const [query, type] = requestOf[write];
  const requests = names.map((name) =>
    prepareRequest(target, 'PATCH', customPath(root, plural, name) + query, type),
  );
  const open = await Connections.open(target, connections);
  cleanup.add(() => open.close());
  let counter = 0;
  return (turn) =>
    closedLoop({
      connections: open,
      lanesPerConnection,
      ...turn,
      serverPid,
      next: (lane) => ({
        request: requests[lane]!,
        body: Buffer.from(JSON.stringify(customObject(plural, names[lane]!, ++counter))),
      }),
    });
}
