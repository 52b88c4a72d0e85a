/** A server with projects beside a webhook over TLS, and how tests configure the one to ask the other. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { type Answer, ApiServer, makeProjects } from '../api-client.ts';
import { type Behaviour, patchOf, type Review, WebhookServer } from './webhook-server.ts';

/** Of the test file that imports this; there from the first test on. */
export let server: ApiServer;
export let webhooks: WebhookServer;
before(async () => {
  server = await ApiServer.start({ projectEgressCidrs: ['127.0.0.0/8'] });
  webhooks = await WebhookServer.start(['hooks.providers.svc']);
  await makeProjects(server, 'acme', ['a', 'b', 'gold']);
});
after(async () => {
  await server.stop();
  await webhooks.stop();
});

export const registration = '/apis/admissionregistration.k8s.io/v1';
export const project = (name: string): string => `/projects/${name}/control-plane`;

export interface HookSettings {
  readonly name?: string;
  readonly plane?: string;
  readonly annotations?: Record<string, string>;
  /** Further fields of the one webhook. */
  readonly hook?: object;
  readonly rule?: object;
  readonly clientConfig?: object;
}
let made = 0;
export const newHookName = (): string => `h${made++}`;

/** Configures one webhook, about configmaps alone unless said otherwise. Gives back its end. */
export async function configure(
  kind: 'Mutating' | 'Validating',
  behaviour: Behaviour | ((review: Review) => Behaviour | Promise<Behaviour>),
  { name = newHookName(), plane = '', annotations, hook, rule, clientConfig }: HookSettings = {},
): Promise<{ path: string; end: () => Promise<void> }> {
  const path = `/${name}`;
  const collection = `${plane}${registration}/${kind.toLowerCase()}webhookconfigurations`;
  const answer = await server.post(collection, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
    webhooks: [
      {
        name: `${name}.example.com`,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: clientConfig ?? webhooks.at(path, behaviour),
        rules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'], ...rule },
        ],
        ...hook,
      },
    ],
  });
  assert.equal(answer.status, 201, answer.text);
  return {
    path,
    end: async () => {
      assert.equal((await server.remove(`${collection}/${name}`)).status, 200);
    },
  };
}

let objects = 0;
export const newName = (): string => `o${objects++}`;
export const maps = (plane = ''): string => `${plane}/api/v1/namespaces/default/configmaps`;
export const createMap = (plane = '', metadata: object = {}, data: object = {}): Promise<Answer> =>
  server.post(maps(plane), { metadata: { name: newName(), ...metadata }, data });

/** A mutating webhook that leaves its letter. */
export const append =
  (letter: string) =>
  (review: Review): Behaviour =>
    patchOf([{ op: 'add', path: '/data/order', value: `${review.object.data?.order ?? ''}${letter}` }]);
