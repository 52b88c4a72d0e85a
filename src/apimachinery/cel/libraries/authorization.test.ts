import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CelEnvironment } from '../cel.ts';
import type { CelValue } from '../values.ts';
import { AnsweredChecks } from './answered-checks.ts';
import {
  type AnswerAuthorization,
  type AuthorizationQuestion,
  AuthorizerValue,
  authorizerType,
  resourceCheckType,
} from './authorization.ts';
import { kubernetesLibraries } from './kubernetes-libraries.ts';

const environment = new CelEnvironment({
  libraries: kubernetesLibraries(),
  variables: { authorizer: authorizerType, requestResource: resourceCheckType },
});

function evaluate(expression: string, answer: AnswerAuthorization): CelValue {
  const compiled = environment.compile(expression);
  assert.ok(compiled.program, compiled.issues && compiled.text);
  const authorizer = new AuthorizerValue(answer);
  const requestResource = authorizer.resourceCheck({ group: 'apps', resource: 'deployments', name: 'a' });
  const { value, error } = compiled.program.evaluate({ authorizer, requestResource });
  if (error !== undefined) throw error;
  return value;
}

const resource = {
  group: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  fieldSelector: '',
  labelSelector: '',
};

test('a check asks what its expression says', () => {
  const check = (expression: string, expected: AuthorizationQuestion): void => {
    const asked: AuthorizationQuestion[] = [];
    evaluate(expression, (question) => {
      asked.push(question);
      return { isAllowed: true, reason: '' };
    });
    assert.deepEqual(asked, [expected], expression);
  };
  check("authorizer.path('/healthz').check('get')", { verb: 'get', path: '/healthz' });
  check("authorizer.group('').resource('pods').check('list')", {
    verb: 'list',
    resource: { ...resource, resource: 'pods' },
  });
  check(
    "authorizer.group('apps').resource('deployments').subresource('scale').namespace('n').name('a').check('get')",
    {
      verb: 'get',
      resource: {
        ...resource,
        group: 'apps',
        resource: 'deployments',
        subresource: 'scale',
        namespace: 'n',
        name: 'a',
      },
    },
  );
  check("authorizer.group('').resource('pods').fieldSelector('a=b').labelSelector('!').check('list')", {
    verb: 'list',
    resource: { ...resource, resource: 'pods', fieldSelector: 'a=b', labelSelector: '!' },
  });
  check("authorizer.serviceAccount('n', 'sa').path('/').check('get')", {
    verb: 'get',
    path: '/',
    serviceAccount: { namespace: 'n', name: 'sa' },
  });
  check("requestResource.check('delete')", {
    verb: 'delete',
    resource: { ...resource, group: 'apps', resource: 'deployments', name: 'a' },
  });
});

test('a decision says what was answered', () => {
  const decision = "authorizer.path('/').check('get')";
  const check = (expression: string, answer: ReturnType<AnswerAuthorization>, expected: CelValue): void =>
    assert.equal(
      evaluate(decision + expression, () => answer),
      expected,
      expression,
    );
  check('.allowed()', { isAllowed: true, reason: '' }, true);
  check('.allowed()', { isAllowed: false, reason: '' }, false);
  check('.reason()', { isAllowed: false, reason: 'because' }, 'because');
  check('.errored()', { isAllowed: false, reason: '' }, false);
  check('.error()', { isAllowed: false, reason: '' }, '');
  check('.errored()', { isAllowed: false, reason: '', error: 'down' }, true);
  check('.error()', { isAllowed: false, reason: '', error: 'down' }, 'down');
});

test('what cannot be asked is an error', () => {
  const check = (expression: string, message: string): void =>
    assert.throws(() => evaluate(expression, () => ({ isAllowed: true, reason: '' })), { message });
  check("authorizer.path(' ')", 'path must not be empty');
  check("authorizer.group('').resource('')", 'resource must not be empty');
  check("authorizer.serviceAccount('n', 'a_b')", 'Invalid service account name');
  check("authorizer.serviceAccount('n.m', 'a')", 'Invalid service account namespace');
});

test('a check whose answer takes time is found out, once, and the expression evaluated again', async () => {
  const asked: string[] = [];
  const checks = new AnsweredChecks(async ({ path = '' }) => {
    asked.push(path);
    if (path === '/broken') throw new Error('down');
    return { isAllowed: path === '/yes', reason: '' };
  });
  const settle = (expression: string): Promise<CelValue> =>
    checks.settle(() => evaluate(expression, checks.answer));
  const allowed = (path: string): string => `authorizer.path('${path}').check('get').allowed()`;
  assert.equal(await settle('1 + 1'), 2n);
  assert.deepEqual(asked, []);
  // A check is first left open, then refused; the second is not reached before the first is known.
  assert.equal(await settle(`!${allowed('/no')} && ${allowed('/yes')}`), true);
  assert.deepEqual(asked, ['/no', '/yes']);
  assert.equal(await settle(`${allowed('/no')} || ${allowed('/yes')}`), true);
  assert.deepEqual(asked, ['/no', '/yes'], 'answers are kept');
  assert.equal(await settle("authorizer.path('/broken').check('get').error()"), 'down');
});

test('an evaluation that fails because its check is open counts for nothing', async () => {
  const checks = new AnsweredChecks(async () => ({ isAllowed: true, reason: 'r' }));
  const expression = "[1][authorizer.path('/').check('get').allowed() ? 0 : 5] == 1";
  const result = await checks.settle(() => {
    try {
      return evaluate(expression, checks.answer);
    } catch (error) {
      return error;
    }
  });
  assert.equal(result, true);
});
