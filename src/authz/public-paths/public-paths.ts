/**
 * What anyone may read, anonymous users too: the health and the version of the platform. Exact paths, and no
 * surface but the platform's: an answer under a project's prefix would tell whether the project exists.
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

const publicPaths: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz', '/version', '/version/']);
const nothing = completeRules({});
const reading = completeRules({ paths: [{ verbs: ['get'], paths: [...publicPaths] }] });

export class PublicPathsAuthorizer implements Authorizer {
  authorize(attributes: Attributes): Decision {
    const isPublic =
      attributes.resource === undefined &&
      attributes.verb === 'get' &&
      attributes.surface.kind === 'Platform' &&
      publicPaths.has(attributes.path);
    return isPublic ? allow : noOpinion;
  }

  rulesFor(_user: UserInfo, surface: Surface): Rules {
    return surface.kind === 'Platform' ? reading : nothing;
  }
}
