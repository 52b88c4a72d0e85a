/** Members of system:masters may do everything; about anyone else it has no opinion. */
import { type Attributes, type Authorizer, allow, type Decision, noOpinion } from '../authorizer.ts';

export class SystemMastersAuthorizer implements Authorizer {
  authorize(attributes: Attributes): Decision {
    return attributes.user.groups.includes('system:masters') ? allow : noOpinion;
  }
}
