/**
 * The document at `/version`. Clients steer by it, so what it says is a choice:
 *
 * - It names the Kubernetes release whose API Milo speaks; Milo's own version is semver build metadata behind it,
 *   which every comparison ignores. Charts and controllers compare `gitVersion` with what they need.
 * - 1.32: `kubectl version` warns when client and server are more than one minor version apart, so no choice is
 *   quiet for all of 1.27 to 1.33; each one is for three releases at most. 1.32 is the latest of those: quiet for
 *   1.31, 1.32 and 1.33, which are the maintained ones. Later would promise what is not served, and be quiet for fewer.
 * - `major` and `minor` are bare integers: the `+` that some vendors add breaks clients that parse them.
 */
import { indentedDocument, type StaticDocument } from './static-document.ts';

const kubernetesVersion = { major: 1, minor: 32, patch: 0 } as const;

export interface BuildInfo {
  /** Milo's version, `0.1.0`. */
  readonly version: string;
  /** Empty when unknown. */
  readonly gitCommit: string;
  /** RFC 3339; empty when unknown. */
  readonly buildDate: string;
  /** `process.version` and friends, for people. */
  readonly runtime: string;
  /** `linux/x64`. */
  readonly platform: string;
}

/** `v1.32.0+milo-0.1.0`: also the version of OpenAPI documents. */
export function gitVersion(build: Pick<BuildInfo, 'version'>): string {
  const { major, minor, patch } = kubernetesVersion;
  return `v${major}.${minor}.${patch}+milo-${build.version}`;
}

export function versionDocument(build: BuildInfo): StaticDocument {
  return indentedDocument({
    major: String(kubernetesVersion.major),
    minor: String(kubernetesVersion.minor),
    gitVersion: gitVersion(build),
    gitCommit: build.gitCommit,
    gitTreeState: build.gitCommit === '' ? '' : 'clean',
    buildDate: build.buildDate,
    goVersion: build.runtime,
    compiler: 'node',
    platform: build.platform,
  });
}
