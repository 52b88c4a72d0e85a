/**
 * What objects of the API bring to admission, in its order: mutating policies, mutating webhooks, once more those that
 * want to be asked again about what came after them; then validating policies, validating webhooks. What a project has
 * configured comes before what the platform has, which so has the last word.
 */

import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { RuleWithOperations } from '../apis/admissionregistration/v1/admission-schemas.ts';
import { type Reach, reachOf } from '../apis/admissionregistration/v1/reach.ts';
import { projectDefinition } from '../apis/resourcemanager/v1alpha1/project/project-definition.ts';
import type { DynamicAdmission, DynamicAttempt, DynamicRules, DynamicWrite } from '../registry/admission.ts';
import type { Tenant, UserInfo } from '../request/context.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import { labelsOf } from '../storage/record.ts';
import type { Store, TenantId } from '../storage/store.ts';
import { type ConfigurationResource, Configurations } from './configurations/plane-configurations.ts';
import { Attempt } from './matching/attempt.ts';
import type { MatchConditions } from './matching/match-conditions.ts';
import { Reinvocation } from './matching/reinvocation.ts';
import { hasOperation, isExempt, isResource } from './matching/rules.ts';
import { hooksOf } from './webhooks/hooks.ts';
import { askMutatingWebhooks, type HomedHook, type WebhookParts } from './webhooks/mutating-webhooks.ts';
import { askValidatingWebhooks } from './webhooks/validating-webhooks.ts';
import { WebhookCaller } from './webhooks/webhook-caller.ts';

export interface DynamicAdmissionParts {
  readonly store: Store;
  readonly conditions: MatchConditions;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export class ConfiguredAdmission implements DynamicAdmission {
  readonly #store: Store;
  readonly #configurations: Configurations;
  readonly #webhooks: WebhookParts;

  constructor({ store, conditions, random }: DynamicAdmissionParts) {
    this.#store = store;
    this.#configurations = new Configurations(store);
    this.#webhooks = { store, conditions, caller: new WebhookCaller(store, random) };
  }

  about(write: DynamicWrite): DynamicRules | undefined {
    const { group, resource } = write.served.definition;
    if (isExempt({ group, version: '', resource })) return undefined;
    const mutating = this.#hooks('mutatingwebhookconfigurations', write);
    const validating = this.#hooks('validatingwebhookconfigurations', write);
    if (mutating.length === 0 && validating.length === 0) return undefined;
    return new RulesOfWrite(this.#webhooks, asSeen(write), mutating, validating);
  }

  /** Calls to webhooks that are being made. */
  get calls(): number {
    return this.#webhooks.caller.active;
  }

  close(): void {
    this.#configurations.close();
    this.#webhooks.caller.close();
  }

  /** Those whose rules may be about the write. */
  #hooks(
    resource: Extract<ConfigurationResource, `${string}webhookconfigurations`>,
    write: DynamicWrite,
  ): HomedHook[] {
    return this.#inForce(resource, write.tenant).flatMap(({ object, home }) =>
      hooksOf(object)
        .filter(({ rules, webhook }) => mayMatch(rules, webhook.matchPolicy, write))
        .map((hook) => ({ hook, home })),
    );
  }

  /** What is configured for a control plane, by itself and by the platform. */
  #inForce(
    resource: ConfigurationResource,
    { id, surface }: Tenant,
  ): readonly { readonly object: KubeObject; readonly home: TenantId }[] {
    const isPlatform = id === tenantOfPlatform;
    const ofPlatform = this.#configurations.of(tenantOfPlatform)[resource];
    const own = isPlatform ? [] : this.#configurations.of(id)[resource];
    if (own.length === 0 && ofPlatform.length === 0) return [];
    const labels = isPlatform ? undefined : this.#labelsOf(surface.name);
    const reaching = ofPlatform.filter((object) => reaches(reachIn(object), labels));
    return [
      ...own.map((object) => ({ object, home: id as TenantId })),
      ...reaching.map((object) => ({ object, home: tenantOfPlatform })),
    ];
  }

  #labelsOf(project: string): Readonly<Record<string, string>> {
    const { group, resource } = projectDefinition.storage;
    const key = { tenant: tenantOfPlatform, group, resource, namespace: '', name: project };
    const stored = this.#store.get(key);
    return stored === undefined ? {} : labelsOf(stored.record);
  }
}

const reaching = new WeakMap<KubeObject, Reach>();
function reachIn(configuration: KubeObject): Reach {
  let reach = reaching.get(configuration);
  if (reach === undefined) {
    reach = reachOf(configuration);
    reaching.set(configuration, reach);
  }
  return reach;
}

/** Whether a configuration of the platform applies in a project with those labels; in the platform for none. */
function reaches(
  { platform, projects, projectSelector }: Reach,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  if (labels === undefined) return platform;
  return projects && (projectSelector === undefined || projectSelector.matches(labels));
}

/** As far as it can be told before the object is read: selectors, scopes and conditions are looked at later. */
function mayMatch(
  rules: readonly RuleWithOperations[],
  matchPolicy: string | undefined,
  { served, subresource, operations }: DynamicWrite,
): boolean {
  const { definition, version, form } = served;
  const { group, resource } = definition;
  const sub = subresource?.name ?? '';
  const isEquivalent = matchPolicy === 'Equivalent' && form.versions.size > 1;
  return rules.some(
    (rule) =>
      operations.some((operation) => hasOperation(rule, operation)) &&
      (isEquivalent || isResource(rule, { group, version: version.version, resource }, sub)),
  );
}

const parentExtras = {
  group: 'iam.miloapis.com/parent-api-group',
  type: 'iam.miloapis.com/parent-type',
  name: 'iam.miloapis.com/parent-name',
} as const;

/** Whoever is asked is told in which project, as the user's extras: nothing else of a review has room for it. */
function asSeen(write: DynamicWrite): DynamicWrite {
  const { user, tenant } = write;
  if (tenant.surface.kind !== 'Project') return write;
  const seen: UserInfo = {
    ...user,
    extra: {
      ...user.extra,
      [parentExtras.group]: [projectDefinition.group],
      [parentExtras.type]: [projectDefinition.kind],
      [parentExtras.name]: [tenant.surface.name],
    },
  };
  return { ...write, user: seen };
}

class RulesOfWrite implements DynamicRules {
  readonly #webhooks: WebhookParts;
  readonly #write: DynamicWrite;
  readonly #mutating: readonly HomedHook[];
  readonly #validating: readonly HomedHook[];

  constructor(
    webhooks: WebhookParts,
    write: DynamicWrite,
    mutating: readonly HomedHook[],
    validating: readonly HomedHook[],
  ) {
    this.#webhooks = webhooks;
    this.#write = write;
    this.#mutating = mutating;
    this.#validating = validating;
  }

  get isRemote(): boolean {
    return this.#mutating.length > 0 || this.#validating.length > 0;
  }

  async mutate(given: DynamicAttempt): Promise<KubeObject | undefined> {
    if (this.#mutating.length === 0) return given.object;
    const attempt = new Attempt(this.#write, given);
    const reinvocation = new Reinvocation();
    do {
      await askMutatingWebhooks(this.#webhooks, this.#mutating, attempt, reinvocation);
    } while (reinvocation.beginSecondRound());
    return attempt.object;
  }

  async validate(given: DynamicAttempt): Promise<void> {
    if (this.#validating.length === 0) return;
    await askValidatingWebhooks(this.#webhooks, this.#validating, new Attempt(this.#write, given));
  }
}
