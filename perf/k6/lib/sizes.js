// Sizes of a run, from the environment: npm run k6 -- contents -e PROJECTS=100 -e RATE=200
function number(name, fallback) {
  const text = __ENV[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${name} must be a whole number above 0, not ${text}`);
  return value;
}

export const sizes = {
  organizations: number('ORGANIZATIONS', 2),
  projects: number('PROJECTS', 10),
  // In each project, of each kind.
  objects: number('OBJECTS', 10),
  bytes: number('BYTES', 1024),
  // Iterations begun in a second, whatever became of earlier ones.
  rate: number('RATE', 20),
  seconds: number('SECONDS', 10),
  // What iterations may run at once.
  vus: number('VUS', 20),
  p99Ms: number('P99_MS', 500),
};

// All names begin with it: two runs on one server must not have the same.
export const run = __ENV.RUN || 'k6';

// Iterations start at the rate also where the server is slow; those for which no VU is free are counted as dropped.
export function atRate(exec, overrides = {}) {
  return {
    executor: 'constant-arrival-rate',
    exec,
    rate: sizes.rate,
    timeUnit: '1s',
    duration: `${sizes.seconds}s`,
    preAllocatedVUs: sizes.vus,
    maxVUs: sizes.vus * 5,
    ...overrides,
  };
}

// A tenth of a per cent may fail; each operation has its 99th percentile held to the limit.
export function thresholds(operations) {
  const limits = { milo_failed: ['rate<0.001'], dropped_iterations: ['count<1'] };
  for (const op of operations) limits[`milo_latency{op:${op}}`] = [`p(99)<${sizes.p99Ms}`];
  return limits;
}
