/**
 * Mutating webhooks, one after the other: each is given the object as those before it left it. Source: apiserver
 * pkg/admission/plugin/webhook/mutating/dispatcher.go.
 */
import { goQuote } from '../../apimachinery/apply/go-text.ts';
import { parseJson } from '../../apimachinery/codec/json.ts';
import { JsonSyntaxError } from '../../apimachinery/codec/json-parser.ts';
import { deepEqual } from '../../apimachinery/equality.ts';
import { apiVersionOf } from '../../apimachinery/gvk.ts';
import type { JsonObject, JsonValue, KubeObject } from '../../apimachinery/object-meta.ts';
import { jsonPatch } from '../../apimachinery/patch/json-patch.ts';
import { PatchError } from '../../apimachinery/patch/patch-error.ts';
import { DecodeError } from '../../apimachinery/schema/decode.ts';
import { asWritten } from '../../apimachinery/schema/zero-members.ts';
import { ForeignFailure, timeout } from '../../apimachinery/status.ts';
import { typedObject } from '../../registry/typed-object.ts';
import type { TenantId } from '../../storage/store.ts';
import type { Attempt, SentAs } from '../matching/attempt.ts';
import type { Reinvocation } from '../matching/reinvocation.ts';
import { type ConditionParts, type Hook, invocationOf } from './hooks.ts';
import { CallFailed, failedClosed } from './refusals.ts';
import type { WebhookCaller } from './webhook-caller.ts';

export interface WebhookParts extends ConditionParts {
  readonly caller: WebhookCaller;
}
/** Webhooks and the control plane that configured them. */
export interface HomedHook {
  readonly hook: Hook;
  readonly home: TenantId;
}

/** Changes the object of the attempt. Throws a StatusError to refuse. */
export async function askMutatingWebhooks(
  parts: WebhookParts,
  hooks: readonly HomedHook[],
  attempt: Attempt,
  reinvocation: Reinvocation,
): Promise<void> {
  for (const { hook, home } of hooks) {
    const id = `webhook/${home}/${hook.uid}`;
    if (!reinvocation.isDue(id)) continue;
    const sentAs = await invocationOf(parts, hook, home, attempt);
    if (sentAs === undefined) continue;
    try {
      const { patch } = await parts.caller.ask(hook, home, attempt, sentAs, true);
      if (patch !== '' && (await applyPatch(hook, attempt, sentAs, patch))) reinvocation.changed();
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      if (!hook.ignoresFailure) throw failedClosed(error);
      checkTime(attempt);
    }
    if (hook.webhook.reinvocationPolicy === 'IfNeeded') reinvocation.asked(id);
  }
}

/** A request that is over is not worth asking more about. */
export function checkTime({ write: { terms } }: Attempt): void {
  if (terms.signal.aborted || performance.now() >= terms.untilMs) {
    throw timeout('request did not complete within requested timeout');
  }
}

/** Whether the patch changed anything. What it breaks is the fault of the webhook, whatever its failure policy. */
async function applyPatch(
  { webhook }: Hook,
  attempt: Attempt,
  sentAs: SentAs,
  text: string,
): Promise<boolean> {
  const patch = readPatch(text);
  if (Array.isArray(patch) && patch.length === 0) return false;
  const { object } = await attempt.sent(sentAs);
  if (object === undefined) {
    throw new ForeignFailure(
      `admission webhook ${goQuote(webhook.name)} attempted to modify the object, which is not supported for this operation`,
    );
  }
  const served = attempt.servedAs(sentAs.kind);
  const patched = patchedObject(object, patch);
  const apiVersion = apiVersionOf(sentAs.kind);
  if (patched.apiVersion !== apiVersion || patched.kind !== sentAs.kind.kind) {
    const got = `${String(patched.apiVersion ?? '')}, Kind=${String(patched.kind ?? '')}`;
    throw new ForeignFailure(
      `admission webhook ${goQuote(webhook.name)} changed the kind of the object from ${apiVersion}, Kind=${sentAs.kind.kind} to ${got}`,
    );
  }
  let typed: KubeObject;
  try {
    typed = typedObject(served, patched);
  } catch (error) {
    if (error instanceof DecodeError) throw new ForeignFailure(error.message, error);
    throw error;
  }
  if (deepEqual(asWritten(typed, served.version.schema) as unknown as JsonObject, object)) return false;
  attempt.replace(await attempt.asAsked(typed, sentAs.kind));
  return true;
}

function readPatch(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new ForeignFailure(error.message, error);
    throw error;
  }
}

function patchedObject(object: JsonObject, patch: JsonValue): JsonObject {
  try {
    return jsonPatch(object, patch) as JsonObject;
  } catch (error) {
    if (error instanceof PatchError) throw new ForeignFailure(error.message, error);
    throw error;
  }
}
