/** `kubectl auth`, and reviews as documents. Only administrators may do anything yet, and nobody may impersonate. */
import { manifest, type Script } from '../script.ts';

const apiVersion = 'authorization.k8s.io/v1';
const resourceAttributes = { namespace: '$NS', verb: 'get', resource: 'secrets' };
/** To validate what has no patch, kubectl looks among the custom resources, which this server has none of yet. */
const create = 'create -f - --validate=false';
const review = (kind: string, spec: object): string => manifest({ apiVersion, kind, spec });

export const reviews: Script = {
  name: 'reviews',
  steps: [
    {
      kubectl: 'auth whoami',
      stdout: [/^Username +admin$/m, /^Groups +\[system:masters system:authenticated\]$/m],
    },
    { kubectl: 'auth whoami -o json', fields: { 'status.userInfo.username': 'admin' } },
    { kubectl: 'auth can-i create cm', stdout: /^yes$/m },
    { kubectl: 'auth can-i get secrets/prices --subresource=status', stdout: /^yes$/m },
    { kubectl: 'auth can-i get /metrics', stdout: /^yes$/m },
    { kubectl: ['auth', 'can-i', '*', '*', '--all-namespaces'], stdout: /^yes$/m },
    {
      kubectl: 'auth can-i --list',
      stdout: [/^\*\.\* +\[\] +\[\] +\[\*\]$/m, /^ +\[\*\] +\[\] +\[\*\]$/m],
      absent: ['incomplete'],
    },
    {
      kubectl: 'auth can-i get pods --as bob',
      exit: 1,
      stderr: 'cannot impersonate resource "users"',
    },
    {
      kubectl: `${create} -o json --show-managed-fields`,
      stdin: review('SubjectAccessReview', { user: 'bob', resourceAttributes }),
      fields: {
        'status.allowed': false,
        'status.denied': 'absent',
        'spec.user': 'bob',
        'metadata.name': 'absent',
        'metadata.managedFields.0.manager': /^kubectl/,
      },
    },
    {
      kubectl: `${create} -o json`,
      stdin: review('LocalSubjectAccessReview', { groups: ['system:masters'], resourceAttributes }),
      fields: { 'status.allowed': true, 'metadata.namespace': '$NS' },
    },
    {
      kubectl: `${create} -o yaml`,
      stdin: review('SelfSubjectAccessReview', { resourceAttributes }),
      stdout: /^ {2}allowed: true$/m,
    },
    {
      kubectl: create,
      stdin: review('SubjectAccessReview', { resourceAttributes }),
      exit: 1,
      stderr: 'at least one of user or group must be specified',
    },
    {
      kubectl: `${create} -o json`,
      stdin: manifest({
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token: 'nothing' },
      }),
      fields: { 'status.authenticated': 'absent', 'status.error': 'invalid bearer token' },
    },
    { kubectl: 'explain selfsubjectaccessreview.spec.resourceAttributes', stdout: 'subresource' },
    { kubectl: 'get subjectaccessreviews', exit: 1, stderr: 'MethodNotAllowed' },
  ],
};
