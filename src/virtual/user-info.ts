/** Users as reviews write them down. */
import type { JsonObject } from '../apimachinery/object-meta.ts';
import type { UserInfo } from '../request/context.ts';

/** UserInfo of authentication.k8s.io; what is empty is left out. */
export function userInfoOf({ name, uid, groups, extra }: UserInfo): JsonObject {
  const further = Object.entries(extra).map(([key, values]): [string, string[]] => [key, [...values]]);
  return {
    ...(name === '' ? {} : { username: name }),
    ...(uid === '' ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups: [...groups] }),
    ...(further.length === 0 ? {} : { extra: Object.fromEntries(further) }),
  };
}
