/**
 * Every bound of the server, by name. A queue, page, buffer, body, depth, retry or cache without a line here
 * is a defect. Sizes are bytes, times milliseconds, unless the name says otherwise.
 */
export const limits = {
  // One request.
  requestBodyBytes: 3 * 1024 * 1024,
  requestUrlBytes: 16 * 1024,
  requestHeaderBytes: 64 * 1024,
  requestTimeoutMs: 60_000,
  acceptMemoEntries: 64,
  acceptMemoHeaderLength: 512,
  acceptRanges: 64,
  /** Of discovery and OpenAPI, kept by content. Those of all built-in kinds on all surfaces take 4 MiB. */
  documents: 4_096,
  documentBytes: 48 * 1024 * 1024,
  documentHashes: 16_384,
  /** Answers larger than this go compressed to clients that accept it. */
  gzipThresholdBytes: 128 * 1024,
  /** The same for documents, which are compressed once. */
  gzipDocumentBytes: 16 * 1024,
  /** Half of the threads that also sync and read files for everybody. */
  gzipsAtOnce: 2,
  jsonDepth: 1_000,
  yamlDepth: 500,
  yamlAliases: 10_000,
  yamlExpandedBytes: 4 * 1024 * 1024,
  protobufDepth: 200,
  /** Room that the protobuf writer keeps between messages. */
  protobufWriterBytes: 1024 * 1024,
  /** Of a list in protobuf, held until its length is known; what comes behind is read twice. */
  protobufListBytes: 16 * 1024 * 1024,
  jsonPatchOperations: 10_000,
  jsonPatchCopiedBytes: 3 * 1024 * 1024,
  /** Of a patch or its result in the message that refuses it. */
  shownPatchLength: 16 * 1024,
  /** Of a text in the message that says why it cannot be read. */
  quotedTextLength: 1_024,
  /** Findings of strict decoding in one document. */
  strictErrors: 100,
  /** Of all Warning headers of a response together, and of each once they are more. */
  warningRunes: 4 * 1024,
  warningItemRunes: 256,
  fieldManagerLength: 128,
  /** Entries of updates in managedFields; older ones are merged. */
  updateManagers: 10,
  managedSubresourceLength: 256,
  /** Sets of managedFields that are kept as they were read, and the characters of their JSON. */
  knownFieldSets: 1_000,
  knownFieldSetCharacters: 2 * 1024 * 1024,
  auditIdLength: 64,

  // One stored object.
  recordBytes: 1_572_864,
  /** LMDB takes 1,978 bytes with 4 KiB pages, 4,026 with ours; an index key adds a name, a value and separators. */
  storageKeyBytes: 1_640,
  indexNameBytes: 64,
  indexValueBytes: 256,
  /** Longer owner uids are indexed by their hash. */
  indexedUidLength: 64,
  annotationsBytes: 256 * 1024,
  configDataBytes: 1024 * 1024,

  // Lists: how much one synchronous step may read before it yields to other requests.
  listStepEntries: 500,
  listStepBytes: 1024 * 1024,
  /** Memory that lists are read into and answered from, kept for the next ones; a longer list goes on without. */
  listSlabBytes: 1024 * 1024,
  listSlabs: 24,
  rangeStepRows: 4_000,
  countEntries: 20_000,
  indexEntries: 10_000,

  // Writes.
  commitBatchWrites: 1_000,
  /** Of records in one batch, and in one group of batches. */
  commitBatchBytes: 16 * 1024 * 1024,
  commitQueueWrites: 20_000,
  /** Changes that a process which follows the store reads and tells of at one go: no batch is larger. */
  followStepEntries: 1_000,
  rowArenaBytes: 2 * 1024 * 1024,
  updateRetries: 16,
  /** Of writes that webhooks are asked about, which take no turns, and of all where several processes write. */
  remoteUpdateRetries: 100,
  /** Of one object, after the first has lost a race. */
  waitingWriters: 1_000,
  deletionsAtOnce: 100,
  generateNameRetries: 8,

  // Reads.
  futureRevisionWaitMs: 3_000,

  // Watches.
  watchQueueEvents: 256,
  watchLogStepEntries: 256,
  watchBookmarkIntervalMs: 60_000,
  watchTimeoutMsMin: 1_800_000,
  watchTickMs: 1_000,
  watchFinalBookmarkMs: 2_000,

  // Store upkeep.
  compactionIntervalMs: 5 * 60_000,
  compactionStepEntries: 500,
  compactionStepBytes: 4 * 1024 * 1024,
  repairStepEntries: 10_000,
  /** What a disk must still take to count as not full. */
  diskProbeBytes: 1024 * 1024,

  // Controllers.
  retryMsMin: 50,
  retryMsMax: 30_000,
  /** Few enough that the turn of the event loop that reads and deletes them is not felt by others. */
  removalStepEntries: 200,
  removalPasses: 8,
  removalExamples: 10,
  expiryIntervalMs: 10_000,
  /** Objects that let go of what they hold often do so in bursts: one look for all of them. */
  cleanupSettleMs: 50,
  /** By a webhook, of one object for one write: what tracks its fields looks at it in every version that managers wrote in. */
  trackedConversions: 32,
  /** A kind that goes waits so long for what depended on its objects: once it is gone, nobody can tell that they are. */
  dependentsWaitMs: 5_000,

  // Kinds of Kubernetes: the protocol's bounds.
  sliceEndpoints: 1_000,
  sliceAddresses: 100,
  slicePorts: 100,
  sliceTopologyLabels: 16,
  /** Of either kind. */
  sliceHints: 8,
  matchConditions: 64,
  auditAnnotations: 20,
  auditAnnotationExpressionBytes: 5 * 1024,

  // Rules of schemas (x-kubernetes-validations). Costs are CEL's: a million of them may take a tenth of a second.
  /** Of one expression as estimated, times how often its value can occur in an object. */
  ruleEstimatedCost: 10_000_000,
  /** Of all expressions of a schema. */
  schemaEstimatedCost: 100_000_000,
  /** Of one evaluation. */
  ruleCallCost: 1_000_000,
  /** Of all evaluations for one object. */
  objectRulesCost: 10_000_000,
  /** Of the same, for what takes longer than its cost says: comparing large values costs one. */
  objectRulesMs: 500,
  ruleMessageBytes: 5 * 1024,
  /** Of the name and generateName of any resource, when costs are estimated. */
  resourceNameLength: 253,
  // CEL expressions.
  /** In code points. */
  expressionLength: 100_000,
  expressionDepth: 250,
  /** Of the tree, once macros are expanded: what walks it must not run out of stack. */
  expressionHeight: 1_000,
  /** Likewise: a macro may use a part of what it is given twice. */
  expressionNodes: 100_000,
  /** What is looked at to find out what the types of one expression are. */
  expressionTypeSteps: 500_000,
  /** More of them nobody reads. */
  expressionIssues: 100,
  /** A longer line is not repeated below what is wrong with it. */
  expressionShownLine: 16_384,
  /** Of what a single function may make: a text in UTF-16 units, a list in items. */
  celTextLength: 16 * 1024 * 1024,
  celListItems: 1_000_000,
  /** Of items with items, in one call; Kubernetes' limit for a call ends there as well. */
  celItemComparisons: 1_000_000,
  /** Time zones that are kept at hand for expressions, of some tens of kilobytes each. */
  celZones: 100,
  /** Iterations of loops between two questions whether to go on. */
  celInterruptInterval: 50,

  // Regular expressions of tenants.
  regexps: 4_096,
  regexpLength: 16 * 1024,
  /** Of the program that one compiles to. */
  regexpInstructions: 50_000,
  /** Of all that are kept, roughly; and of the states that each may keep between two texts. */
  regexpBytes: 64 * 1024 * 1024,
  regexpStateBytes: 16 * 1024,
  /** Of one match, and of all by which a schema judges one object: instructions times the length of the text. At worst 20 take a microsecond. */
  regexpSteps: 16_000_000,
  /** Of all in one evaluation of an expression, or of the rules for one object. */
  regexpRuleSteps: 8_000_000,
  /** The same where not only whether, but what matches is asked. */
  regexpFindSteps: 8_000_000,
  regexpFindAllMs: 200,

  /** Of a quantity in an expression, and of a sum of quantities. */
  quantityDigits: 1_024,

  // Custom resources. What is kept of their definitions: kinds as they are served, and lists of them.
  customKinds: 8_192,
  /** Of the definitions themselves, which lie beside the heap. */
  customKindBytes: 64 * 1024 * 1024,
  customLayers: 1_024,
  /** Kinds in all of these lists, counted as often as they stand in one. */
  customLayerKinds: 16_384,
  /** Schemas that are compiled at the same time, and the heap that they take, as estimated from their text. */
  compiledForms: 4_096,
  compiledFormBytes: 64 * 1024 * 1024,
  /** Values met by alternatives of schemas while one object is judged; a tenth of them take a millisecond or two. */
  schemaSteps: 200_000,
  /** Told of one object by its schema. */
  schemaErrors: 1_000,
  /** Characters of one text times instructions of its pattern; a hostile pair takes a tenth of a microsecond for each. */
  schemaPatternSteps: 8_000_000,
  /** Of work on one object, looked at while texts are matched with patterns. */
  schemaPatternsMs: 200,
  /** Of one printer column or selectable field. */
  jsonPathLength: 16 * 1024,
  /** Values that one JSONPath may meet in an object. */
  jsonPathSteps: 10_000,

  // Definitions of custom resources. What is in use has 20 levels and 20,000 schemas at most.
  schemaDepth: 64,
  schemaNodes: 50_000,
  /** Of all defaults of a schema: values in them, times schemas that judge them. */
  defaultSteps: 1_000_000,
  /** Of all patterns of a definition. A usual one has a hundred; this many take half a second. */
  schemaPatternInstructions: 500_000,
  /** Rules of a definition. They are all compiled when it is written. */
  schemaRules: 1_000,
  /** Of their expressions together: a second to compile. HTTPRoute of the Gateway API has 14,000 characters. */
  schemaRulesLength: 128 * 1024,
  /** Of each list in a definition beside its schemas: versions, names, columns. */
  definitionListItems: 100,
  /** Errors of one definition that are told. */
  definitionErrors: 100,
  selectableFields: 8,
  deprecationWarningBytes: 256,

  // Dynamic admission. Control planes whose configurations are remembered, and what those take.
  admissionPlanes: 4_096,
  admissionPlanesBytes: 64 * 1024 * 1024,
  /** Parsed ones, of all control planes. */
  admissionConfigurations: 16_384,
  /** Of one control plane, of all kinds together: each write there looks at all of them. */
  admissionConfigurationBytes: 8 * 1024 * 1024,
  /** Compiled ones, of all control planes: each once, by what it is made of. */
  admissionExpressions: 8_192,
  admissionExpressionsBytes: 8 * 1024 * 1024,
  /** Costs in CEL's own measure: of one evaluation, of a policy's for one binding, of all match conditions. */
  admissionCallCost: 1_000_000,
  /** Of one evaluation, for what takes longer than its cost says. */
  admissionCallMs: 500,
  policyCost: 10_000_000,
  /** Of all that one control plane has configured, about one attempt of a write. */
  attemptPoliciesCost: 100_000_000,
  /** How long evaluations go on before others have a turn. */
  expressionsSliceMs: 5,
  matchConditionsCost: 2_500_000,
  /** Whose types the expressions of one are checked with. */
  checkedPolicyKinds: 10,
  policyParams: 1_000,
  policyMessageBytes: 5 * 1024,
  webhookTimeoutMsMax: 30_000,
  webhookReplyBytes: 8 * 1024 * 1024,
  /** Of a conversion: a step of a list comes back in one. */
  conversionReplyBytes: 32 * 1024 * 1024,
  /** At once: for the requests of all control planes, of one, and of that to one webhook. */
  webhookCalls: 2_048,
  webhookCallsPerPlane: 256,
  webhookCallsPerEndpoint: 64,
  webhookCallsWaiting: 1_024,
  webhookServers: 256,
  webhookIdleConnections: 4,
  webhookIdleConnectionMs: 30_000,
  webhookResolveTimeoutMs: 3_000,
  /** APIServices of one control plane, and what they take: each that changes has all of them read again. */
  apiServices: 256,
  apiServicesBytes: 1024 * 1024,
  /** What is kept of those of all control planes. */
  knownServicesBytes: 32 * 1024 * 1024,
  /** At once, to one service behind an APIService. */
  serviceConnections: 512,
  /** Of what a service says of its own resources. */
  serviceDocumentBytes: 4 * 1024 * 1024,
  /** Of one control plane, whose OpenAPI v2 becomes part of its own. */
  mergedServices: 32,
  /** What is kept of all of that together. */
  mergedSwaggerBytes: 16 * 1024 * 1024,
  /** Of one service: operations, parameters and schemas. To read them takes a tenth of a second. */
  swaggerNodes: 20_000,
  /** Names tried for definitions that differ from others of their name. */
  swaggerRenames: 8,
  serviceProbeTimeoutMs: 5_000,
  /** At once, to services of the platform, to those of all projects, and to those of one. */
  serviceProbes: 8,
  projectServiceProbes: 32,
  serviceProbesPerProject: 4,
  /** Between two looks whether a service is there. */
  serviceProbeIntervalMs: 30_000,
  /** While it is not. */
  serviceProbeRetryMs: 5_000,
  /** Of a service, looked at for an address. */
  serviceSlices: 100,

  // Tenancy.
  tenantCacheEntries: 4_096,
  folderDepth: 10,
  organizationNameLength: 50,
  projectNameLength: 55,

  // Fairness.
  /** Of the one thread, for each project (on the platform: each user) in a turn of the event loop. */
  fairShareMs: 2,
  /** Of one project, or user of the platform, that wait for their turn. */
  fairLineRequests: 2_000,
  /** A quarter of a request's time, as upstream. */
  fairWaitMs: 15_000,
  /** Taken from the lines in one turn of the event loop. */
  fairTurnRequests: 64,

  // Connections.
  connections: 20_000,
  streamsPerConnection: 1_000,
  sessionMemoryMiB: 256,
  headersTimeoutMs: 30_000,
  connectionSweepIntervalMs: 5_000,
  /** What is read and thrown away of a body whose request has been answered, so that the client gets to see the answer. */
  discardedBodyBytes: 16 * 1024 * 1024,
  controlMessageBytes: 64 * 1024,
  tokenFileBytes: 16 * 1024 * 1024,
  idleConnectionTimeoutMs: 300_000,
  /** Silence after which TCP asks whether the client is still there. */
  keepAliveProbeMs: 60_000,
  shutdownGraceMs: 4_000,
  /** The whole way out, from the signal to the exit. */
  shutdownDeadlineMs: 4_700,
  controlConnections: 8,
  /** Signals closer together than this are one wish: a shell and its parent pass the same one on. */
  signalRepeatMs: 500,
  fsckDifferences: 10_000,

  // Worker processes.
  workers: 64,
  /** Until a worker that ended is started again; twice as long each time that it does not last. */
  workerRestartMsMin: 100,
  workerRestartMsMax: 10_000,
  /** For one that served for so long the pauses begin anew. */
  workerSteadyMs: 30_000,
  workerStartMs: 30_000,
  /** Between two questions whether a worker is alive. */
  workerPingMs: 3_000,
  /** Of those without an answer, until it is taken to hang. */
  workerPings: 4,
  /** Beyond the time in which a worker itself cuts what is in flight. */
  workerEndMs: 4_300,
  /** Of connections that came while no worker was there to take them. */
  waitingConnections: 1_000,
  /** A worker that does not say its figures within this time is told of by the last ones it said. */
  workerScrapeMs: 2_000,

  // Metrics.
  /** Time series that are counted in; a histogram is as many as it has buckets, and two. Upstream has 50,000 or so. */
  metricSeries: 50_000,
  /** Samples of one metric that is read when it is asked for. */
  metricSamples: 10_000,
  /** Control planes whose objects are added up at one go: a millisecond. */
  countStepEntries: 200,
  /** Projects of which requests are counted, and of these the busiest that are shown. */
  countedProjects: 256,
  shownProjects: 20,
} as const;
