/**
 * What objects of the API bring to admission, in its order: mutating policies, mutating webhooks, once more those that
 * want to be asked again about what came after them; then validating policies, validating webhooks. What a project has
 * configured comes before what the platform has, which so has the last word.
 */

import { AnsweredChecks, type FindAnswer } from '../apimachinery/cel/libraries/answered-checks.ts';
import type { AuthorizationQuestion } from '../apimachinery/cel/libraries/authorization.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type {
  MatchResources,
  RuleWithOperations,
} from '../apis/admissionregistration/v1/admission-schemas.ts';
import type { CompiledExpressions } from '../apis/admissionregistration/v1/expressions/compiled-expressions.ts';
import { type Reach, reachOf } from '../apis/admissionregistration/v1/reach.ts';
import { projectDefinition } from '../apis/resourcemanager/v1alpha1/project/project-definition.ts';
import type { DynamicAdmission, DynamicAttempt, DynamicRules, DynamicWrite } from '../registry/admission.ts';
import type { Definitions } from '../registry/definitions.ts';
import type { Egress } from '../registry/egress.ts';
import { userIn } from '../request/parent-extras.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import { labelsOf } from '../storage/record.ts';
import type { Store, TenantId } from '../storage/store.ts';
import { Configurations, type PlaneConfigurations } from './configurations/plane-configurations.ts';
import { webhookConditionsHold } from './expressions/cel-match-conditions.ts';
import { SharedEvaluation, type Subject } from './expressions/evaluation.ts';
import { Attempt } from './matching/attempt.ts';
import { Reinvocation } from './matching/reinvocation.ts';
import { hasOperation, isExempt, isResource } from './matching/rules.ts';
import type { BoundPolicy, PolicyParts } from './policies/invocations.ts';
import { askMutatingPolicies } from './policies/mutating-policies.ts';
import { askValidatingPolicies } from './policies/validating-policies.ts';
import { hooksOf } from './webhooks/hooks.ts';
import { askMutatingWebhooks, type HomedHook, type WebhookParts } from './webhooks/mutating-webhooks.ts';
import { askValidatingWebhooks } from './webhooks/validating-webhooks.ts';
import { WebhookCaller } from './webhooks/webhook-caller.ts';
import type { WebhookObserver } from './webhooks/webhook-observer.ts';

export interface DynamicAdmissionParts {
  readonly store: Store;
  readonly definitions: Definitions;
  readonly expressions: CompiledExpressions;
  readonly egress: Egress;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Told of every call of a webhook. */
  readonly observe: WebhookObserver;
  /** Answers what expressions ask about permissions; `write` has the user and the control plane. */
  readonly answer: (question: AuthorizationQuestion, write: DynamicWrite) => ReturnType<FindAnswer>;
}

export class ConfiguredAdmission implements DynamicAdmission {
  readonly #store: Store;
  readonly #configurations: Configurations;
  readonly #webhooks: WebhookParts;
  readonly #policies: PolicyParts;

  constructor({ store, definitions, expressions, egress, random, answer, observe }: DynamicAdmissionParts) {
    const known = new WeakMap<Attempt, SharedEvaluation>();
    const sharedOf = (attempt: Attempt): SharedEvaluation => {
      let shared = known.get(attempt);
      if (shared === undefined) {
        shared = new SharedEvaluation(new AnsweredChecks((question) => answer(question, attempt.write)));
        known.set(attempt, shared);
      }
      return shared;
    };
    this.#store = store;
    this.#configurations = new Configurations(store);
    this.#policies = {
      store,
      definitions,
      expressions,
      sharedOf,
    };
    this.#webhooks = {
      store,
      caller: new WebhookCaller(store, egress, random, observe),
      async conditionsHold(conditions, attempt, sentAs, { home, ignoresFailure }) {
        const shared = sharedOf(attempt);
        const subject: Subject = {
          attempt,
          sentAs,
          objects: await attempt.sent(sentAs),
          namespace: undefined,
          shared,
          budget: shared.budgetOf(home),
        };
        return await webhookConditionsHold(expressions, conditions, subject, ignoresFailure);
      },
    };
  }

  get caches(): Configurations['caches'] {
    return this.#configurations.caches;
  }

  about(write: DynamicWrite): DynamicRules | undefined {
    const { group, resource } = write.served.definition;
    if (isExempt({ group, version: '', resource })) return undefined;
    const { tenant } = write;
    const isPlatform = tenant.id === tenantOfPlatform;
    const ofPlatform = this.#configurations.of(tenantOfPlatform);
    const own = isPlatform ? undefined : this.#configurations.of(tenant.id);
    if (ofPlatform.bytes === 0 && (own === undefined || own.bytes === 0)) return undefined;
    const labels = isPlatform ? undefined : this.#labelsOf(tenant.surface.name);
    const planes: Plane[] = [
      ...(own === undefined ? [] : [{ home: tenant.id as TenantId, configurations: own, isInForce: always }]),
      {
        home: tenantOfPlatform,
        configurations: ofPlatform,
        isInForce: (object) => reaches(reachIn(object), labels),
      },
    ];
    const rules: Rules = {
      mutatingPolicies: planes.flatMap((plane) => boundPolicies(plane, 'mutatingadmissionpolicies', write)),
      mutatingWebhooks: planes.flatMap((plane) => hooksIn(plane, 'mutatingwebhookconfigurations', write)),
      validatingPolicies: planes.flatMap((plane) =>
        boundPolicies(plane, 'validatingadmissionpolicies', write),
      ),
      validatingWebhooks: planes.flatMap((plane) => hooksIn(plane, 'validatingwebhookconfigurations', write)),
    };
    if (Object.values(rules).every((list) => list.length === 0)) return undefined;
    return new RulesOfWrite(this.#webhooks, this.#policies, asSeen(write), rules);
  }

  close(): void {
    this.#configurations.close();
    this.#webhooks.caller.close();
  }

  #labelsOf(project: string): Readonly<Record<string, string>> {
    const { group, resource } = projectDefinition.storage;
    const key = { tenant: tenantOfPlatform, group, resource, namespace: '', name: project };
    const stored = this.#store.get(key);
    return stored === undefined ? {} : labelsOf(stored.record);
  }
}

/** Tells the write how long it waited for others. */
async function whileWaiting({ terms }: DynamicWrite, ask: () => Promise<void>): Promise<void> {
  const startedMs = performance.now();
  try {
    await ask();
  } finally {
    terms.waited?.((performance.now() - startedMs) / 1_000);
  }
}

/** What a control plane has configured, and which of it counts for a write. */
interface Plane {
  readonly home: TenantId;
  readonly configurations: PlaneConfigurations;
  readonly isInForce: (configuration: KubeObject) => boolean;
}
const always = (): boolean => true;

/** Those whose rules may be about the write. */
function hooksIn(
  { home, configurations, isInForce }: Plane,
  resource: 'mutatingwebhookconfigurations' | 'validatingwebhookconfigurations',
  write: DynamicWrite,
): HomedHook[] {
  return configurations[resource].filter(isInForce).flatMap((configuration) =>
    hooksOf(configuration)
      .filter(({ rules, webhook }) => mayMatch(rules, webhook.matchPolicy, write))
      .map((hook) => ({ hook, home })),
  );
}

/** What puts a policy to use is its binding, so that is what reaches into projects or does not. */
function boundPolicies(
  { home, configurations, isInForce }: Plane,
  resource: 'mutatingadmissionpolicies' | 'validatingadmissionpolicies',
  write: DynamicWrite,
): BoundPolicy[] {
  const policies = configurations[resource].filter(({ spec }) => {
    const match: MatchResources = spec?.matchConstraints ?? {};
    return mayMatch(match.resourceRules ?? [], match.matchPolicy, write);
  });
  if (policies.length === 0) return [];
  const bindings =
    configurations[
      resource === 'mutatingadmissionpolicies'
        ? 'mutatingadmissionpolicybindings'
        : 'validatingadmissionpolicybindings'
    ].filter(isInForce);
  return policies.flatMap((policy) => {
    const bound = bindings.filter(({ spec }) => spec?.policyName === policy.metadata.name);
    return bound.length === 0 ? [] : [{ policy, bindings: bound, home }];
  });
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

/** Whoever is asked is told in which project. */
function asSeen(write: DynamicWrite): DynamicWrite {
  return { ...write, user: userIn(write.user, write.tenant, projectDefinition.group) };
}

interface Rules {
  readonly mutatingPolicies: readonly BoundPolicy[];
  readonly mutatingWebhooks: readonly HomedHook[];
  readonly validatingPolicies: readonly BoundPolicy[];
  readonly validatingWebhooks: readonly HomedHook[];
}

class RulesOfWrite implements DynamicRules {
  readonly #webhooks: WebhookParts;
  readonly #policies: PolicyParts;
  readonly #write: DynamicWrite;
  readonly #rules: Rules;

  constructor(webhooks: WebhookParts, policies: PolicyParts, write: DynamicWrite, rules: Rules) {
    this.#webhooks = webhooks;
    this.#policies = policies;
    this.#write = write;
    this.#rules = rules;
  }

  get isRemote(): boolean {
    return this.#rules.mutatingWebhooks.length > 0 || this.#rules.validatingWebhooks.length > 0;
  }

  async mutate(given: DynamicAttempt): Promise<KubeObject | undefined> {
    const { mutatingPolicies, mutatingWebhooks } = this.#rules;
    if (mutatingPolicies.length === 0 && mutatingWebhooks.length === 0) return given.object;
    const attempt = new Attempt(this.#write, given);
    const reinvocation = new Reinvocation();
    do {
      await askMutatingPolicies(this.#policies, mutatingPolicies, attempt, reinvocation);
      await whileWaiting(this.#write, () =>
        askMutatingWebhooks(this.#webhooks, mutatingWebhooks, attempt, reinvocation),
      );
    } while (reinvocation.beginSecondRound());
    return attempt.object;
  }

  async validate(given: DynamicAttempt): Promise<void> {
    const { validatingPolicies, validatingWebhooks } = this.#rules;
    const attempt = new Attempt(this.#write, given);
    await askValidatingPolicies(this.#policies, validatingPolicies, attempt);
    if (validatingWebhooks.length > 0) {
      await whileWaiting(this.#write, () =>
        askValidatingWebhooks(this.#webhooks, validatingWebhooks, attempt),
      );
    }
  }
}
