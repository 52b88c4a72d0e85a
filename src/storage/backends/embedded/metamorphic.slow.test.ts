import { storeMetamorphic } from '../../conformance/metamorphic.ts';
import { embeddedSubject } from './embedded-subject.ts';

storeMetamorphic(embeddedSubject);
