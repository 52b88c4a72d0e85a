/**
 * Validating webhooks, all at once: the first to refuse decides, but all are waited for. Source: apiserver
 * pkg/admission/plugin/webhook/validating/dispatcher.go.
 */
import type { Attempt, SentAs } from '../matching/attempt.ts';
import { invocationOf } from './hooks.ts';
import { checkTime, type HomedHook, type WebhookParts } from './mutating-webhooks.ts';
import { CallFailed, failedClosed } from './refusals.ts';

/** Throws a StatusError to refuse. */
export async function askValidatingWebhooks(
  parts: WebhookParts,
  hooks: readonly HomedHook[],
  attempt: Attempt,
): Promise<void> {
  const invocations: (HomedHook & { readonly sentAs: SentAs })[] = [];
  for (const { hook, home } of hooks) {
    const sentAs = await invocationOf(parts, hook, home, attempt);
    if (sentAs !== undefined) invocations.push({ hook, home, sentAs });
  }
  const refusals: unknown[] = [];
  await Promise.all(
    invocations.map(async ({ hook, home, sentAs }) => {
      try {
        await parts.caller.ask(hook, home, attempt, sentAs, false);
      } catch (error) {
        if (!(error instanceof CallFailed)) refusals.push(error);
        else if (!hook.ignoresFailure) refusals.push(failedClosed(error));
      }
    }),
  );
  if (refusals.length > 0) throw refusals[0];
  checkTime(attempt);
}
