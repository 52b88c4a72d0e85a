/** Runs a case on both servers at once: the namespace, then the requests in order, each answer against the other. */
import { setTimeout as wait } from 'node:timers/promises';
import type { JsonValue } from '../../src/apimachinery/object-meta.ts';
import { type Answered, type Case, filled, post, type Request } from './case.ts';
import { type Difference, differences } from './compare.ts';
import type { Answer, Endpoint } from './endpoint.ts';
import { decoded, Names, type Normalised, normalised } from './normalised.ts';

export interface Found extends Difference {
  /** The case, the request's number from 0 and what it was: `get of nothing / 0 GET /api/v1/…`. */
  readonly request: string;
}

export async function runCase(
  { name, requests }: Case,
  namespace: string,
  ours: Endpoint,
  theirs: Endpoint,
): Promise<Found[]> {
  const [mine, other] = await Promise.all([
    answers(requests, namespace, ours),
    answers(requests, namespace, theirs),
  ]);
  return requests.flatMap(({ method, path }, i) =>
    differences(mine[i]!, other[i]!).map((difference) => ({
      request: `${name} / ${i} ${method} ${path}`,
      ...difference,
    })),
  );
}

const settleMsMax = 20_000;
const settleStepMs = 50;

/** The answer once it is what the request waits for, or what it still is when that takes too long. */
async function settled(request: Request, endpoint: Endpoint): Promise<Answer> {
  const endMs = Date.now() + settleMsMax;
  for (;;) {
    const answer = await endpoint.send(request);
    if (request.until === undefined || Date.now() > endMs) return answer;
    const [at, text] = request.until;
    const { status, headers, body } = normalised(answer, new Names(), Date.now());
    if (text.test(placeIn({ status, headers, body }, at.split('.')))) return answer;
    await wait(settleStepMs);
  }
}

function placeIn(value: JsonValue, path: readonly string[]): string {
  const found = path.reduce<JsonValue | undefined>(
    (inner, key) => Object.entries(inner ?? {}).find(([name]) => name === key)?.[1],
    value,
  );
  return typeof found === 'string' ? found : JSON.stringify(found ?? null);
}

async function answers(
  requests: readonly Request[],
  namespace: string,
  endpoint: Endpoint,
): Promise<Normalised[]> {
  const names = new Names();
  const answered: Map<string, Answered extends ReadonlyMap<string, infer Body> ? Body : never> = new Map();
  const made = await endpoint.send(post('/api/v1/namespaces', { metadata: { name: namespace } }));
  if (made.status !== 201) throw new Error(`no namespace ${namespace}: ${made.bytes}`);
  const all: Normalised[] = [];
  for (const request of requests) {
    const answer = await settled(filled(request, namespace, answered), endpoint);
    if (request.name !== undefined) answered.set(request.name, decoded(answer).body);
    // Who waits for controllers sees revisions that others wrote: they are not counted.
    const own = request.until === undefined ? names : new Names();
    all.push(normalised(answer, own, Date.now()));
  }
  return all;
}
