/** The process the crash suite kills: `node crash-writer.js DATA_DIR SEED`. */
import { runWorkload } from '../../conformance/crash/workload.ts';
import { openEmbedded } from './backend.ts';

const [dataDir, seed] = process.argv.slice(2) as [string, string];
await runWorkload(await openEmbedded({ dataDir }), Number(seed));
