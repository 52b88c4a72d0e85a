/**
 * What all processes of a server say together. Counters and histograms add up, and so do gauges but for those below; what
 * is of one process (`process_…`, `nodejs_…`, its event loop) stays apart under a label. What a worker had counted when it
 * ended stays counted, as far as it had been told: sums never go back.
 */
import type { MetricsScope } from '../../http/metrics/metrics-document.ts';
import { snapshotText } from '../../metrics/exposition.ts';
import type { Registry } from '../../metrics/registry.ts';
import {
  addUp,
  type FamilySnapshot,
  type Join,
  joinSnapshots,
  type TakenFamily,
  takeSnapshot,
  withLabel,
} from '../../metrics/snapshot.ts';

const first: Join = (a) => a;

/** Gauges that do not add up; where all say the same, the first one's is taken. */
const joins: ReadonlyMap<string, Join> = new Map<string, Join>([
  ['kubernetes_build_info', first],
  ['kubernetes_healthcheck', Math.min],
  ['apiserver_requested_deprecated_apis', Math.max],
  // Of a project, which every process reads from the same rows.
  ['apiserver_storage_objects', first],
  ['apiserver_resource_objects', first],
  ['apiserver_resource_size_estimate_bytes', first],
]);
const ofProcess = /^(?:process_|nodejs_|milo_event_loop_)/;

const joinOf = ({ name }: FamilySnapshot): Join => joins.get(name) ?? addUp;

/** A process that can be asked. */
export interface FigureSource {
  /** `worker-1`: the value of the label. */
  readonly name: string;
  /** Undefined where it does not answer. */
  figures(scope: MetricsScope): Promise<readonly TakenFamily[] | undefined>;
}
type KeptScope = Exclude<MetricsScope['of'], 'project'>;

export class GatheredMetrics {
  readonly #ownRegistry: (scope: MetricsScope) => Registry;
  /** What each worker said last, by its name. */
  readonly #last = new Map<string, Map<KeptScope, readonly TakenFamily[]>>();
  /** Of workers that have ended. */
  readonly #ended = new Map<KeptScope, readonly TakenFamily[]>();

  constructor(ownRegistry: (scope: MetricsScope) => Registry) {
    this.#ownRegistry = ownRegistry;
  }

  async text(scope: MetricsScope, workers: readonly FigureSource[]): Promise<Buffer> {
    const [own, ...others] = await Promise.all([
      takeSnapshot(this.#ownRegistry(scope)),
      ...workers.map((worker) => this.#ask(worker, scope)),
    ]);
    const named = [own, ...others].map((families, index) => {
      const name = workers[index - 1]?.name ?? 'primary';
      return families.map((family) =>
        ofProcess.test(family.name) ? withLabel(family, 'process', name) : family,
      );
    });
    const ended = scope.of === 'project' ? [] : (this.#ended.get(scope.of) ?? []);
    return await snapshotText(joinSnapshots([...named, ended], joinOf));
  }

  /** A process has ended, and another will have its name. */
  forget(name: string): void {
    for (const [of, families] of this.#last.get(name) ?? []) {
      const counted = families.filter((family) => family.type !== 'gauge' && !ofProcess.test(family.name));
      this.#ended.set(of, joinSnapshots([this.#ended.get(of) ?? [], counted], joinOf));
    }
    this.#last.delete(name);
  }

  async #ask(worker: FigureSource, scope: MetricsScope): Promise<readonly TakenFamily[]> {
    const families = await worker.figures(scope);
    if (scope.of === 'project') return families ?? [];
    let last = this.#last.get(worker.name);
    if (families === undefined) return last?.get(scope.of) ?? [];
    if (last === undefined) {
      last = new Map();
      this.#last.set(worker.name, last);
    }
    last.set(scope.of, families);
    return families;
  }
}
