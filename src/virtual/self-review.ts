/** SelfSubjectReview: who am I? Source: pkg/registry/authentication/selfsubjectreview. */
import { timestamp } from '../apimachinery/object-meta.ts';
import { userInfoOf } from './user-info.ts';
import type { Answerer } from './virtual-resource.ts';

/** Nothing of the question comes back. */
export const selfReview: Answerer = ({ object: { apiVersion, kind }, user, nowMs }) => ({
  apiVersion,
  kind,
  metadata: { creationTimestamp: timestamp(nowMs) },
  status: { userInfo: userInfoOf(user) },
});
