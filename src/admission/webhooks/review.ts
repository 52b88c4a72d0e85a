/**
 * What a webhook is asked, and what its answer says: AdmissionReview in v1, or v1beta1 for those who know nothing
 * newer. Judges the answer; what follows from it is others' business. Source: apiserver pkg/admission/plugin/webhook/
 * request/admissionreview.go.
 */
import { goQuote } from '../../apimachinery/apply/go-text.ts';
import { parseJson, stringifyJson } from '../../apimachinery/codec/json.ts';
import { JsonSyntaxError } from '../../apimachinery/codec/json-parser.ts';
import type { JsonObject, JsonValue } from '../../apimachinery/object-meta.ts';
import { DecodeError, decodeObject } from '../../apimachinery/schema/decode.ts';
import {
  type AdmissionReviewRequest,
  type AdmissionReviewResponse,
  admissionReviewSchema,
} from '../../apis/admission/v1/admission-review-schema.ts';
import type { Attempt, SentAs } from '../matching/attempt.ts';

export type ReviewVersion = 'v1' | 'v1beta1';
const group = 'admission.k8s.io';

/** The first that both sides know; undefined where there is none. */
export function reviewVersionOf(versions: readonly string[]): ReviewVersion | undefined {
  return versions.find((version): version is ReviewVersion => version === 'v1' || version === 'v1beta1');
}

export async function reviewText(
  uid: string,
  version: ReviewVersion,
  attempt: Attempt,
  sentAs: SentAs,
): Promise<string> {
  const { asked, subresource, name, namespace, operation, user, options, write } = attempt;
  const { object, old } = await attempt.sent(sentAs);
  const sub = subresource === '' ? {} : { subResource: subresource };
  const request: Omit<AdmissionReviewRequest, 'object' | 'oldObject'> &
    Record<'object' | 'oldObject', JsonValue> = {
    uid,
    kind: { group: sentAs.kind.group, version: sentAs.kind.version, kind: sentAs.kind.kind },
    resource: sentAs.resource,
    ...sub,
    requestKind: { group: asked.kind.group, version: asked.kind.version, kind: asked.kind.kind },
    requestResource: asked.resource,
    ...(subresource === '' ? {} : { requestSubResource: subresource }),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: userInfoOf(user),
    object: object ?? null,
    oldObject: old ?? null,
    dryRun: write.dryRun,
    options,
  };
  return stringifyJson({ kind: 'AdmissionReview', apiVersion: `${group}/${version}`, request });
}

/** As Go writes a UserInfo: without what is empty. */
function userInfoOf({ name, uid, groups, extra }: Attempt['user']): JsonObject {
  return {
    ...(name === '' ? {} : { username: name }),
    ...(uid === '' ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups: [...groups] }),
    ...(Object.keys(extra).length === 0 ? {} : { extra: extra as unknown as JsonObject }),
  };
}

/** The reply is no answer to what was asked. */
export class InvalidReview extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvalidReview';
  }
}
/** The reply cannot be read at all. */
export class UnreadableReview extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnreadableReview';
  }
}

export interface ReviewAnswer {
  readonly allowed: boolean;
  readonly status: AdmissionReviewResponse['status'];
  readonly warnings: readonly string[];
  /** The text of the patch; "" for none. */
  readonly patch: string;
}

/** Throws UnreadableReview and InvalidReview. */
export function answerIn(
  body: Buffer,
  uid: string,
  version: ReviewVersion,
  isMutating: boolean,
): ReviewAnswer {
  const { apiVersion = '', kind = '', response } = readReview(body);
  if (response === undefined) throw new InvalidReview('webhook response was absent');
  if (version === 'v1') {
    if (response.uid !== uid) {
      throw new InvalidReview(`expected response.uid=${goQuote(uid)}, got ${goQuote(response.uid ?? '')}`);
    }
    const got = `${apiVersion}, Kind=${kind}`;
    const expected = `${group}/v1, Kind=AdmissionReview`;
    if (got !== expected) throw new InvalidReview(`expected webhook response of ${expected}, got ${got}`);
    checkPatch(response, isMutating);
  }
  const { patchType } = response;
  const patch = isMutating ? (response.patch ?? '') : '';
  if (version === 'v1' && patch !== '' && patchType !== 'JSONPatch') {
    throw new InvalidReview(`unsupported patch type ${goQuote(patchType ?? '')}`);
  }
  return {
    allowed: response.allowed === true,
    status: response.status,
    warnings: response.warnings ?? [],
    patch: Buffer.from(patch, 'base64').toString('utf8'),
  };
}

function checkPatch({ patch = '', patchType }: AdmissionReviewResponse, isMutating: boolean): void {
  if (!isMutating) {
    if (patch !== '') throw new InvalidReview('validating webhook may not return response.patch');
    if (patchType !== undefined) {
      throw new InvalidReview('validating webhook may not return response.patchType');
    }
    return;
  }
  if (patch !== '' && patchType === undefined) {
    throw new InvalidReview('webhook returned response.patch but not response.patchType');
  }
  if (patch === '' && patchType !== undefined) {
    throw new InvalidReview('webhook returned response.patchType but not response.patch');
  }
  if (patchType === '') throw new InvalidReview('webhook returned invalid response.patchType of ""');
}

interface Review {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly response?: AdmissionReviewResponse;
}

function readReview(body: Buffer): Review {
  let value: JsonValue;
  try {
    value = parseJson(body);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new UnreadableReview(`couldn't get version/kind; json parse error: ${error.message}`);
  }
  const { kind } = (value ?? {}) as JsonObject;
  if (typeof kind !== 'string' || kind === '') {
    throw new UnreadableReview(
      `Object 'Kind' is missing in '${body.toString('utf8').slice(0, shownLength)}'`,
    );
  }
  try {
    return decodeObject<Review>(value, admissionReviewSchema);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new UnreadableReview(error.message);
  }
}
const shownLength = 1_024;
