/** What is counted, as it is written: types, labels, escapes, and the bound on how many series there are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exposition } from './exposition.ts';
import { otherLabel } from './family.ts';
import { Registry } from './registry.ts';

const roomy = { metricSeries: 1_000, metricSamples: 1_000 };

/** What a registry writes beside what it says of itself. */
async function written(registry: Registry): Promise<string[]> {
  const text = (await exposition(registry)).toString();
  assert.ok(text.endsWith('\n'));
  return text.split('\n').filter((line) => line !== '' && !line.includes('milo_metric_'));
}

/** One metric, and its lines behind HELP and TYPE. */
function check(
  name: string,
  make: (registry: Registry) => void,
  type: string,
  lines: readonly string[],
): void {
  test(name, async () => {
    const registry = new Registry(roomy);
    registry.tellOfItself();
    make(registry);
    assert.deepEqual(await written(registry), [
      '# HELP m_name What it is.',
      `# TYPE m_name ${type}`,
      ...lines,
    ]);
  });
}

const help = 'What it is.';
check('a counter without labels', (r) => r.counter('m_name', help).with().add(2), 'counter', ['m_name 2']);
check('a counter nobody has asked for', (r) => r.counter('m_name', help, ['a']), 'counter', []);
check(
  'one series for each set of values, the same every time',
  (r) => {
    const family = r.counter('m_name', help, ['a', 'b']);
    family.with('x', 'y').value++;
    family.with('x', 'z').value++;
    family.with('x', 'y').value++;
  },
  'counter',
  ['m_name{a="x",b="y"} 2', 'm_name{a="x",b="z"} 1'],
);
check(
  'what a value may hold is escaped',
  (r) => {
    r.gauge('m_name', help, ['a']).with('"\\\n é').value = 0.5;
  },
  'gauge',
  ['m_name{a="\\"\\\\\\n é"} 0.5'],
);
check(
  'numbers as Prometheus reads them',
  (r) =>
    r.gaugesOf('m_name', help, ['a'], () =>
      [1e21, 1e-7, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN].map((value, i) => [
        [String(i)],
        value,
      ]),
    ),
  'gauge',
  ['1e+21', '1e-7', '+Inf', '-Inf', 'NaN'].map((value, i) => `m_name{a="${i}"} ${value}`),
);
check(
  'a histogram: buckets cumulated, bounds inclusive',
  (r) => {
    const histogram = r.histogram('m_name', help, [1, 2.5], ['a']).with('x');
    for (const value of [0.5, 1, 2, 3, 4]) histogram.observe(value);
  },
  'histogram',
  [
    'm_name_bucket{a="x",le="1"} 2',
    'm_name_bucket{a="x",le="2.5"} 3',
    'm_name_bucket{a="x",le="+Inf"} 5',
    'm_name_sum{a="x"} 10.5',
    'm_name_count{a="x"} 5',
  ],
);
check('a histogram without labels', (r) => r.histogram('m_name', help, [1]).with().observe(2), 'histogram', [
  'm_name_bucket{le="1"} 0',
  'm_name_bucket{le="+Inf"} 1',
  'm_name_sum 2',
  'm_name_count 1',
]);
check('what is unknown is not told', (r) => r.gaugeOf('m_name', help, () => undefined), 'gauge', []);

test('what is read is read when it is asked for, behind what prepares it', async () => {
  const registry = new Registry(roomy);
  let prepared = 0;
  registry.beforeScrape(async () => {
    prepared++;
  });
  registry.counterOf('m_name', help, () => prepared);
  assert.ok((await written(registry)).includes('m_name 1'));
  assert.ok((await written(registry)).includes('m_name 2'));
});

test('what cannot be found out is told as it was, counted, and keeps nothing else from being told', async () => {
  const errors: unknown[] = [];
  const registry = new Registry(roomy, (error) => errors.push(error));
  registry.tellOfItself();
  let isBroken = false;
  let found = 0;
  let others = 0;
  registry.beforeScrape(async () => {
    if (isBroken) throw new Error('unreadable');
    found++;
  });
  registry.beforeScrape(() => {
    others++;
  });
  registry.counterOf('m_found', help, () => found);
  registry.counterOf('m_others', help, () => others);
  const told = async (): Promise<string[]> => {
    const text = (await exposition(registry)).toString();
    return text.split('\n').filter((line) => /^(m_|milo_metric_failures)/.test(line));
  };
  assert.deepEqual(await told(), ['m_found 1', 'm_others 1', 'milo_metric_failures_total 0']);
  isBroken = true;
  await written(registry);
  assert.deepEqual(await told(), ['m_found 1', 'm_others 3', 'milo_metric_failures_total 2']);
  assert.deepEqual(errors.map(String), ['Error: unreadable', 'Error: unreadable']);
  isBroken = false;
  assert.deepEqual(await told(), ['m_found 2', 'm_others 4', 'milo_metric_failures_total 2']);
});

test('a name is there once', () => {
  const registry = new Registry(roomy);
  registry.counter('m_name', help);
  assert.throws(() => registry.gauge('m_name', help), /m_name/);
});

test('beyond the limit everybody new shares a series, and those that are there go on', async () => {
  const registry = new Registry({ metricSeries: 3, metricSamples: 2 });
  registry.tellOfItself();
  const family = registry.counter('m_name', help, ['a']);
  for (let i = 0; i < 1_000; i++) family.with(String(i)).value++;
  family.with('1').value++;
  assert.deepEqual((await written(registry)).slice(2), [
    'm_name{a="0"} 1',
    'm_name{a="1"} 2',
    'm_name{a="2"} 1',
    `m_name{a="${otherLabel}"} 997`,
  ]);
  const own = (await exposition(registry)).toString();
  assert.match(own, /^milo_metric_series 3$/m);
  assert.match(own, /^milo_metric_series_refused_total 997$/m);
  // A histogram is as many series as it has lines: there is no room for one here, and one is there nonetheless.
  registry.histogram('h_name', help, [1], ['a']).with('x').observe(0);
  assert.match((await exposition(registry)).toString(), /^h_name_count\{a="other"\} 1$/m);
});

test('a metric that is read shows no more samples than the limit', async () => {
  const registry = new Registry({ metricSeries: 3, metricSamples: 2 });
  registry.gaugesOf('m_name', help, ['a'], function* () {
    for (let i = 0; ; i++) yield [[String(i)], i];
  });
  assert.deepEqual((await written(registry)).slice(2), ['m_name{a="0"} 0', 'm_name{a="1"} 1']);
});
