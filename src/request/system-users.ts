/** Users that the server itself acts as; they come from no credential. */
import type { UserInfo } from './context.ts';

const systemUser = (name: string): UserInfo => ({ name, uid: '', groups: ['system:masters'], extra: {} });

/** What is there from the first start. */
export const bootstrapUser = systemUser('system:milo');
/** Controllers, when they run in the server's process. */
export const controllersUser = systemUser('system:milo-controllers');
