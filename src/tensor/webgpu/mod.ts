/**
 * The WebGPU engine: our own device and programs for TensorFlow.js's WebGPU backend.
 *
 * @module
 */
export { compilePrograms, type Progress } from "./compile.ts";
export { startDevice } from "./device.ts";
export { registerKernels } from "./register.ts";
