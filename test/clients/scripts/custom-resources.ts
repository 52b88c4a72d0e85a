/** A kind that its users define: from its definition to the last of its objects. */
import { manifest, type Script } from '../script.ts';

const group = '$ID.crud.example.com';
const definition = (titleMax: number): string =>
  manifest({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    // What the platform has of it is not given to projects, where others define it too.
    metadata: {
      name: `gadgets.${group}`,
      annotations: { 'discovery.miloapis.com/parent-contexts': 'Platform' },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', shortNames: ['gg$ID'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
          },
          additionalPrinterColumns: [
            { name: 'Title', type: 'string', jsonPath: '.spec.title' },
            { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas', priority: 1 },
          ],
          schema: {
            openAPIV3Schema: {
              description: 'Gadget is a thing.',
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  required: ['title'],
                  properties: {
                    title: {
                      description: 'What it is called.',
                      type: 'string',
                      minLength: 1,
                      maxLength: titleMax,
                    },
                    replicas: { type: 'integer', format: 'int32', default: 1 },
                  },
                  'x-kubernetes-validations': [{ rule: 'self.replicas <= 3', message: 'no more than three' }],
                },
                status: { type: 'object', properties: { replicas: { type: 'integer' } } },
              },
            },
          },
        },
      ],
    },
  });
const gadget = (name: string, spec: object): string =>
  manifest({ apiVersion: `${group}/v1`, kind: 'Gadget', metadata: { name }, spec });

const first = gadget('a', { title: 'first' });
const second = gadget('a', { title: 'second', replicas: 2 });

export const customResources: Script = {
  name: 'custom',
  steps: [
    { kubectl: 'apply -f -', stdin: definition(20), stdout: `gadgets.${group} created` },
    {
      kubectl: `wait --for=condition=Established crd/gadgets.${group} --timeout=10s`,
      stdout: 'condition met',
    },
    { kubectl: `get crd gadgets.${group}`, stdout: /^NAME +CREATED AT$/m },
    {
      kubectl: `api-resources --api-group=${group}`,
      stdout: /^gadgets +gg\S+ +\S+\/v1 +true +Gadget$/m,
    },
    {
      kubectl: `explain gadgets.spec --api-version=${group}/v1`,
      stdout: [/^KIND: +Gadget$/m, /title.*<string>.*-required-/, /What it is called\./],
    },

    { kubectl: 'apply -f -', stdin: first, stdout: `gadget.${group}/a created` },
    { kubectl: 'apply -f -', stdin: first, stdout: `gadget.${group}/a unchanged` },
    { kubectl: 'diff -f -', stdin: first, stdout: /^$/ },
    {
      kubectl: 'diff -f -',
      stdin: second,
      exit: 1,
      stdout: [/^- {2}title: first$/m, /^\+ {2}title: second$/m],
    },
    { kubectl: 'apply -f -', stdin: second, stdout: `gadget.${group}/a configured` },
    { kubectl: 'apply --server-side --force-conflicts -f -', stdin: second, stdout: 'serverside-applied' },
    { kubectl: `get gadgets.${group}`, stdout: [/^NAME +TITLE$/m, /^a +second$/m] },
    { kubectl: 'get gg$ID -o wide', stdout: [/^NAME +TITLE +REPLICAS$/m, /^a +second +2$/m] },

    {
      kubectl: ['patch', `gadgets.${group}`, 'a', '--type=merge', '-p', '{"spec":{"replicas":4}}'],
      exit: 1,
      stderr: 'no more than three',
    },
    {
      kubectl: 'create -f -',
      stdin: gadget('b', { title: 'unknown', colour: 'red' }),
      exit: 1,
      stderr: 'unknown field "spec.colour"',
    },
    {
      kubectl: 'create -f -',
      stdin: gadget('b', {}),
      exit: 1,
      stderr: /spec\.title: Required value|missing required field "title"/,
    },
    {
      kubectl: [
        'patch',
        `gadgets.${group}`,
        'a',
        '--type=json',
        '-p',
        '[{"op":"remove","path":"/spec/replicas"}]',
      ],
      stdout: 'patched',
    },
    {
      kubectl: `get gadgets.${group} a -o json`,
      fields: { 'spec.replicas': 1, 'metadata.generation': 3 },
    },
    { kubectl: `scale gadgets.${group}/a --replicas=3`, stdout: 'scaled' },
    { kubectl: `scale gadgets.${group}/a --replicas=4`, exit: 1, stderr: 'no more than three' },
    {
      kubectl: [
        ...['patch', `gadgets.${group}`, 'a', '--subresource=status', '--type=merge', '-p'],
        '{"spec":{"title":"not this"},"status":{"replicas":3}}',
      ],
      stdout: 'patched',
    },
    {
      kubectl: `get gadgets.${group} a -o json`,
      fields: {
        'spec.title': 'second',
        'spec.replicas': 3,
        'status.replicas': 3,
        'metadata.generation': 4,
      },
    },
    { kubectl: `wait --for=jsonpath={.status.replicas}=3 gadgets.${group}/a --timeout=5s`, stdout: 'met' },

    // A change of the definition counts from then on, and an object that it would refuse is left alone.
    { kubectl: 'apply -f -', stdin: definition(5), stdout: `gadgets.${group} configured` },
    { kubectl: `label gadgets.${group} a kept=yes`, stdout: 'labeled' },
    {
      kubectl: 'create -f -',
      stdin: gadget('b', { title: 'longer' }),
      exit: 1,
      stderr: 'Too long',
      eventually: true,
    },
    { kubectl: `delete gadgets.${group} a`, stdout: /gadget\.\S+ "a" deleted/ },
    { kubectl: `get gadgets.${group} a`, exit: 1, stderr: 'NotFound' },
    { kubectl: 'create -f -', stdin: gadget('c', { title: 'last' }), stdout: 'created' },
    { kubectl: `delete crd gadgets.${group} --timeout=20s`, stdout: 'deleted' },
    { kubectl: `get gadgets.${group}`, exit: 1, stderr: "the server doesn't have a resource type" },
  ],
};
