/**
 * Taking a model out: as a plain graph, as ONNX files, and with a model card.
 *
 * @module
 */
export { modelCard, type ModelCardOptions } from "./card.ts";
export type { CardOptions } from "./card_facts.ts";
export { type ExportedFile, exportModel, type ExportModelOptions } from "./export_model.ts";
export type { BinaryOp, Graph, GraphNode, GraphOp, GraphTensor, UnaryOp } from "./graph.ts";
export { type OnnxInput, onnxModel, type OnnxOptions, type ProgramOptions } from "./onnx.ts";
export { traceModel } from "./trace.ts";
