/** What became of one call of a webhook, for who counts them. */
import type { AdmissionOperation } from '../../registry/admission.ts';

export interface ObservedCall {
  /** The control plane that configured it. */
  readonly home: string;
  readonly name: string;
  readonly isMutating: boolean;
  readonly operation: AdmissionOperation;
  readonly seconds: number;
  /** Failed: it was not heard, or what it said could not be understood. */
  readonly outcome: 'allowed' | 'denied' | 'failed';
  /** What it denied the request with; 0 otherwise. */
  readonly code: number;
  /** Its failure stands in nobody's way. */
  readonly ignoresFailure: boolean;
}

/** Must not throw. */
export type WebhookObserver = (call: ObservedCall) => void;
