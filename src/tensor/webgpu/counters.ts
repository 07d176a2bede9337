/**
 * Counts of what was done on the GPU, for tests and benchmarks.
 *
 * @module
 */

/** Counts since the device was started. */
export interface Counters {
  /** Programs run, ours and stock ones. */
  dispatches: number;
  /** Submits to the queue. */
  submits: number;
  /** Buffers made, for tensors, uniforms and uploads. */
  newBuffers: number;
  /** Bytes of them. */
  newBytes: number;
  /** Bind groups found again. */
  bindGroupHits: number;
  /** Bind groups made. */
  bindGroupMisses: number;
  /** Pipelines compiled. */
  pipelines: number;
}

/** All zero. */
export function zeroCounters(): Counters {
  return {
    dispatches: 0,
    submits: 0,
    newBuffers: 0,
    newBytes: 0,
    bindGroupHits: 0,
    bindGroupMisses: 0,
    pipelines: 0,
  };
}
