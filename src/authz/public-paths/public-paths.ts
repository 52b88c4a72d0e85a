/**
 * What anyone may read, anonymous users too: the health and the version of the platform. Exact paths, and no
 * surface but the platform's: an answer under a project's prefix would tell whether the project exists.
 */
import { type Attributes, type Authorizer, allow, type Decision, noOpinion } from '../authorizer.ts';

const publicPaths: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz', '/version', '/version/']);

export class PublicPathsAuthorizer implements Authorizer {
  authorize(attributes: Attributes): Decision {
    const isPublic =
      attributes.resource === undefined &&
      attributes.verb === 'get' &&
      attributes.surface.kind === 'Platform' &&
      publicPaths.has(attributes.path);
    return isPublic ? allow : noOpinion;
  }
}
