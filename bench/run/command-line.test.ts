import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandLine, usageText } from './command-line.ts';
import { scenarios } from './scenarios.ts';
import { UsageError } from './usage-error.ts';

const parse = (line: string) => parseCommandLine(line === '' ? [] : line.split(' '), scenarios);

test('a command names a scenario; parameters have defaults, and values as flags', () => {
  const command = parse('idle-projects --projects 5 --json=out.json --seed 7 --dir /data');
  assert.ok(command !== 'help');
  assert.equal(command.scenario.name, 'idle-projects');
  assert.deepEqual(command.values, { projects: 5, warmup: 200 });
  assert.deepEqual([command.seed, command.directory, command.jsonFile], [7, '/data', 'out.json']);

  const latency = parse('latency-by-projects --steps 2,30 --warmup-seconds 0.25');
  assert.ok(latency !== 'help');
  assert.deepEqual(latency.values.steps, [2, 30]);
  assert.equal(latency.values.warmupSeconds, 0.25);
  assert.equal(latency.jsonFile, undefined);

  const some = parse('throughput --operations put,get');
  assert.ok(some !== 'help');
  assert.deepEqual(some.values.operations, ['get', 'put']);
});

test('a wrong command is refused in one sentence that names the mistake', () => {
  const check = (line: string, sentence: RegExp): void => {
    assert.throws(
      () => parse(line),
      (error) => error instanceof UsageError && sentence.test(error.message) && !error.message.includes('\n'),
      line,
    );
  };
  check('', /^Name a scenario first, one of cel, .*watch-fanout\.$/);
  check('--json out.json', /^Name a scenario first/);
  check('idle', /^There is no scenario "idle"; there is cel, .*idle-projects/);
  check('throughput --projects 5', /does not know "--projects"; it takes --json, --seed/);
  check('throughput fast', /does not know "fast"/);
  check('idle-projects --projects', /^--projects needs a value\.$/);
  check('idle-projects --projects=', /^--projects needs a value\.$/);
  check('idle-projects --projects 1 --projects 2', /^--projects is given twice\.$/);
  for (const value of ['0', '-1', '1.5', 'many', '1e3', '9999999999']) {
    check(`idle-projects --projects ${value}`, /^--projects takes a whole number of at least 1, not "/);
  }
  for (const value of ['100', '100,100', '200,100', '1,,2', '0,1']) {
    check(`latency-by-projects --steps ${value}`, /^--steps takes at least two rising whole numbers/);
  }
  check(
    'throughput --operations get,nap',
    /^--operations takes some of get,list,put,[a-zA-Z,]*fanout, not "get,nap"\.$/,
  );
  check('throughput --seconds 0', /^--seconds takes seconds, as in 2 or 0.5, not "0"\.$/);
});

test('a server that runs already is named by a kubeconfig and described by a tenancy', () => {
  const own = parse('idle-projects');
  assert.ok(own !== 'help');
  assert.deepEqual(own.server, { kubeconfig: undefined });
  const given = parse(
    'crds --kubeconfig config --context one --tenancy kcp --server-pid 12 --storage-dir /data',
  );
  assert.ok(given !== 'help');
  assert.deepEqual(given.server, {
    kubeconfig: 'config',
    context: 'one',
    tenancy: 'kcp',
    pid: 12,
    storagePid: undefined,
    storageDirectory: '/data',
    storageMetrics: undefined,
    needsControlPlanes: true,
  });
  const check = (line: string, sentence: RegExp): void => {
    assert.throws(
      () => parse(line),
      (error) => error instanceof UsageError && sentence.test(error.message),
      line,
    );
  };
  check('idle-projects --tenancy kcp', /^--tenancy says something of the server of --kubeconfig/);
  check('idle-projects --kubeconfig config', /^--kubeconfig needs --tenancy/);
  check('cel --kubeconfig config --tenancy milo', /^cel measures no server/);
});

test('help is given anywhere, and shows every scenario with its parameters', () => {
  assert.equal(parse('--help'), 'help');
  assert.equal(parse('throughput -h'), 'help');
  const text = usageText(scenarios);
  for (const { name, parameters } of scenarios) {
    assert.ok(text.includes(`  ${name}: `));
    assert.ok(Object.keys(parameters).length > 0);
  }
  assert.match(text, /--steps 100,1000,10000/);
});
