/**
 * Custom kinds of the load: definitions as providers write them (a spec with lists and maps, a status, printer columns,
 * ten rules) and objects of them that are about 2 KiB as served.
 */
import type { HttpClient } from './http-client.ts';

const group = 'bench.example.com';
const version = 'v1';
const namespaceOfObjects = 'default';

/** Ten, none of which is the same as another; all hold of `customObject`. */
const rules: readonly string[] = [
  'self.replicas <= self.maxReplicas',
  'self.minReplicas <= self.replicas',
  "self.image.contains(':')",
  '!has(self.paused) || !self.paused || self.replicas == 0',
  'self.ports.all(port, port.number > 0 && port.number < 65536)',
  "self.ports.exists(port, port.name == 'http')",
  "self.labels.all(key, key.startsWith('bench-'))",
  'size(self.arguments) <= 32',
  "self.host.matches('^[a-z0-9.-]+$')",
  'self.image.size() + self.host.size() < 512',
];

/**
 * `variant` distinguishes schemas: definitions of one variant have the same bytes, of two never. `paddingFields` makes
 * the schema longer.
 */
export function customDefinition(plural: string, variant: string, paddingFields = 40): object {
  const short = (extra: object = {}): object => ({ type: 'string', maxLength: 256, ...extra });
  const number = { type: 'integer', format: 'int32', minimum: 0 };
  const padding = Array.from({ length: paddingFields }, (_, at) => [
    `option${at}`,
    short({ description: `Option ${at} of ${variant}: what it is for takes a sentence to say.` }),
  ]);
  const spec = {
    type: 'object',
    required: ['replicas', 'image'],
    properties: {
      replicas: { ...number, default: 1 },
      minReplicas: { ...number, default: 0 },
      maxReplicas: { ...number, default: 100 },
      paused: { type: 'boolean' },
      image: short(),
      host: short({ default: 'localhost' }),
      counter: short(),
      arguments: { type: 'array', maxItems: 64, items: short() },
      labels: { type: 'object', maxProperties: 64, additionalProperties: short() },
      ports: {
        type: 'array',
        maxItems: 16,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: {
          type: 'object',
          required: ['name', 'number'],
          properties: { name: short(), number: { ...number, maximum: 65535 } },
        },
      },
      ...Object.fromEntries(padding),
    },
    'x-kubernetes-validations': rules.map((rule) => ({ rule, message: `breaks: ${rule}` })),
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: kindOf(plural).toLowerCase(), kind: kindOf(plural) },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [{ name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' }],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec,
                status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              },
            },
          },
        },
      ],
    },
  };
}

export function customObject(plural: string, name: string, counter = 0): object {
  const numbered = <T>(total: number, of: (at: number) => T): T[] =>
    Array.from({ length: total }, (_, at) => of(at));
  return {
    apiVersion: `${group}/${version}`,
    kind: kindOf(plural),
    metadata: { name, namespace: namespaceOfObjects },
    spec: {
      counter: String(counter).padStart(10, '0'),
      replicas: 3,
      minReplicas: 1,
      maxReplicas: 10,
      image: 'registry.example.com/bench/server:1.2.3',
      host: 'bench.example.com',
      arguments: numbered(16, (at) => `--argument-${at}=${'x'.repeat(32)}`),
      labels: Object.fromEntries(numbered(8, (at) => [`bench-${at}`, 'y'.repeat(24)])),
      ports: numbered(4, (at) => ({ name: at === 0 ? 'http' : `port-${at}`, number: 8080 + at })),
    },
  };
}

/** `root`: in front of the paths of a control plane. */
export function definitionsPath(root: string): string {
  return `${root}/apis/apiextensions.k8s.io/v1/customresourcedefinitions`;
}

/** Of all objects when `name` is absent. */
export function customPath(root: string, plural: string, name?: string): string {
  const collection = `${root}/apis/${group}/${version}/namespaces/${namespaceOfObjects}/${plural}`;
  return name === undefined ? collection : `${collection}/${name}`;
}

/** Creates a definition and, in the next request, an object of it. */
export async function defineAndUse(
  client: HttpClient,
  root: string,
  plural: string,
  definition: object,
): Promise<void> {
  await client.create(definitionsPath(root), definition);
  await client.create(customPath(root, plural), customObject(plural, 'first'));
}

function kindOf(plural: string): string {
  return plural.charAt(0).toUpperCase() + plural.slice(1, -1);
}
