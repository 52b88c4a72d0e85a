import { storeConformance } from '../../conformance/conformance.ts';
import { embeddedSubject } from './embedded-subject.ts';

storeConformance(embeddedSubject);
