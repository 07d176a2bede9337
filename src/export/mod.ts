/**
 * Taking a model out: as a plain graph, and as an ONNX file.
 *
 * @module
 */
export type { BinaryOp, Graph, GraphNode, GraphOp, GraphTensor, UnaryOp } from "./graph.ts";
export { type OnnxInput, onnxModel, type OnnxOptions, type ProgramOptions } from "./onnx.ts";
export { traceModel } from "./trace.ts";
