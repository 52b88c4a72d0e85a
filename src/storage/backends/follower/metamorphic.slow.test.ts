import { storeMetamorphic } from '../../conformance/metamorphic.ts';
import { followerSubject } from './follower-subject.ts';

// What it writes, the embedded store has written, which has a longer run of its own.
storeMetamorphic(followerSubject, 30_000);
