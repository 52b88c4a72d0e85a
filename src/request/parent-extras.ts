/**
 * How whoever is asked on a user's behalf is told in which project: as the user's extras, since nothing else of a
 * review or of a proxied request has room for it. What a client says of it itself is replaced.
 */
import type { Tenant, UserInfo } from './context.ts';

const keys = {
  group: 'iam.miloapis.com/parent-api-group',
  type: 'iam.miloapis.com/parent-type',
  name: 'iam.miloapis.com/parent-name',
} as const;

/** The user as it is on the platform, where there is no parent. */
export function userIn(user: UserInfo, { surface }: Pick<Tenant, 'surface'>, projectGroup: string): UserInfo {
  if (surface.kind !== 'Project') return user;
  return {
    ...user,
    extra: {
      ...user.extra,
      [keys.group]: [projectGroup],
      [keys.type]: [surface.kind],
      [keys.name]: [surface.name],
    },
  };
}
