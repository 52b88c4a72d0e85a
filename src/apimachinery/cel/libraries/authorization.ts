/**
 * The variable `authorizer` and what it is asked: Kubernetes' CEL libraries `authz` and `authzSelectors`. Evaluation is
 * synchronous, so whoever makes the variable supplies a synchronous answer; where only an asynchronous one is to be had,
 * AnsweredChecks (answered-checks.ts) makes the one of the other. Selectors are passed on as they are written, since
 * whoever answers decides what one means that cannot be read. Source: apiserver/pkg/cel/library/authz.go.
 */
import { dnsLabelProblems, dnsSubdomainProblems } from '../../names.ts';
import { type CelLibrary, declare, member } from '../library.ts';
import { boolType, opaque, stringType } from '../types.ts';
import { CelError, CelOpaque, type CelValue, type Outcome } from '../values.ts';

const typeOf = (name: string) => opaque(`kubernetes.authorization.${name}`);
export const authorizerType = typeOf('Authorizer');
export const resourceCheckType = typeOf('ResourceCheck');
const pathCheckType = typeOf('PathCheck');
const groupCheckType = typeOf('GroupCheck');
const decisionType = typeOf('Decision');

/** May somebody do something? Either to a path or to a resource. */
export interface AuthorizationQuestion {
  /** Absent for whoever sent the request. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  readonly verb: string;
  readonly path?: string;
  readonly resource?: QuestionedResource;
}
/** What is empty is not asked for. The version is any. */
export interface QuestionedResource {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly fieldSelector: string;
  readonly labelSelector: string;
}
export interface AuthorizationAnswer {
  /** False for a refusal and for no opinion. */
  readonly isAllowed: boolean;
  readonly reason: string;
  /** Why it could not be found out. */
  readonly error?: string;
}
export type AnswerAuthorization = (question: AuthorizationQuestion) => AuthorizationAnswer;

/** Known by its functions alone; equal to itself. */
abstract class Receiver extends CelOpaque {
  equalTo(other: CelOpaque): boolean {
    return this === other;
  }
}

/** Whom is asked about, and who answers. */
interface Asking {
  readonly answer: AnswerAuthorization;
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
}

/** The value of `authorizer`. */
export class AuthorizerValue extends Receiver {
  readonly celType = authorizerType;
  readonly asking: Asking;
  constructor(answer: AnswerAuthorization, serviceAccount?: Asking['serviceAccount']) {
    super();
    this.asking = { answer, ...(serviceAccount === undefined ? {} : { serviceAccount }) };
  }
  /** The value of `authorizer.requestResource`. */
  resourceCheck(resource: Partial<QuestionedResource>): CelValue {
    return new ResourceCheckValue(this.asking, { ...noResource, ...resource });
  }
}

class PathCheckValue extends Receiver {
  readonly celType = pathCheckType;
  readonly asking: Asking;
  readonly path: string;
  constructor(asking: Asking, path: string) {
    super();
    this.asking = asking;
    this.path = path;
  }
}

class GroupCheckValue extends Receiver {
  readonly celType = groupCheckType;
  readonly asking: Asking;
  readonly group: string;
  constructor(asking: Asking, group: string) {
    super();
    this.asking = asking;
    this.group = group;
  }
}

const noResource: QuestionedResource = {
  group: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  fieldSelector: '',
  labelSelector: '',
};
class ResourceCheckValue extends Receiver {
  readonly celType = resourceCheckType;
  readonly asking: Asking;
  readonly resource: QuestionedResource;
  constructor(asking: Asking, resource: QuestionedResource) {
    super();
    this.asking = asking;
    this.resource = resource;
  }
}

class DecisionValue extends Receiver {
  readonly celType = decisionType;
  readonly answer: AuthorizationAnswer;
  constructor(answer: AuthorizationAnswer) {
    super();
    this.answer = answer;
  }
}

function ask({ answer, serviceAccount }: Asking, question: AuthorizationQuestion): DecisionValue {
  return new DecisionValue(
    answer({ ...(serviceAccount === undefined ? {} : { serviceAccount }), ...question }),
  );
}

function pathCheck({ asking }: AuthorizerValue, path: string): Outcome {
  if (path.trim() === '') return new CelError('path must not be empty');
  return new PathCheckValue(asking, path);
}

function forServiceAccount({ asking }: AuthorizerValue, namespace: string, name: string): Outcome {
  if (dnsSubdomainProblems(name).length > 0) return new CelError('Invalid service account name');
  if (dnsLabelProblems(namespace).length > 0) return new CelError('Invalid service account namespace');
  return new AuthorizerValue(asking.answer, { namespace, name });
}

function resourceCheck({ asking, group }: GroupCheckValue, resource: string): Outcome {
  if (resource.trim() === '') return new CelError('resource must not be empty');
  return new ResourceCheckValue(asking, { ...noResource, group, resource });
}

/** A resource check with one more word. */
const narrowed = (id: string, field: keyof QuestionedResource) =>
  declare(
    field,
    member(
      id,
      [resourceCheckType, stringType],
      resourceCheckType,
      (check: ResourceCheckValue, text: string) =>
        new ResourceCheckValue(check.asking, { ...check.resource, [field]: text }),
    ),
  );

export const authorizationLibrary: CelLibrary = {
  name: 'kubernetes.authz',
  functions: [
    declare('path', member('authorizer_path', [authorizerType, stringType], pathCheckType, pathCheck)),
    declare(
      'group',
      member(
        'authorizer_group',
        [authorizerType, stringType],
        groupCheckType,
        ({ asking }: AuthorizerValue, group: string) => new GroupCheckValue(asking, group),
      ),
    ),
    declare(
      'serviceAccount',
      member(
        'authorizer_serviceaccount',
        [authorizerType, stringType, stringType],
        authorizerType,
        forServiceAccount,
      ),
    ),
    declare(
      'resource',
      member('groupcheck_resource', [groupCheckType, stringType], resourceCheckType, resourceCheck),
    ),
    narrowed('resourcecheck_subresource', 'subresource'),
    narrowed('resourcecheck_namespace', 'namespace'),
    narrowed('resourcecheck_name', 'name'),
    declare(
      'check',
      member(
        'pathcheck_check',
        [pathCheckType, stringType],
        decisionType,
        ({ asking, path }: PathCheckValue, verb: string) => ask(asking, { verb, path }),
      ),
      member(
        'resourcecheck_check',
        [resourceCheckType, stringType],
        decisionType,
        ({ asking, resource }: ResourceCheckValue, verb: string) => ask(asking, { verb, resource }),
      ),
    ),
    declare(
      'allowed',
      member('decision_allowed', [decisionType], boolType, ({ answer }: DecisionValue) => answer.isAllowed),
    ),
    declare(
      'reason',
      member('decision_reason', [decisionType], stringType, ({ answer }: DecisionValue) => answer.reason),
    ),
    declare(
      'errored',
      member(
        'decision_errored',
        [decisionType],
        boolType,
        ({ answer }: DecisionValue) => answer.error !== undefined,
      ),
    ),
    declare(
      'error',
      member('decision_error', [decisionType], stringType, ({ answer }: DecisionValue) => answer.error ?? ''),
    ),
  ],
};

export const authorizationSelectorsLibrary: CelLibrary = {
  name: 'kubernetes.authzSelectors',
  functions: [
    narrowed('authorizer_fieldselector', 'fieldSelector'),
    narrowed('authorizer_labelselector', 'labelSelector'),
  ],
};
