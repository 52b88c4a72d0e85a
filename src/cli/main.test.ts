import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { KubeConfig } from '@kubernetes/client-node';
import { open } from 'lmdb';
import { canFindWorkers, isRunning, workersOf } from '../../test/worker-processes.ts';

const main = fileURLToPath(new URL('./main.js', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'milo-cli-'));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});
let count = 0;
const freshDir = (): string => join(root, `dir-${count++}`);

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
function milo(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], { cwd: root }, (_, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    );
  });
}

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
  readonly dataDir: string;
  /** All it has printed so far. */
  output(): string;
  ended(): Promise<number | null>;
}
async function up(dataDir: string, ...args: string[]): Promise<Server> {
  const child = spawn(process.execPath, [main, 'up', '--data-dir', dataDir, '--port', '0', ...args], {
    cwd: root,
  });
  children.push(child);
  let text = '';
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = /^ready: https:\/\/127\.0\.0\.1:(\d+) /m.exec(text);
      if (found !== null) resolve(Number(found[1]));
    });
    void exited.then((code) => reject(new Error(`ended with ${code}: ${text}`)));
  });
  return { child, port, dataDir, output: () => text, ended: () => exited };
}

/** Credentials as a kubeconfig has them. */
function credentialsOf(text: string): { server: string; options: https.RequestOptions } {
  const config = new KubeConfig();
  config.loadFromString(text);
  const decode = (data: string): Buffer => Buffer.from(data, 'base64');
  const cluster = config.getCurrentCluster()!;
  const user = config.getCurrentUser()!;
  return {
    server: cluster.server,
    options: { ca: decode(cluster.caData!), cert: decode(user.certData!), key: decode(user.keyData!) },
  };
}
function get(url: string, options: https.RequestOptions): Promise<{ code: number; body: string }> {
  return new Promise((resolve, reject) => {
    https
      .get(url, { ...options, agent: false }, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ code: response.statusCode!, body }));
      })
      .on('error', reject);
  });
}
const adminOf = (dataDir: string): ReturnType<typeof credentialsOf> =>
  credentialsOf(readFileSync(join(dataDir, 'kubeconfig'), 'utf8'));

describe('a wrong command line is one sentence and exit code 2', () => {
  const check = (args: string[], sentence: RegExp): void => {
    test(args.join(' ') || '(nothing)', async () => {
      const { code, out, err } = await milo(...args);
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.match(err, /^milo: [^\n]+\n$/);
      assert.match(err, sentence);
    });
  };
  check([], /a command is needed/);
  check(['dance'], /there is no command "dance"/);
  check(['help', 'dance'], /there is no command "dance"/);
  check(['constructor'], /there is no command "constructor"/);
  check(['up', '--dance'], /"milo up" has no flag --dance; see "milo help up"/);
  check(['up', '--port', '65536'], /--port takes a port, 0 to 65535, not "65536"/);
  check(
    ['up', '--project-egress-cidrs', '10.0.0.0/8,private'],
    /--project-egress-cidrs takes ranges of addresses such as .*, of which "private" is none/,
  );
  for (const workers of ['65', '1.5', 'two', '1e1', '99999999999'])
    check(['up', '--workers', workers], /--workers takes a number, 0 to 64, not "/);
  check(['backup'], /"milo backup" needs FILE/);
  check(['kubeconfig', '--organization', 'acme'], /--organization is not served yet/);
  check(['kubeconfig', '--folder', 'acme'], /--folder is not served yet/);
});

test('help and version', async () => {
  for (const args of [['help'], ['--help'], ['help', 'up'], ['up', '--help'], ['version'], ['--version']]) {
    const { code, out, err } = await milo(...args);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /milo/i);
  }
  const { out } = await milo('help');
  for (const command of ['up', 'kubeconfig', 'backup', 'restore', 'fsck', 'version'])
    assert.match(out, new RegExp(`^  ${command} `, 'm'));
});

describe('what stands in the way is one sentence and exit code 2, and nothing is harmed', () => {
  let running: Server;
  before(async () => {
    running = await up(freshDir());
  });
  after(() => running.child.kill('SIGKILL'));

  const check = (title: string, args: () => string[] | Promise<string[]>, sentence: RegExp): void => {
    test(title, async () => {
      const before = readdirSync(running.dataDir);
      const { code, err } = await milo(...(await args()));
      assert.equal(code, 2, err);
      assert.match(err, /^milo: [^\n]+\n$/);
      assert.match(err, sentence);
      assert.deepEqual(readdirSync(running.dataDir), before);
      assert.equal(
        (await get(`${adminOf(running.dataDir).server}/readyz`, adminOf(running.dataDir).options)).body,
        'ok',
      );
    });
  };
  check(
    'second up on the data directory',
    () => ['up', '--data-dir', running.dataDir, '--port', '0'],
    /is in use by another process/,
  );
  check(
    'fsck of a served data directory',
    () => ['fsck', '--data-dir', running.dataDir],
    /is in use by another process/,
  );
  check(
    'port in use',
    () => ['up', '--data-dir', freshDir(), '--port', String(running.port)],
    /port \d+ on 127\.0\.0\.1 is in use; name a free one/,
  );
  check(
    'somebody else’s address',
    () => ['up', '--data-dir', freshDir(), '--bind-address', '192.0.2.1'],
    /192\.0\.2\.1 is not an address of this machine/,
  );
  check(
    'data directory is a file',
    () => {
      const file = freshDir();
      writeFileSync(file, '');
      return ['up', '--data-dir', file];
    },
    /the data directory .* cannot be used: it is not a directory/,
  );
  check(
    'data directory below a file',
    () => {
      const file = freshDir();
      writeFileSync(file, '');
      return ['up', '--data-dir', join(file, 'below')];
    },
    /a part of its path is not a directory/,
  );
  for (const command of ['fsck', 'kubeconfig']) {
    check(
      `${command} without a data directory`,
      () => [command, '--data-dir', freshDir()],
      /the data directory .* cannot be used: it does not exist/,
    );
  }
  check(
    'backup without a data directory',
    () => ['backup', join(root, 'none'), '--data-dir', freshDir()],
    /it does not exist/,
  );
  check(
    'kubeconfig before the first start',
    () => {
      const dir = freshDir();
      mkdirSync(dir);
      return ['kubeconfig', '--data-dir', dir];
    },
    /start Milo on this data directory first/,
  );
  check(
    'token file missing',
    () => ['up', '--data-dir', freshDir(), '--token-file', join(root, 'none')],
    /the token file .* cannot be read: it does not exist/,
  );
  check(
    'token file wrong',
    () => {
      const file = freshDir();
      writeFileSync(file, 's3cret,bob');
      return ['up', '--data-dir', freshDir(), '--token-file', file];
    },
    /^(?!.*s3cret).*line 1 has fewer than three fields/,
  );
  check(
    'restore into a data directory with something in it',
    async () => {
      const file = join(root, 'for-restore');
      assert.equal((await milo('backup', file, '--data-dir', running.dataDir)).code, 0);
      return ['restore', file, '--data-dir', running.dataDir];
    },
    /is in use|is not empty/,
  );
  check(
    'restore of what is no backup',
    () => {
      const file = freshDir();
      writeFileSync(file, 'x'.repeat(100_000));
      return ['restore', file, '--data-dir', freshDir()];
    },
    /is not a Milo store|is damaged|cannot be restored/,
  );
  check(
    'backup over a file',
    () => {
      const file = freshDir();
      writeFileSync(file, 'precious');
      return ['backup', file, '--data-dir', running.dataDir];
    },
    /cannot be written/,
  );
});

describe('damaged files', () => {
  const check = (file: string, sentence: RegExp): void => {
    test(file, async () => {
      const server = await up(freshDir());
      server.child.kill('SIGTERM');
      await server.ended();
      const damaged = join(server.dataDir, file);
      writeFileSync(damaged, 'x'.repeat(statSync(damaged).size));
      const { code, err } = await milo('up', '--data-dir', server.dataDir, '--port', '0');
      assert.equal(code, 2);
      assert.match(err, /^milo: [^\n]+\n$/);
      assert.match(err, sentence);
      assert.match(readFileSync(damaged, 'utf8'), /^x+$/);
    });
  };
  check('store.mdb', /store\.mdb is not a Milo store|damaged/);
  check('pki/ca.crt', /ca\.crt is damaged/);
  check('pki/serving.key', /serving\.key is damaged/);

  test('a damaged kubeconfig is written anew', async () => {
    const server = await up(freshDir());
    server.child.kill('SIGTERM');
    await server.ended();
    writeFileSync(join(server.dataDir, 'kubeconfig'), 'x');
    assert.match((await milo('kubeconfig', '--data-dir', server.dataDir)).err, /kubeconfig is damaged/);
    const again = await up(server.dataDir);
    assert.match(adminOf(server.dataDir).server, new RegExp(`:${again.port}$`));
    again.child.kill('SIGKILL');
  });
});

test('an unreadable data directory', async (t) => {
  if (process.getuid?.() === 0) return t.skip('root reads everything');
  const dir = freshDir();
  mkdirSync(dir);
  chmodSync(dir, 0);
  const { code, err } = await milo('up', '--data-dir', dir, '--port', '0');
  assert.equal(code, 2);
  assert.match(err, /^milo: the data directory .* cannot be used: permission is denied\n$/);
});

describe('the way of a server', () => {
  test('first start, what it says, what it leaves, and its end', async () => {
    const server = await up(freshDir());
    const { server: url, options } = adminOf(server.dataDir);
    assert.equal((await get(`${url}/api/v1/namespaces/default`, options)).code, 200);
    assert.equal((await get(`${url}/api/v1/namespaces/default`, { ca: options.ca! })).code, 403);
    assert.equal((await get(`${url}/version`, { ca: options.ca! })).code, 200);
    for (const file of ['kubeconfig', 'pki/ca.key', 'pki/admin.key', 'store.mdb']) {
      assert.equal(statSync(join(server.dataDir, file)).mode & 0o077, 0, file);
    }
    assert.equal(server.output().match(/ready/g)?.length, 1);
    assert.match(server.output(), /^ {2}export KUBECONFIG=/m);
    assert.ok(server.output().includes('certificates issued: ca, front-proxy-ca, serving, admin'));
    const began = Date.now();
    server.child.kill('SIGTERM');
    assert.equal(await server.ended(), 0);
    assert.ok(Date.now() - began < 5_000);
    assert.ok(!existsSync(join(server.dataDir, 'control.sock')));

    const again = await up(server.dataDir);
    assert.ok(!again.output().includes('certificates issued'));
    assert.deepEqual(adminOf(server.dataDir).options, options);
    again.child.kill('SIGINT');
    assert.equal(await again.ended(), 0);
  });

  test('a watch is ended cleanly, and the same signal twice in a moment is one', async () => {
    const server = await up(freshDir());
    const { server: url, options } = adminOf(server.dataDir);
    const watch = get(`${url}/api/v1/namespaces?watch=true&resourceVersion=0`, options);
    await new Promise((resolve) => setTimeout(resolve, 300));
    server.child.kill('SIGTERM');
    server.child.kill('SIGTERM');
    assert.match((await watch).body, /^\{"type":"ADDED"[^\n]*\n/);
    assert.equal(await server.ended(), 0);
  });

  test('a second signal ends it at once', async () => {
    const server = await up(freshDir());
    const { server: url, options } = adminOf(server.dataDir);
    const request = https.request(`${url}/api/v1/namespaces`, { ...options, agent: false, method: 'POST' });
    request.on('error', () => {});
    request.setHeader('content-type', 'application/json');
    request.write('{');
    await once(request, 'socket');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const began = Date.now();
    server.child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 700));
    server.child.kill('SIGTERM');
    assert.equal(await server.ended(), 143);
    assert.ok(Date.now() - began < 3_000);
  });

  test('static tokens', async () => {
    const file = freshDir();
    writeFileSync(file, 'good,root,,system:masters\nplain,bob,\n');
    const server = await up(freshDir(), '--token-file', file);
    const { server: url, options } = adminOf(server.dataDir);
    const path = `${url}/api/v1/namespaces/default`;
    const asks = async (token: string): Promise<number> =>
      (await get(path, { ca: options.ca!, headers: { authorization: `Bearer ${token}` } })).code;
    assert.deepEqual([await asks('good'), await asks('plain'), await asks('bad')], [200, 403, 401]);
    assert.ok(!server.output().includes('good'));
    server.child.kill('SIGKILL');
  });

  test('plain TCP that says nothing does not hold the end up beyond its time', async () => {
    const server = await up(freshDir());
    const socket = net.connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    const began = Date.now();
    server.child.kill('SIGTERM');
    assert.equal(await server.ended(), 0);
    assert.ok(Date.now() - began < 5_000);
  });
});

test('a kubeconfig for a project names its control plane', async () => {
  const server = await up(freshDir());
  const { code, out } = await milo('kubeconfig', '--project', 'acme-web', '--data-dir', server.dataDir);
  assert.equal(code, 0);
  const { server: url, options } = credentialsOf(out);
  assert.equal(url, `https://127.0.0.1:${server.port}/projects/acme-web/control-plane`);
  assert.equal((await get(`${url}/api`, options)).code, 404);
  const platform = await milo('kubeconfig', '--data-dir', server.dataDir);
  assert.equal(platform.out, readFileSync(join(server.dataDir, 'kubeconfig'), 'utf8'));
  server.child.kill('SIGKILL');
});

test('kubectl takes the kubeconfig', async (t) => {
  const kubectl = (kubeconfig: string, ...args: string[]): Promise<Ended & { isAbsent: boolean }> =>
    new Promise((resolve) => {
      const child = execFile('kubectl', ['--kubeconfig', kubeconfig, ...args], (error, out, err) =>
        resolve({ code: child.exitCode, out, err, isAbsent: error?.code === 'ENOENT' }),
      );
    });
  const server = await up(freshDir());
  const { code, out, err, isAbsent } = await kubectl(
    join(server.dataDir, 'kubeconfig'),
    'version',
    '-o',
    'json',
  );
  server.child.kill('SIGKILL');
  if (isAbsent) return t.skip('kubectl is not on the PATH');
  assert.equal(code, 0, err);
  const { serverVersion } = JSON.parse(out) as { serverVersion: { gitVersion: string } };
  assert.match(serverVersion.gitVersion, /milo/);
});

test('backup while serving and at rest, restore, fsck', async () => {
  const deep = join(freshDir(), 'd'.repeat(60), 'e'.repeat(60));
  const server = await up(deep);
  const live = join(root, 'live.backup');
  const { code, out, err } = await milo('backup', live, '--data-dir', deep);
  assert.deepEqual([code, err], [0, '']);
  assert.ok(out.includes(live));
  assert.equal(statSync(live).mode & 0o077, 0);
  server.child.kill('SIGTERM');
  assert.equal(await server.ended(), 0);
  const resting = join(root, 'resting.backup');
  assert.equal((await milo('backup', resting, '--data-dir', deep)).code, 0);

  for (const file of [live, resting]) {
    const dir = freshDir();
    const restored = await milo('restore', file, '--data-dir', dir);
    assert.deepEqual([restored.code, restored.err], [0, '']);
    const checked = await milo('fsck', '--data-dir', dir);
    assert.equal(checked.code, 0);
    assert.match(checked.out, /: 0 differences\n$/);
    assert.equal((await milo('restore', file, '--data-dir', dir)).code, 2);
    const again = await up(dir);
    const { server: url, options } = adminOf(dir);
    assert.equal((await get(`${url}/api/v1/namespaces/default`, options)).code, 200);
    again.child.kill('SIGKILL');
  }
});

test('fsck names differences, repairs them, and tells by its exit code', async () => {
  const server = await up(freshDir());
  server.child.kill('SIGTERM');
  await server.ended();
  const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
  const file = open({
    path: join(server.dataDir, 'store.mdb'),
    noSubdir: true,
    maxDbs: 8,
    pageSize: 8_192,
    ...binary,
  });
  const counters = file.openDB<Buffer, Buffer>({ name: 'counters', ...binary });
  const keys = [...counters.getKeys()];
  assert.ok(keys.length > 0);
  await counters.remove(keys[0]!);
  await file.close();

  const fsck = (...args: string[]): Promise<Ended> => milo('fsck', '--data-dir', server.dataDir, ...args);
  const found = await fsck();
  assert.equal(found.code, 1);
  assert.match(found.out, /^counters: [^\n]+\n\d+ objects at revision \d+: 1 differences\n$/);
  const repaired = await fsck('--repair');
  assert.equal(repaired.code, 0);
  assert.match(repaired.out, /^counters: [\s\S]*\nrepaired; checking again\n[^\n]*: 0 differences\n$/);
  assert.equal((await fsck()).code, 0);
});

test('a signal during the start ends it gracefully too', async () => {
  const child = spawn(process.execPath, [main, 'up', '--data-dir', freshDir(), '--port', '0'], { cwd: root });
  children.push(child);
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});

test('a server that was killed leaves nothing in the way', async () => {
  const server = await up(freshDir());
  server.child.kill('SIGKILL');
  await server.ended();
  assert.ok(existsSync(join(server.dataDir, 'control.sock')));
  assert.equal((await milo('backup', join(root, 'killed.backup'), '--data-dir', server.dataDir)).code, 0);
  const again = await up(server.dataDir);
  again.child.kill('SIGTERM');
  assert.equal(await again.ended(), 0);
});

describe('workers', () => {
  const started = async (): Promise<{ server: Server; workers: readonly number[] }> => {
    const server = await up(freshDir(), '--workers', '2');
    const workers = workersOf(server.child.pid!);
    assert.equal(workers.length, 2);
    return { server, workers };
  };
  const gone = async (workers: readonly number[]): Promise<void> => {
    const deadline = Date.now() + 10_000;
    while (workers.some(isRunning)) {
      assert.ok(Date.now() < deadline, 'workers end with their server');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  test('they answer, and end with a server that is asked to', { skip: !canFindWorkers }, async () => {
    const { server, workers } = await started();
    const { server: url, options } = adminOf(server.dataDir);
    const watches = [1, 2].map(() =>
      get(`${url}/api/v1/namespaces?watch=true&resourceVersion=0`, { ...options, agent: false }),
    );
    for (let round = 0; round < 4; round++) {
      const answer = await get(`${url}/api/v1/namespaces/default`, { ...options, agent: false });
      assert.equal(answer.code, 200);
    }
    // As a terminal does: the signal is everybody's.
    for (const pid of [...workers, server.child.pid!]) process.kill(pid, 'SIGINT');
    for (const { body } of await Promise.all(watches)) assert.match(body, /^\{"type":"ADDED"[^\n]*\n/);
    assert.equal(await server.ended(), 0);
    await gone(workers);
    const check = await milo('fsck', '--data-dir', server.dataDir);
    assert.equal(check.code, 0, check.out + check.err);
  });

  test('they end with a server that is killed, and leave nothing in the way', {
    skip: !canFindWorkers,
  }, async () => {
    const { server, workers } = await started();
    server.child.kill('SIGKILL');
    await server.ended();
    await gone(workers);
    const again = await up(server.dataDir, '--workers', '1');
    again.child.kill('SIGTERM');
    assert.equal(await again.ended(), 0);
  });

  test('the directory is in use for everybody else', { skip: !canFindWorkers }, async () => {
    const { server } = await started();
    const { code, err } = await milo('up', '--data-dir', server.dataDir, '--port', '0', '--workers', '2');
    assert.equal(code, 2);
    assert.match(err, /is in use by another process/);
    const backup = await milo('backup', join(root, 'workers.backup'), '--data-dir', server.dataDir);
    assert.equal(backup.code, 0, backup.err);
    server.child.kill('SIGTERM');
    assert.equal(await server.ended(), 0);
  });

  test('a port that is taken is said as ever', async () => {
    const taken = net.createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as net.AddressInfo;
    const { code, err } = await milo(
      'up',
      '--data-dir',
      freshDir(),
      '--port',
      String(port),
      '--workers',
      '2',
    );
    taken.close();
    assert.equal(code, 2);
    assert.match(err, new RegExp(`port ${port} on 127\\.0\\.0\\.1 is in use`));
  });
});
