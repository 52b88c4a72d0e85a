import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../../../apimachinery/resource-definition.ts';
import {
  mutatingAdmissionPolicyBindingDefinition,
  mutatingAdmissionPolicyDefinition,
} from './mutatingadmissionpolicy/mutating-admission-policy-definition.ts';
import { validatingAdmissionPolicyBindingDefinition } from './validatingadmissionpolicy/validating-admission-policy-binding-definition.ts';
import { validatingAdmissionPolicyDefinition } from './validatingadmissionpolicy/validating-admission-policy-definition.ts';

function object(definition: ResourceDefinition, spec: object): KubeObject {
  const made: KubeObject = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: definition.kind,
    metadata: { name: 'p' },
    spec: structuredClone(spec),
  };
  definition.strategy.defaults?.(made);
  return made;
}
function checker(definition: ResourceDefinition, base: object) {
  return (changes: object, expected: string[]): void => {
    const errors = definition.strategy.validate?.(object(definition, { ...base, ...changes })) ?? [];
    assert.deepEqual(
      errors.map((error) => `${error.field.replace(/^spec\./, '')}: ${error.message}`),
      expected,
    );
  };
}

const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };
const matchConstraints = { resourceRules: [rule] };

describe('a validating policy', () => {
  const check = checker(validatingAdmissionPolicyDefinition, {
    matchConstraints,
    validations: [{ expression: 'true' }],
  });
  test('defaults', () => {
    assert.deepEqual(object(validatingAdmissionPolicyDefinition, { matchConstraints }).spec, {
      failurePolicy: 'Fail',
      matchConstraints: {
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        resourceRules: [{ ...rule, scope: '*' }],
      },
    });
  });
  test('a good one', () => check({}, []));
  test('says what it is about', () =>
    check({ matchConstraints: undefined }, ['matchConstraints: Required value']));
  test('by a rule at least', () =>
    check({ matchConstraints: {} }, ['matchConstraints.resourceRules: Required value']));
  test('asks or notes something', () =>
    check({ validations: [] }, [
      'validations: Required value: validations or auditAnnotations must contain at least one item',
      'auditAnnotations: Required value: validations or auditAnnotations must contain at least one item',
    ]));
  test('an expression is there', () =>
    check({ validations: [{ expression: ' ' }] }, [
      'validations[0].expression: Required value: expression is not specified',
    ]));
  test('messages', () =>
    check({ validations: [{ expression: 'true', message: 'a\nb', messageExpression: ' ' }] }, [
      'validations[0].messageExpression: Invalid value: " ": must be non-empty if specified',
      'validations[0].message: Invalid value: "a\\nb": message must not contain line breaks',
    ]));
  test('reasons', () =>
    check({ validations: [{ expression: 'true', reason: 'Gone' }] }, [
      'validations[0].reason: Unsupported value: "Gone": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
    ]));
  test('parameters', () =>
    check({ paramKind: { apiVersion: 'a/b/c', kind: '1' } }, [
      'paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
      "paramKind.kind: Invalid value: \"1\": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ]));
  test('variables', () =>
    check({ variables: [{ name: 'in', expression: '' }] }, [
      'variables[0].name: Invalid value: "in": must be a valid CEL identifier',
      'variables[0].expression: Required value: expression is not specified',
    ]));
  test('annotations', () =>
    check(
      {
        auditAnnotations: [
          { key: 'a', valueExpression: '' },
          { key: 'a', valueExpression: '"x"' },
        ],
      },
      [
        'auditAnnotations[0].valueExpression: Required value: valueExpression is not specified',
        'auditAnnotations[1].key: Duplicate value: "a"',
      ],
    ));
  test('columns', () => {
    const made = object(validatingAdmissionPolicyDefinition, {
      validations: [{}, {}],
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    });
    const cells = validatingAdmissionPolicyDefinition.columns.slice(0, 3).map(({ value }) => value(made));
    assert.deepEqual(cells, ['p', 2, 'v1/ConfigMap']);
  });
});

describe('its binding', () => {
  const definition = validatingAdmissionPolicyBindingDefinition;
  const check = checker(definition, { policyName: 'p', validationActions: ['Deny'] });
  test('a good one', () => check({}, []));
  test('of a policy', () => check({ policyName: '' }, ['policyName: Required value']));
  test('does something', () =>
    check({ validationActions: [] }, [
      'validationActions: Required value: at least one validation action is required',
    ]));
  test('each once', () =>
    check({ validationActions: ['Deny', 'Deny'] }, ['validationActions[1]: Duplicate value: "Deny"']));
  test('known ones', () =>
    check({ validationActions: ['Log'] }, [
      'validationActions[0]: Unsupported value: "Log": supported values: "Audit", "Deny", "Warn"',
    ]));
  test('does not say it twice', () =>
    check({ validationActions: ['Deny', 'Warn'] }, [
      'validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    ]));
  test('parameters by name or by labels', () =>
    check({ paramRef: { name: 'a', selector: {}, parameterNotFoundAction: 'Deny' } }, [
      'paramRef.name: Forbidden: name and selector are mutually exclusive',
      'paramRef.selector: Forbidden: name and selector are mutually exclusive',
    ]));
  test('and not by neither', () =>
    check({ paramRef: {} }, [
      'paramRef: Required value: one of name or selector must be specified',
      'paramRef.parameterNotFoundAction: Required value',
    ]));
  function checkParam(paramRef: object | undefined, expected: string): void {
    const made = object(definition, paramRef === undefined ? {} : { paramRef });
    assert.equal(definition.columns[2]?.value(made), expected);
  }
  test('no parameters shown', () => checkParam(undefined, '<unset>'));
  test('a name shown', () => checkParam({ name: 'a' }, '*/a'));
  test('a namespace shown', () => checkParam({ name: 'a', namespace: 'n' }, 'n/a'));
  test('labels shown', () =>
    checkParam(
      { selector: { matchLabels: { a: 'b' } } },
      '&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[]LabelSelectorRequirement{},}',
    ));
});

describe('a mutating policy', () => {
  const mutations = [
    { patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/data"}]' } },
  ];
  const check = checker(mutatingAdmissionPolicyDefinition, {
    matchConstraints,
    mutations,
    reinvocationPolicy: 'Never',
  });
  test('a good one', () => check({}, []));
  test('changes something', () =>
    check({ mutations: [] }, ['mutations: Required value: mutations must contain at least one item']));
  test('in one way', () =>
    check({ mutations: [{ patchType: 'JSONPatch', applyConfiguration: { expression: 'x' } }] }, [
      'mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch',
      'mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be specified when patchType is JSONPatch',
    ]));
  test('that is known', () =>
    check({ mutations: [{ patchType: 'x' }] }, [
      'mutations[0].patchType: Unsupported value: "x": supported values: "ApplyConfiguration", "JSONPatch"',
    ]));
  test('being applied again', () =>
    check({ reinvocationPolicy: 'x' }, [
      'reinvocationPolicy: Unsupported value: "x": supported values: "IfNeeded", "Never"',
    ]));
  test('also being applied again is said', () =>
    check({ reinvocationPolicy: '' }, ['reinvocationPolicy: Required value']));
  test('not what is deleted', () =>
    check(
      { matchConstraints: { ...matchConstraints, resourceRules: [{ ...rule, operations: ['DELETE'] }] } },
      [
        'matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
      ],
    ));
  test('its binding names it', () =>
    checker(mutatingAdmissionPolicyBindingDefinition, {})({}, ['policyName: Required value']));
});

describe('expressions', () => {
  const failed = (field: string, source: string, problem: string): string =>
    `${field}: Invalid value: ${JSON.stringify(source)}: ${problem}`;
  const undeclared = (source: string, name = source, at = 1): string =>
    `compilation failed: ERROR: <input>:1:${at}: undeclared reference to '${name}' (in container '')\n | ${source}\n | ${'.'.repeat(at - 1)}^`;
  const validating = checker(validatingAdmissionPolicyDefinition, {
    matchConstraints,
    validations: [{ expression: 'true' }],
  });
  const mutating = checker(mutatingAdmissionPolicyDefinition, {
    matchConstraints,
    reinvocationPolicy: 'Never',
    mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{}' } }],
  });
  test('must be of the language', () =>
    validating({ validations: [{ expression: 'nonsense' }] }, [
      failed('validations[0].expression', 'nonsense', undeclared('nonsense')),
    ]));
  test('and of the type that is wanted', () =>
    validating({ validations: [{ expression: "'x'" }, { expression: 'true', messageExpression: '1' }] }, [
      failed('validations[0].expression', "'x'", 'must evaluate to bool but got string'),
      failed('validations[1].messageExpression', '1', 'must evaluate to string but got int'),
    ]));
  test('speak of parameters where there are some', () => {
    const validations = [{ expression: 'params.data.a == "x"' }];
    validating({ validations }, [
      failed(
        'validations[0].expression',
        'params.data.a == "x"',
        undeclared('params.data.a == "x"', 'params'),
      ),
    ]);
    validating({ validations, paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } }, []);
  });
  test('speak of variables that come before them, by their types', () => {
    const variables = [
      { name: 'a', expression: '1' },
      { name: 'b', expression: 'variables.a + 1' },
    ];
    validating({ variables, validations: [{ expression: 'variables.b > 1' }] }, []);
    validating({ variables, validations: [{ expression: 'variables.c' }] }, [
      failed(
        'validations[0].expression',
        'variables.c',
        "compilation failed: ERROR: <input>:1:10: undefined field 'c'\n | variables.c\n | .........^",
      ),
    ]);
    validating({ variables: [{ name: 'a', expression: 'nonsense' }] }, [
      failed('variables[0].expression', 'nonsense', undeclared('nonsense')),
    ]);
  });
  test('ask about permissions, but not in messages', () => {
    const asking = "authorizer.path('/x').check('get').reason()";
    validating({ validations: [{ expression: `${asking} == ''` }] }, []);
    validating({ validations: [{ expression: 'true', messageExpression: asking }] }, [
      failed('validations[0].messageExpression', asking, undeclared(asking, 'authorizer')),
    ]);
  });
  test('match conditions too', () =>
    validating({ matchConditions: [{ name: 'c', expression: 'object.x' }] }, [
      failed('matchConditions[0].expression', 'object.x', 'must evaluate to bool but got dyn'),
    ]));
  test('make patches in mutating policies alone', () => {
    mutating({}, []);
    mutating(
      { mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'true' } }] },
      [failed('mutations[0].applyConfiguration.expression', 'true', 'must evaluate to Object but got bool')],
    );
    validating({ validations: [{ expression: 'Object{} == Object{}' }] }, [
      failed(
        'validations[0].expression',
        'Object{} == Object{}',
        `${undeclared('Object{} == Object{}', 'Object', 7)}\n${undeclared('Object{} == Object{}', 'Object', 19).replace('compilation failed: ', '')}`,
      ),
    ]);
  });
});
