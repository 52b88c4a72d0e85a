/** Runs a case on both servers at once: the namespace, then the requests in order, each answer against the other. */
import { type Answered, type Case, filled, post, type Request } from './case.ts';
import { type Difference, differences } from './compare.ts';
import type { Endpoint } from './endpoint.ts';
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
    const answer = await endpoint.send(filled(request, namespace, answered));
    if (request.name !== undefined) answered.set(request.name, decoded(answer).body);
    all.push(normalised(answer, names, Date.now()));
  }
  return all;
}
