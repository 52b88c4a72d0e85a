import { storeMetamorphic } from '../../conformance/metamorphic.ts';
import { followerSubject } from './follower-subject.ts';

storeMetamorphic(followerSubject);
