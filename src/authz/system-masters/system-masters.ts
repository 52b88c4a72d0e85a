/** Members of system:masters may do everything; about anyone else it has no opinion. */
import type { UserInfo } from '../../request/context.ts';
import {
  type Attributes,
  type Authorizer,
  allow,
  completeRules,
  type Decision,
  noOpinion,
  type Rules,
} from '../authorizer.ts';

const nothing = completeRules({});
const all = ['*'];
const everything = completeRules({
  resources: [{ verbs: all, groups: all, resources: all, names: [] }],
  paths: [{ verbs: all, paths: all }],
});
const isMaster = (user: UserInfo): boolean => user.groups.includes('system:masters');

export class SystemMastersAuthorizer implements Authorizer {
  authorize(attributes: Attributes): Decision {
    return isMaster(attributes.user) ? allow : noOpinion;
  }

  rulesFor(user: UserInfo): Rules {
    return isMaster(user) ? everything : nothing;
  }
}
