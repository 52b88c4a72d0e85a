/**
 * What monitoring may read, without being allowed anything else: members of `system:monitoring` get the metrics and every
 * health check of the platform, as the role and binding of that name say in every control plane. It makes way when those
 * are evaluated. No surface but the platform's: there a project could not take it away.
 */
import type { Surface, UserInfo } from '../../request/context.ts';
import {
  type Attributes,
  type Authorizer,
  allow,
  completeRules,
  type Decision,
  noOpinion,
  type Rules,
} from '../authorizer.ts';

const group = 'system:monitoring';
const paths = ['/healthz', '/livez', '/metrics', '/metrics/slis', '/readyz'];
const folders = ['/healthz/', '/livez/', '/readyz/'];
const nothing = completeRules({});
const reading = completeRules({
  paths: [{ verbs: ['get'], paths: [...paths, ...folders.map((folder) => `${folder}*`)] }],
});

export class MonitoringPathsAuthorizer implements Authorizer {
  authorize({ user, surface, verb, path, resource }: Attributes): Decision {
    const isMonitoring =
      resource === undefined &&
      verb === 'get' &&
      surface.kind === 'Platform' &&
      user.groups.includes(group) &&
      (paths.includes(path) || folders.some((folder) => path.startsWith(folder)));
    return isMonitoring ? allow : noOpinion;
  }

  rulesFor({ groups }: UserInfo, surface: Surface): Rules {
    return surface.kind === 'Platform' && groups.includes(group) ? reading : nothing;
  }
}
