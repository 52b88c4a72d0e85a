/** Users that the server itself acts as; they come from no credential. */
import type { UserInfo } from './context.ts';

const systemUser = (name: string): UserInfo => ({ name, uid: '', groups: ['system:masters'], extra: {} });

/** What is there from the first start. */
export const bootstrapUser = systemUser('system:milo');
/** Owns the fields of what is there from the first start, and of what comes into being with another object. */
export const serverFieldManager = 'milo';
/** Controllers, when they run in the server's process. */
export const controllersUser = systemUser('system:milo-controllers');
export const controllersFieldManager = 'milo-controllers';
