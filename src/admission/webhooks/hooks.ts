/** Webhooks as configured, compiled once for each configuration, and which of them have a say in an attempt. */
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import type {
  MatchCondition,
  RuleWithOperations,
} from '../../apis/admissionregistration/v1/admission-schemas.ts';
import type { Webhook } from '../../apis/admissionregistration/v1/webhookconfiguration/webhook-schemas.ts';
import type { Store, TenantId } from '../../storage/store.ts';
import type { Attempt, SentAs } from '../matching/attempt.ts';
import { matchedAs } from '../matching/rules.ts';
import { compileSelectors, isSelected, type Selectors } from '../matching/selectors.ts';

export interface Hook {
  readonly webhook: Webhook;
  readonly rules: readonly RuleWithOperations[];
  readonly configuration: string;
  /** Tells it from all others of its control plane, also from its namesakes in one configuration. */
  readonly uid: string;
  readonly selectors: Selectors;
  readonly ignoresFailure: boolean;
  /** PEM; undefined for the system's roots. */
  readonly ca: string | undefined;
}

const compiled = new WeakMap<KubeObject, readonly Hook[]>();

export function hooksOf(configuration: KubeObject): readonly Hook[] {
  let hooks = compiled.get(configuration);
  if (hooks === undefined) {
    const webhooks = (configuration.webhooks as readonly Webhook[] | undefined) ?? [];
    hooks = webhooks.map((webhook, index) => hookOf(configuration, webhook, index));
    compiled.set(configuration, hooks);
  }
  return hooks;
}

function hookOf({ metadata }: KubeObject, webhook: Webhook, index: number): Hook {
  const configuration = metadata.name ?? '';
  const { caBundle = '' } = webhook.clientConfig;
  return {
    webhook,
    rules: webhook.rules ?? [],
    configuration,
    uid: `${configuration}/${webhook.name}/${index}`,
    selectors: compileSelectors(webhook),
    ignoresFailure: webhook.failurePolicy === 'Ignore',
    ca: caBundle === '' ? undefined : Buffer.from(caBundle, 'base64').toString('utf8'),
  };
}

export interface ConditionParts {
  readonly store: Store;
  /** Throws a 403 where that cannot be told and the hook does not ignore it. */
  conditionsHold(
    conditions: readonly MatchCondition[],
    attempt: Attempt,
    sentAs: SentAs,
    of: { readonly home: TenantId; readonly ignoresFailure: boolean },
  ): Promise<boolean>;
}

/** As what the attempt is sent to the hook; undefined where the hook is not about it. Throws a StatusError. */
export async function invocationOf(
  { store, conditionsHold }: ConditionParts,
  { webhook, rules, selectors, ignoresFailure }: Hook,
  home: TenantId,
  attempt: Attempt,
): Promise<SentAs | undefined> {
  const selected = isSelected(store, selectors, attempt);
  if (selected === false) return undefined;
  const sentAs = matchedAs(rules, webhook.matchPolicy, attempt);
  if (sentAs === undefined) return undefined;
  if (selected instanceof Error) throw selected;
  const { matchConditions = [] } = webhook;
  if (matchConditions.length === 0) return sentAs;
  return (await conditionsHold(matchConditions, attempt, sentAs, { home, ignoresFailure }))
    ? sentAs
    : undefined;
}
