/**
 * The wasm engine: own kernels, threads and memory for TensorFlow.js's wasm backend.
 *
 * @module
 */
export { type Engine, type EngineOptions, startEngine, stopEngine } from "./engine.ts";
export { bestInstructions, type Instructions } from "./builds.ts";
export { registerKernels } from "./register.ts";
export { PARTS as MAX_THREADS } from "./pool.ts";
