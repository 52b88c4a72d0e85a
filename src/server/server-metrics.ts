/** Where the metrics meet: what each part of one server tells of itself, but for requests, which count themselves. */
import { compiledPatterns } from '../apimachinery/re2.ts';
import { admissionExpressions } from '../apis/admissionregistration/v1/expressions/expression-errors.ts';
import type { ControllerRuntime } from '../controllers/runtime/controller.ts';
import { type BuildInfo, versionDocument } from '../http/version.ts';
import type { Clock } from '../lib/clock.ts';
import type { Registry } from '../metrics/registry.ts';
import type { Store } from '../storage/store.ts';
import type { WatchHub } from '../storage/watch-hub.ts';
import { cacheMetrics, type Fullness } from './cache-metrics.ts';
import { controllerMetrics } from './controller-metrics.ts';
import { ObjectCounts } from './object-counts.ts';
import { projectCounts } from './project-counts.ts';
import type { ResourceNames } from './resource-names.ts';
import { commitMetrics, objectMetrics, storeMetrics, watchMetrics } from './store-metrics.ts';

export interface MeasuredParts {
  readonly hub: WatchHub;
  readonly build: BuildInfo;
  readonly caches: Readonly<Record<string, Fullness>>;
}

/** What there is once in a server, however many processes it has. */
export interface MeasuredUpkeep {
  /** Without shared defaults: what is stored nowhere is not counted. */
  readonly store: Store;
  readonly names: ResourceNames;
  readonly controllers: ControllerRuntime;
  readonly clock: Clock;
}

/** The same as `/version` says, under upstream's name. */
function buildMetrics(registry: Registry, build: BuildInfo): void {
  const told = JSON.parse(versionDocument(build).body.toString()) as Readonly<Record<string, string>>;
  const labels = Object.keys(told).map((name) =>
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  );
  registry.gaugesOf(
    'kubernetes_build_info',
    'A metric with a constant 1 value labeled by what /version says of the server.',
    labels,
    () => [[Object.values(told), 1]],
  );
}

export function upkeepMetrics(registry: Registry, parts: MeasuredUpkeep): void {
  const { store, names, controllers, clock } = parts;
  storeMetrics(registry, store);
  commitMetrics(registry, store, names);
  objectMetrics(registry, new ObjectCounts(store, names));
  projectCounts(registry, store, clock);
  controllerMetrics(registry, controllers);
}

export function serverMetrics(registry: Registry, { hub, build, caches }: MeasuredParts): void {
  buildMetrics(registry, build);
  watchMetrics(registry, hub);
  cacheMetrics(registry, {
    ...caches,
    patterns: compiledPatterns,
    // Of the process, and without a weight that is bytes.
    'admission-expressions': {
      get size() {
        return admissionExpressions.size;
      },
    },
  });
}
