/**
 * Requests counted under upstream's names (apiserver/pkg/endpoints/metrics/metrics.go). What a request costs here is a
 * record, two looks at the clock and one look-up by the definition it was for; the series are found once and kept with
 * it. Nothing a client can send makes more series than there are definitions, verbs, scopes and codes.
 */
import {
  exponential,
  requestSeconds,
  responseBytes,
  sliSeconds,
  watchEventBytes,
  watchListSeconds,
} from '../../metrics/buckets.ts';
import type { Family } from '../../metrics/family.ts';
import type { Registry } from '../../metrics/registry.ts';
import type { Counter, Gauge, Histogram } from '../../metrics/series.ts';
import { TopCounts } from '../../metrics/top-counts.ts';
import type { ServedResource } from '../../registry/definition-table.ts';
import type { Exchange } from '../exchange.ts';
import { InflightCount, type InflightKind } from './inflight-count.ts';
import {
  codeLabel,
  documentOf,
  dryRunOf,
  dryRuns,
  isReading,
  mayBeNamed,
  projectDefined,
  reportedVerb,
  reportedVerbs,
  scopeOf,
  scopes,
} from './request-labels.ts';
import { type RecordKeeper, RequestRecord, type WatchEventSeries } from './request-record.ts';

const resourceLabels = ['group', 'version', 'resource', 'subresource', 'scope', 'component'];

/** Most requests are over before the first of upstream's bounds. */
const quickSeconds = exponential(0.000_1, 2, 16);

/** The series of one kind of request: of one verb, on one resource, in one scope. */
interface RequestSeries {
  /** Verb and resource, without the dry run. */
  readonly labels: readonly string[];
  readonly dryRun: string;
  readonly duration: Histogram;
  readonly sli: Histogram;
  /** Shared by all of the verb; of what is over when it is answered. */
  readonly quick: Histogram | undefined;
  /** Of reading only. */
  readonly sizes: Histogram | undefined;
  readonly codes: Map<number, Counter>;
}

/** What is counted of one resource, or of one document. */
interface ResourceSeries {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly component: string;
  /** By subresource or document, then by verb, scope and dry run. */
  readonly requests: Map<string, RequestSeries[]>;
  watchEvents: WatchEventSeries | undefined;
}

export interface RequestMetricsOptions {
  /** Projects of which requests are counted, and of these the busiest that are shown. */
  readonly countedProjects: number;
  readonly shownProjects: number;
  random(): number;
}

export class RequestMetrics implements RecordKeeper {
  readonly #inflight: InflightCount;
  readonly #projects: TopCounts;
  readonly #requests: Family<Counter>;
  readonly #durations: Family<Histogram>;
  readonly #sli: Family<Histogram>;
  readonly #quick: Family<Histogram>;
  readonly #sizes: Family<Histogram>;
  readonly #terminations: Family<Counter>;
  readonly #aborts: Family<Counter>;
  readonly #deprecated: Family<Gauge>;
  readonly #watchEvents: Family<Counter>;
  readonly #watchEventSizes: Family<Histogram>;
  readonly #watchLists: Family<Histogram>;
  readonly #longRunning: Family<Gauge>;
  /** Goes with the definition. */
  readonly #byDefinition = new WeakMap<ServedResource, ResourceSeries>();
  /** What is no resource, and all that is unknown or was refused before it was looked up. */
  readonly #noResource = emptySeries('', '', '');
  /** What other servers answered. They count it themselves, with its names. */
  readonly #passedOn = emptySeries('', '', '', 'aggregator');

  constructor(registry: Registry, options: RequestMetricsOptions) {
    this.#inflight = new InflightCount(registry);
    this.#projects = new TopCounts(options.countedProjects, options.random);
    const dryLabels = ['verb', 'dry_run', ...resourceLabels];
    const labels = ['verb', ...resourceLabels];
    this.#requests = registry.counter(
      'apiserver_request_total',
      'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
      [...dryLabels, 'code'],
    );
    this.#durations = registry.histogram(
      'apiserver_request_duration_seconds',
      'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
      requestSeconds,
      dryLabels,
    );
    this.#sli = registry.histogram(
      'apiserver_request_sli_duration_seconds',
      'Response latency distribution (not counting webhook duration) in seconds for each verb, group, version, resource, subresource, scope and component.',
      sliSeconds,
      labels,
    );
    this.#quick = registry.histogram(
      'milo_request_duration_seconds',
      'Response latency distribution in seconds for each verb, watches apart, from a tenth of a millisecond on.',
      quickSeconds,
      ['verb'],
    );
    this.#sizes = registry.histogram(
      'apiserver_response_sizes',
      'Response size distribution in bytes for each group, version, verb, resource, subresource, scope and component.',
      responseBytes,
      labels,
    );
    this.#terminations = registry.counter(
      'apiserver_request_terminations_total',
      'Number of requests which apiserver terminated in self-defense.',
      [...labels, 'code'],
    );
    this.#aborts = registry.counter(
      'apiserver_request_aborts_total',
      'Number of requests whose client went before they were answered, for each group, version, verb, resource, subresource and scope.',
      labels.slice(0, -1),
    );
    this.#deprecated = registry.gauge(
      'apiserver_requested_deprecated_apis',
      'Gauge of deprecated APIs that have been requested, broken out by API group, version, resource, subresource, and removed_release.',
      ['group', 'version', 'resource', 'subresource', 'removed_release'],
    );
    this.#longRunning = registry.gauge(
      'apiserver_longrunning_requests',
      'Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component.',
      labels,
    );
    const eventLabels = ['group', 'version', 'resource'];
    this.#watchEvents = registry.counter(
      'apiserver_watch_events_total',
      'Number of events sent in watch clients.',
      eventLabels,
    );
    this.#watchEventSizes = registry.histogram(
      'apiserver_watch_events_sizes',
      'Watch event size distribution in bytes.',
      watchEventBytes,
      eventLabels,
    );
    this.#watchLists = registry.histogram(
      'apiserver_watch_list_duration_seconds',
      'Response latency distribution in seconds for watch list requests broken by group, version, resource and scope.',
      watchListSeconds,
      [...eventLabels, 'scope'],
    );
    const shown = (): ReturnType<TopCounts['top']> => this.#projects.top(options.shownProjects);
    registry.countersOf(
      'milo_project_requests_total',
      'Requests to the busiest projects, counted from when each became one of them.',
      ['project'],
      () => shown().map(({ name, count }) => [[name], count]),
    );
    registry.countersOf(
      'milo_project_request_seconds_total',
      'Time that requests to the busiest projects took, added up; watches apart.',
      ['project'],
      () => shown().map(({ name, sum }) => [[name], sum]),
    );
  }

  /** A request has come. `settle` of what is returned must be called. */
  begin(exchange: Exchange): RequestRecord {
    return new RequestRecord(this, exchange);
  }

  begun({ method }: Exchange, nowMs: number): InflightKind {
    return this.#inflight.begin(method, nowMs);
  }

  ended(record: RequestRecord, seconds: number): void {
    const { status, sentBytes } = record.exchange;
    const series = this.#seriesOf(record);
    if (status === 0) {
      this.#aborts.with(...series.labels.slice(0, -1)).value++;
      return;
    }
    const counter = series.codes.get(status) ?? this.#newCode(series, status);
    counter.value++;
    series.duration.observe(seconds);
    series.sli.observe(seconds - record.webhookSeconds);
    series.quick?.observe(seconds);
    series.sizes?.observe(sentBytes);
    if (status === 429 || status === 504) this.#terminations.with(...series.labels, String(status)).value++;
    const { tenant, info } = record;
    if (tenant?.surface.kind === 'Project') {
      this.#projects.add(tenant.surface.name, info?.verb === 'watch' ? 0 : seconds);
    }
  }

  longRunning(record: RequestRecord): Gauge {
    return this.#longRunning.with(...this.#seriesOf(record).labels);
  }

  watchEventsOf(record: RequestRecord): WatchEventSeries {
    const found = this.#resourceOf(record);
    const { group, version, resource } = found;
    found.watchEvents ??= {
      total: this.#watchEvents.with(group, version, resource),
      sizes: this.#watchEventSizes.with(group, version, resource),
    };
    return found.watchEvents;
  }

  watchListed(record: RequestRecord, seconds: number): void {
    const { group, version, resource } = this.#resourceOf(record);
    this.#watchLists.with(group, version, resource, scopes[scopeOf(record.info)]!).observe(seconds);
  }

  #resourceOf({ served, isPassedOn }: RequestRecord): ResourceSeries {
    if (isPassedOn) return this.#passedOn;
    if (served === undefined) return this.#noResource;
    return this.#byDefinition.get(served) ?? this.#newResource(served);
  }

  /**
   * Projects that define the same share the definition, and what is counted of it. By what was looked up, and by nothing
   * that is asked now: the definition may be gone before its request is over.
   */
  #newResource(served: ServedResource): ResourceSeries {
    const { definition, version } = served;
    const series = mayBeNamed(definition)
      ? emptySeries(definition.group, version.version, definition.resource)
      : emptySeries('', '', projectDefined);
    this.#byDefinition.set(served, series);
    return series;
  }

  #seriesOf(record: RequestRecord): RequestSeries {
    const { exchange, info, subresource } = record;
    const resource = this.#resourceOf(record);
    const below = resource === this.#noResource ? documentOf(info) : subresource;
    let list = resource.requests.get(below);
    if (list === undefined) {
      list = [];
      resource.requests.set(below, list);
    }
    const verb = reportedVerb(exchange, info);
    const scope = scopeOf(info);
    // Only writing can be a dry run.
    const dryRun = isReading(verb) ? 0 : dryRunOf(info);
    const place = (verb * scopes.length + scope) * dryRuns.length + dryRun;
    list[place] ??= this.#newSeries(record, resource, below, verb, scope, dryRun);
    return list[place];
  }

  #newSeries(
    { served }: RequestRecord,
    { group, version, resource, component }: ResourceSeries,
    below: string,
    verbIndex: number,
    scopeIndex: number,
    dryRunIndex: number,
  ): RequestSeries {
    const verb = reportedVerbs[verbIndex]!;
    const dryRun = dryRuns[dryRunIndex]!;
    const place = [group, version, resource, below, scopes[scopeIndex]!, component];
    if (served?.version.deprecationWarning !== undefined) {
      this.#deprecated.with(group, version, resource, below, '').value = 1;
    }
    return {
      labels: [verb, ...place],
      dryRun,
      duration: this.#durations.with(verb, dryRun, ...place),
      sli: this.#sli.with(verb, ...place),
      quick: verb === 'WATCH' ? undefined : this.#quick.with(verb),
      sizes: verb === 'GET' || verb === 'LIST' ? this.#sizes.with(verb, ...place) : undefined,
      codes: new Map(),
    };
  }

  #newCode(series: RequestSeries, status: number): Counter {
    const [verb, ...place] = series.labels;
    const code = codeLabel(status);
    const counter = this.#requests.with(verb!, series.dryRun, ...place, code);
    series.codes.set(status, counter);
    return counter;
  }
}

function emptySeries(
  group: string,
  version: string,
  resource: string,
  component = 'apiserver',
): ResourceSeries {
  return { group, version, resource, component, requests: new Map(), watchEvents: undefined };
}
