/**
 * Resources that are answered by code: what is created is a question, and comes back with its answer. Contract only;
 * reviews.ts is the list. Who gets here has been authenticated, and authorized to ask.
 */
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { Surface, UserInfo } from '../request/context.ts';

export interface Question {
  /** Decoded and valid, in the version of the request; its namespace is that of the request. The answerer's own. */
  readonly object: KubeObject;
  /** Who asks. */
  readonly user: UserInfo;
  /** Where the question was put; it is about what can be reached there. */
  readonly surface: Surface;
  readonly nowMs: number;
}

/** The answer, an object of the same kind and version. Throws a StatusError where there is nothing to answer. */
export type Answerer = (question: Question) => KubeObject | Promise<KubeObject>;

/** By resource and group, as `groupResourceName` writes them. */
export type VirtualResources = ReadonlyMap<string, Answerer>;
