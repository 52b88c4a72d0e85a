/**
 * What `npm test` runs after the build: format and lint, then every test with node's own runner, quick files
 * first. Its closing lines are the runner's, which CI reads. Knows nothing of single tests; needs of a test
 * (a real kubectl, a corpus) are the test's own business, and it says why it is skipped.
 *
 * `--quick` leaves out `*.slow.test.ts`. What builds clients with other tools first, `*.clients.test.ts`, runs only
 * with `--clients`, which runs everything in `test/clients/` and closes with a table of them. What measures,
 * `*.bench.test.ts`, runs only with `--bench`, one file at a time and nothing beside it. Any other argument is part of a
 * path, and only such files are run.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { run } from 'node:test';
import { spec, type TestEvent, tap } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { ClientTable } from './client-table.ts';

const dist = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(dist);

const options = process.argv.slice(2);
const flags = ['--quick', '--clients', '--bench'];
const unknownFlag = options.find((option) => option.startsWith('-') && !flags.includes(option));
if (unknownFlag !== undefined) {
  process.stderr.write(`${unknownFlag} is no flag of the tests; there are ${flags.join(', ')}.\n`);
  process.exit(2);
}
const isQuick = options.includes('--quick');
const isClients = options.includes('--clients');
const isBench = options.includes('--bench');
/** Files at a time: the machine's two cores are shared with the servers that tests start. */
const concurrency = isBench ? 1 : 2;
const parts = options.filter((option) => !option.startsWith('--'));
const clients = join('test', 'clients');

function testFiles(): string[] {
  const isSlow = (file: string): boolean => file.endsWith('.slow.test.js');
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js') && !file.includes('node_modules'))
    .filter((file) => !(isQuick && isSlow(file)))
    .filter((file) => file.endsWith('.bench.test.js') === isBench)
    .filter((file) => (isClients ? dirname(file) === clients : !file.endsWith('.clients.test.js')))
    .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
    .sort();
  return [...files.filter((file) => !isSlow(file)), ...files.filter(isSlow)];
}

function isTidy(): boolean {
  console.log('> biome check');
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const { status, error } = spawnSync(process.execPath, [biome, 'check', '--error-on-warnings', '.'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (error !== undefined) throw error;
  return status === 0;
}

/** The table goes before the closing lines, in the form of theirs, since CI reads those. */
async function* withTable(events: AsyncIterable<TestEvent>): AsyncGenerator<TestEvent, void> {
  const table = new ClientTable();
  for await (const event of events) {
    const isClosing =
      event.type === 'test:diagnostic' && event.data.nesting === 0 && /^tests \d+$/.test(event.data.message);
    if (isClosing) {
      for (const message of table.lines()) yield { ...event, data: { ...event.data, message } };
    }
    table.take(event);
    yield event;
  }
}

/** The runner is called as a function because its command line would sort the slow files among the quick. */
async function hasPassed(files: readonly string[]): Promise<boolean> {
  console.log(`> ${files.length} test files`);
  let failures = 0;
  const events = run({ files: files.map((file) => join(dist, file)), concurrency });
  events.on('test:fail', ({ todo }) => {
    if (todo === undefined) failures++;
  });
  const told: AsyncIterable<TestEvent> = isClients ? withTable(events) : events;
  const report = Readable.from(told).compose(process.stdout.isTTY ? new spec() : tap);
  for await (const chunk of report) process.stdout.write(chunk);
  return failures === 0;
}

const files = testFiles();
if (files.length === 0) throw new Error(`no test files under ${relative(root, dist)}`);
const tidy = isClients || parts.length > 0 || isTidy();
const passed = await hasPassed(files);
if (!tidy) console.log('biome check failed: see the top, and `npm run format`');
process.exitCode = tidy && passed ? 0 : 1;
