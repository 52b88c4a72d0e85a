import { storeConformance } from '../../conformance/conformance.ts';
import { followerSubject } from './follower-subject.ts';

storeConformance(followerSubject);
