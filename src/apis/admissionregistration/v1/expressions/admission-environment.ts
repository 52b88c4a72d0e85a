/**
 * What expressions of admission may speak of: the object and what it was, the request, its namespace, parameters,
 * variables, permissions, and, where they make patches, the types of those. Source: apiserver
 * pkg/admission/plugin/cel/compile.go and pkg/cel/mutation.
 */
import { CelEnvironment } from '../../../../apimachinery/cel/cel.ts';
import {
  hasKubernetesCallCost,
  kubernetesCallCost,
} from '../../../../apimachinery/cel/cost/kubernetes-call-costs.ts';
import { authorizerType, resourceCheckType } from '../../../../apimachinery/cel/libraries/authorization.ts';
import {
  JsonPatchValue,
  jsonPatchLibrary,
  jsonPatchType,
} from '../../../../apimachinery/cel/libraries/json-patch.ts';
import { kubernetesLibraries } from '../../../../apimachinery/cel/libraries/kubernetes-libraries.ts';
import {
  boolType,
  type CelType,
  dynType,
  intType,
  listOf,
  mapOf,
  type ObjectType,
  objectType,
  stringType,
  timestampType,
} from '../../../../apimachinery/cel/types.ts';
import { CelError, CelObject, type CelValue } from '../../../../apimachinery/cel/values.ts';
import { limits } from '../../../../apimachinery/limits.ts';
import type { AdmissionCompiler, Declarations } from './compiled-expressions.ts';

const object = (name: string, fields: Readonly<Record<string, CelType>>): ObjectType =>
  objectType(name, new Map(Object.entries(fields)));

const kindType = object('kubernetes.GroupVersionKind', {
  group: stringType,
  version: stringType,
  kind: stringType,
});
const resourceType = object('kubernetes.GroupVersionResource', {
  group: stringType,
  version: stringType,
  resource: stringType,
});
const requestType = object('kubernetes.AdmissionRequest', {
  kind: kindType,
  resource: resourceType,
  subResource: stringType,
  requestKind: kindType,
  requestResource: resourceType,
  requestSubResource: stringType,
  name: stringType,
  namespace: stringType,
  operation: stringType,
  userInfo: object('kubernetes.UserInfo', {
    username: stringType,
    uid: stringType,
    groups: listOf(stringType),
    extra: mapOf(stringType, listOf(stringType)),
  }),
  dryRun: boolType,
  options: dynType,
});
/** Without what is nobody's business: who manages which field, and what owns it. */
const namespaceType = object('kubernetes.Namespace', {
  metadata: object('kubernetes.NamespaceMetadata', {
    name: stringType,
    generateName: stringType,
    namespace: stringType,
    labels: mapOf(stringType, stringType),
    annotations: mapOf(stringType, stringType),
    UID: stringType,
    creationTimestamp: timestampType,
    deletionGracePeriodSeconds: intType,
    deletionTimestamp: timestampType,
    generation: intType,
    resourceVersion: stringType,
    finalizers: listOf(stringType),
  }),
  spec: object('kubernetes.NamespaceSpec', { finalizers: listOf(stringType) }),
  status: object('kubernetes.NamespaceStatus', {
    conditions: listOf(
      object('kubernetes.NamespaceCondition', {
        status: stringType,
        type: stringType,
        lastTransitionTime: timestampType,
        message: stringType,
        reason: stringType,
      }),
    ),
    phase: stringType,
  }),
});

/** What an ApplyConfiguration evaluates to. */
export const patchedObjectType = patchedType('Object');

/** `Object` and `Object.spec.template`: known by their names; what fields they may have is seen when they are applied. */
function patchedType(name: string): ObjectType {
  return { kind: 'object', name, field: () => dynType };
}

class PatchedObject extends CelObject {
  readonly typeName: string;
  readonly #fields: ReadonlyMap<string, CelValue>;
  constructor(typeName: string, fields: ReadonlyMap<string, CelValue>) {
    super();
    this.typeName = typeName;
    this.#fields = fields;
  }
  get(field: string): CelValue | undefined {
    return this.#fields.get(field);
  }
  has(field: string): boolean {
    return this.#fields.has(field);
  }
  fields(): Iterable<string> {
    return this.#fields.keys();
  }
}

const isPatched = (name: string): boolean => name === 'Object' || name.startsWith('Object.');

function findPatchType(name: string): CelType | undefined {
  if (name === jsonPatchType.name) return jsonPatchType;
  return isPatched(name) ? patchedType(name) : undefined;
}

function makePatch(name: string, fields: ReadonlyMap<string, CelValue>): CelValue {
  if (name === jsonPatchType.name) return new JsonPatchValue(fields);
  if (isPatched(name)) return new PatchedObject(name, fields);
  throw new CelError(`unknown type: ${name}`);
}

const base = new CelEnvironment({
  libraries: kubernetesLibraries(),
  variables: { object: dynType, oldObject: dynType, request: requestType, namespaceObject: namespaceType },
  homogeneousLiterals: true,
  checksLiterals: true,
  foldsConstants: true,
  hasCallCost: hasKubernetesCallCost,
});
const withPatches = base.extend({
  libraries: [jsonPatchLibrary],
  findType: findPatchType,
  makeObject: makePatch,
});

function environmentFor({
  hasParams,
  hasAuthorizer,
  hasPatchTypes,
  variables,
}: Declarations): CelEnvironment {
  return (hasPatchTypes ? withPatches : base).extend({
    variables: {
      ...(hasParams ? { params: dynType } : {}),
      ...(hasAuthorizer
        ? { authorizer: authorizerType, 'authorizer.requestResource': resourceCheckType }
        : {}),
      ...(variables === undefined ? {} : { variables: objectType('kubernetes.variables', variables) }),
    },
  });
}

/** For checking alone: the same, with what is known of the object and the parameters. */
export function typedEnvironment(types: {
  readonly object: CelType;
  readonly params: CelType | undefined;
  readonly variables: ReadonlyMap<string, CelType>;
}): CelEnvironment {
  const { object, params, variables } = types;
  const hasParams = params !== undefined;
  return environmentFor({ hasParams, hasAuthorizer: true, hasPatchTypes: false, variables }).extend({
    variables: { object, oldObject: object, ...(hasParams ? { params } : {}) },
  });
}

export const admissionCompiler: AdmissionCompiler = {
  compile(source, declarations) {
    const compiled = environmentFor(declarations).compile(source);
    if (compiled.program === undefined) return { issues: compiled.text };
    const { program } = compiled;
    return {
      type: program.checked.type,
      evaluate(variables, costLimit) {
        const deadline = performance.now() + limits.admissionCallMs;
        const isInterrupted = (): boolean => performance.now() > deadline;
        return program.evaluate(variables, { costLimit, callCost: kubernetesCallCost, isInterrupted });
      },
    };
  },
};
