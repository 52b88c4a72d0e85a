/** An engine in memory with dynamic admission, for tests of policies. */

import { ConfiguredAdmission } from '../src/admission/dynamic-admission.ts';
import type { JsonObject, KubeObject } from '../src/apimachinery/object-meta.ts';
import { admissionCompiler } from '../src/apis/admissionregistration/v1/expressions/admission-environment.ts';
import {
  type AdmissionCompiler,
  CompiledExpressions,
} from '../src/apis/admissionregistration/v1/expressions/compiled-expressions.ts';
import { builtInDefinitions } from '../src/apis/definitions.ts';
import { must } from '../src/lib/assert.ts';
import { systemClock } from '../src/lib/clock.ts';
import { create } from '../src/registry/create.ts';
import { DefinitionTable } from '../src/registry/definition-table.ts';
import { onlyBuiltIn } from '../src/registry/definitions.ts';
import { deleteObject } from '../src/registry/delete.ts';
import { Egress } from '../src/registry/egress.ts';
import { type Engine, keyOf, type Target, type WriteOptions } from '../src/registry/engine.ts';
import { recordOf } from '../src/registry/stored-object.ts';
import { Turns } from '../src/registry/turns.ts';
import { typedObject } from '../src/registry/typed-object.ts';
import { update } from '../src/registry/update.ts';
import type { Tenant } from '../src/request/context.ts';
import { ReferenceStore } from '../src/storage/conformance/reference-store.ts';
import { tenantOfPlatform, tenantOfProject } from '../src/storage/keys.ts';
import { WatchHub } from '../src/storage/watch-hub.ts';

/** How often an expression has been compiled. */
export let compilations = 0;
/** The language, but for expressions that say they are dear. */
const compiler: AdmissionCompiler = {
  compile(source, declarations) {
    compilations += 1;
    const compiled = admissionCompiler.compile(source, declarations);
    if ('issues' in compiled || !source.includes('dear')) return compiled;
    const cost = 6_000_000;
    return { ...compiled, evaluate: (...given) => ({ ...compiled.evaluate(...given), cost }) };
  },
};

export const platform: Tenant = {
  id: tenantOfPlatform,
  surface: { kind: 'Platform', name: '' },
  startRevision: 0,
};
export const projectP: Tenant = {
  id: tenantOfProject('p', 'uid-p'),
  surface: { kind: 'Project', name: 'p' },
  startRevision: 0,
};
const registration = 'admissionregistration.k8s.io';

/** Writes of one user, with nothing but what policies have to say about them. */
export class World {
  readonly warnings: string[] = [];
  readonly engine: Engine;
  readonly #options: WriteOptions;

  constructor() {
    const store = new ReferenceStore();
    const definitions = onlyBuiltIn(
      new DefinitionTable(builtInDefinitions),
      (tenant) => tenant === tenantOfPlatform,
    );
    let uids = 0;
    this.engine = {
      store,
      hub: new WatchHub(store),
      definitions,
      plugins: [],
      dynamic: new ConfiguredAdmission({
        store,
        definitions,
        expressions: new CompiledExpressions(compiler),
        egress: new Egress([]),
        random: () => 0,
        observe: () => {},
        answer: ({ verb }) => ({ isAllowed: verb === 'get', reason: '' }),
      }),
      turns: new Turns(),
      clock: systemClock,
      newUid: () => `uid-${uids++}`,
      renewed: () => undefined,
      random: Math.random,
    };
    this.#options = {
      user: { name: 'ann', uid: '', groups: [], extra: {} },
      dryRun: false,
      fieldManager: 'test',
      terms: { options: {}, untilMs: Number.POSITIVE_INFINITY, signal: new AbortController().signal },
      warn: (message) => this.warnings.push(message),
    };
  }

  target(resource: string, name = '', tenant = platform): Target {
    const group = resource.includes('admission') ? registration : '';
    const served = must(this.engine.definitions.of(tenant.id).find(group, 'v1', resource), resource);
    const namespace = served.definition.scope === 'Namespaced' ? 'default' : '';
    return { served, tenant, namespace, name };
  }

  /** As it is given: also what its kind would refuse by now. */
  async store(resource: string, object: object, tenant = platform): Promise<void> {
    const { served } = this.target(resource, '', tenant);
    const { kind } = served.definition;
    const whole = {
      apiVersion: `${registration}/v1`,
      kind,
      ...structuredClone(object),
    } as unknown as JsonObject;
    const stored = typedObject(served, whole);
    const key = { ...keyOf(this.target(resource, stored.metadata.name ?? '', tenant)) };
    await this.engine.store.commit([
      { kind: 'put', key, record: recordOf(served.form, stored, 0), expect: 0 },
    ]);
  }

  async create(resource: string, object: object, tenant = platform): Promise<KubeObject> {
    const target = this.target(resource, '', tenant);
    const { group, kind } = target.served.definition;
    const whole = { apiVersion: group === '' ? 'v1' : `${group}/v1`, kind, ...structuredClone(object) };
    const decode = () => typedObject(target.served, structuredClone(whole) as unknown as JsonObject);
    return (await create(this.engine, target, decode, this.#options)).object;
  }

  async change(name: string, data: object): Promise<KubeObject> {
    const change = (current: () => KubeObject): KubeObject =>
      Object.assign(structuredClone(current()), { data });
    return (
      await update(this.engine, this.target('configmaps', name), { change, isReplace: false }, this.#options)
    ).object;
  }

  async remove(name: string): Promise<void> {
    await deleteObject(this.engine, this.target('configmaps', name), {}, this.#options);
  }
}

export const configMaps = [
  { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
];
