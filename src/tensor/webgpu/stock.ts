/**
 * What our kernels use of TensorFlow.js's WebGPU backend, private members included: they exist at run time in the pinned
 * version, and the tests run through all of them.
 *
 * @module
 */
import type * as tf from "../tf.ts";

/** Where a tensor's values are. */
export interface TensorData {
  /** On the CPU, if they are or were read; null where only the GPU has them. */
  values: tf.BackendValues | null;
  /** On the GPU, if they are there. */
  resource?: GPUBuffer | null;
  /** How many tensors share the values. */
  refCount: number;
  /** What the values are. */
  readonly dtype: tf.DataType;
  /** Set where the buffer does not belong to the pool. */
  external?: boolean;
  /** The parts of a complex tensor. */
  readonly complexTensorInfos?: { readonly real: tf.TensorInfo; readonly imag: tf.TensorInfo };
}

/** A uniform of a stock program. */
export interface StockUniform {
  /** "int32", "uint32" or "float32". */
  readonly type: string;
  /** One to six numbers. */
  data: number[];
}

/** The stock pool of buffers. */
export interface StockBuffers {
  /** Free buffers by size and usage; the last is handed out first. */
  freeBuffers: Map<string, GPUBuffer[]>;
  /** Buffers in use by size and usage. */
  usedBuffers: Map<string, GPUBuffer[]>;
  /** Bytes in use. */
  numBytesUsed: number;
  /** Bytes in use or free. */
  numBytesAllocated: number;
  /** Buffers that are free. */
  numFreeBuffers: number;
  /** Hands out a buffer. */
  acquireBuffer(size: number, usage: number, mappedAtCreation?: boolean, reuse?: boolean): GPUBuffer;
  /** Takes a buffer back, or destroys it. */
  releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
}

/** TensorFlow.js's WebGPU backend. */
export interface StockBackend extends tf.KernelBackend {
  /** The device. */
  readonly device: GPUDevice;
  /** The pool of buffers. */
  readonly bufferManager: StockBuffers;
  /** Values by tensor; `get` brings those of another backend here. */
  readonly tensorMap: { get(id: object): TensorData; has(id: object): boolean; delete(id: object): boolean };
  /** Pipelines of the stock programs; promises while they are compiled ahead. */
  readonly pipelineCache: Record<string, unknown>;
  /** Commands that were recorded and not yet submitted. */
  commandEncoder: GPUCommandEncoder | null;
  /** The pass that is being recorded. */
  computePassEncoder: GPUComputePassEncoder | null;
  /** Dispatches since the last submit. */
  dispatchCountInPass: number;
  /** Opens an encoder. */
  ensureCommandEncoderReady(): void;
  /** Ends the pass. */
  endComputePassEncoder(): void;
  /** Submits what was recorded; there must be something. */
  submitQueue(): void;
  /** Makes a tensor without values. */
  makeTensorInfo(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  /** Gives a tensor a buffer, with its values if it has any. */
  uploadToGPU(id: object): void;
  /** Puts a tensor's buffer back into the pool. */
  releaseResource(id: object): void;
  /** Lays out uniforms in a buffer. */
  makeUniforms(uniforms: StockUniform[]): { offset: number; size: number; buffer: GPUBuffer };
  /** Records a stock program. */
  recordAndSubmit(...args: unknown[]): void;
  /** Reads a buffer. */
  getBufferData(buffer: GPUBuffer): Promise<ArrayBuffer>;
  /** Keeps values that were read. */
  convertAndCacheOnCPU(id: object, values: tf.BackendValues): tf.BackendValues;
}
