import { storeCrash } from '../../conformance/crash/crash.ts';
import { openEmbedded } from './backend.ts';

storeCrash({
  name: 'embedded',
  writer: new URL('./crash-writer.js', import.meta.url),
  open: (dataDir) => openEmbedded({ dataDir }),
});
