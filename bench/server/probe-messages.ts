/** What the harness and the probe inside a measured process say to each other over node's IPC channel. */
export interface ProbeRequest {
  readonly kind: 'sample' | 'heap' | 'collect' | 'old-generation' | 'start-profile' | 'stop-profile';
}

/** After a forced garbage collection. */
export interface ProbeSample {
  readonly heapBytes: number;
  /** Memory outside the heap that JavaScript objects hold: buffers, native handles. */
  readonly externalBytes: number;
  readonly rssBytes: number;
  /** Timers that exist, whether or not they keep the process alive. */
  readonly timers: number;
  /** Sockets, plain and TLS. */
  readonly sockets: number;
  /** Other handles of the event loop: listening servers, pipes, files being watched. */
  readonly otherHandles: number;
  /** Objects that hold listeners: streams, sessions, servers, abort signals. */
  readonly emitters: number;
}

/** To `heap`: bytes in use, garbage and all; to `collect`: without. To `old-generation`: those of it, once no small collection frees any more. */
export type HeapBytes = number;

/** To `stop-profile`: what DevTools opens as a .cpuprofile. */
export type CpuProfile = object;

/** One reply to each request, in their order. */
export interface ProbeReply {
  readonly value: ProbeSample | HeapBytes | CpuProfile | 'started';
}
