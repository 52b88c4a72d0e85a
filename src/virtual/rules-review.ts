/**
 * SelfSubjectRulesReview: what may I do in this namespace? For showing in user interfaces; who must decide asks an
 * access review. Source: pkg/registry/authorization/selfsubjectrulesreview.
 */
import type { JsonObject } from '../apimachinery/object-meta.ts';
import { badRequest } from '../apimachinery/status.ts';
import type { Authorizer, PathRule, ResourceRule, Rules } from '../authz/authorizer.ts';
import type { Answerer } from './virtual-resource.ts';

const unknown: Rules = { resources: [], paths: [], isIncomplete: true, problem: '' };

export function rulesReview(authorizer: Authorizer): Answerer {
  return async ({ object: { apiVersion, kind, spec }, user, surface }) => {
    const namespace: string = spec?.namespace ?? '';
    if (namespace === '') throw badRequest('no namespace on request');
    const rules = (await authorizer.rulesFor?.(user, surface, namespace)) ?? unknown;
    // The question does not come back: upstream answers with a new object.
    return { apiVersion, kind, metadata: {}, spec: {}, status: statusOf(rules) };
  };
}

const statusOf = ({ resources, paths, isIncomplete, problem }: Rules): JsonObject => ({
  resourceRules: resources.map(resourceRule),
  nonResourceRules: paths.map(pathRule),
  incomplete: isIncomplete,
  ...(problem === '' ? {} : { evaluationError: problem }),
});

const resourceRule = ({ verbs, groups, resources, names }: ResourceRule): JsonObject => ({
  verbs: [...verbs],
  ...(groups.length === 0 ? {} : { apiGroups: [...groups] }),
  ...(resources.length === 0 ? {} : { resources: [...resources] }),
  ...(names.length === 0 ? {} : { resourceNames: [...names] }),
});

const pathRule = ({ verbs, paths }: PathRule): JsonObject => ({
  verbs: [...verbs],
  ...(paths.length === 0 ? {} : { nonResourceURLs: [...paths] }),
});
