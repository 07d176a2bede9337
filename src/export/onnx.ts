/**
 * A model as an ONNX file, which other programs run: onnxruntime, OpenVINO, TensorRT, CoreML's and others' converters.
 * https://onnx.ai
 *
 * @module
 */
import type { Schema } from "../core/schema.ts";
import type { InputSpec, Model } from "../models/mod.ts";
import { foldBiases, foldNorms } from "./fold.ts";
import type { Graph } from "./graph.ts";
import { halveProgram, halveWeights } from "./onnx_half.ts";
import { TRANSLATIONS } from "./onnx_operations.ts";
import { encodeOnnx, type OnnxProgram, type OnnxValue } from "./onnx_program.ts";
import { DATA_TYPES } from "./onnx_proto.ts";
import { add, addNumbers, type Writer } from "./onnx_writer.ts";
import { traceModel } from "./trace.ts";
import { VERSION } from "./version.ts";

/** How an ONNX file takes images. */
export type OnnxInput = "normalised" | "pixels" | "bytes";

/** How a program is written. */
export interface ProgramOptions {
  /** Whether batch norms go into the convolutions before them; true unless given. */
  readonly foldNorms?: boolean;
  /**
   * What comes in: `"normalised"` pixels, which is the default, as PyTorch's models take them; `"pixels"`, 0 to 255 (both
   * 32-bit floats, `[B, 3, H, W]`); or `"bytes"` as images are decoded, `[B, H, W, 3]`.
   */
  readonly input?: OnnxInput;
  /** Whether probabilities come out beside the logits; false unless given. */
  readonly softmax?: boolean;
  /**
   * What has 16 bits: nothing unless given; the `"weights"` as they are stored, computed with in 32; or everything but the
   * normalisation of pixels, layer norms and the head, which is faster on processors made for it alone.
   */
  readonly half?: "none" | "weights" | "whole";
}

/** How an ONNX file is written. */
export interface OnnxOptions extends ProgramOptions {
  /** The attributes that the classes are made of. */
  readonly schema?: Schema;
  /** More texts for the file's metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A model as an ONNX file of operator set 17, for batches of any size. It gives `logits` `[B, C]`, `probabilities` if asked, and
 * under the attribute's name the number that a model tells beside the class. Weights have timm's names and PyTorch's layout.
 * The metadata tell classes, attributes, and how images are prepared, as JSON.
 *
 * @example
 * ```ts
 * import { createModel, onnxModel } from "maskfold";
 * import { assert } from "@std/assert";
 *
 * const model = await createModel({ name: "efficientnet_nano" }, { classes: ["a", "b"], seed: 1, size: [32, 32] });
 * const bytes = await onnxModel(model, { input: "bytes", softmax: true });
 * assert(bytes.length > 100_000);
 * model.dispose();
 * ```
 *
 * @param model The model.
 * @returns The file's bytes.
 * @throws {TypeError} If it uses an operation that has no translation; the message names it.
 * @throws {RangeError} If `half` is asked for and a weight is too large for 16 bits.
 */
export async function onnxModel(model: Model, options: OnnxOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const { input: how = "normalised", schema, metadata } = options;
  const program = onnxProgram(await traceModel(model), model.input, options);
  return encodeOnnx(program, {
    name: model.name,
    version: VERSION,
    metadata: {
      model: model.name,
      classes: JSON.stringify(model.classes),
      ...(schema && { attributes: JSON.stringify(schema.attributes) }),
      input: JSON.stringify({ takes: how, ...model.input }),
      maskfold: VERSION,
      ...metadata,
    },
  });
}

/**
 * A graph as an ONNX program.
 *
 * @param graph The graph.
 * @param spec How its images are prepared.
 */
export function onnxProgram(
  graph: Graph,
  spec: InputSpec,
  { foldNorms: folds = true, input: how = "normalised", softmax = false, half = "none" }: ProgramOptions = {},
): OnnxProgram {
  const joined = foldBiases(folds ? foldNorms(foldBiases(graph)) : graph);
  const writer: Writer = { graph: joined, nodes: [], initialisers: {}, values: new Map(), precise: true };
  const input = writeInput(writer, spec, how);
  writer.precise = false;
  for (const node of joined.nodes) {
    writer.values.set(node.output, TRANSLATIONS[node.op](writer, node));
    if (node.output === joined.features) writer.precise = true; // the head
  }
  const ends = new Map(Object.entries(joined.outputs).map(([name, tensor]) => [writer.values.get(tensor)!.name, name]));
  const outputs = Object.entries(joined.outputs).map(([name, tensor]): OnnxValue => {
    const shape = joined.tensors[tensor]!.shape.map((length) => length < 0 ? "batch" : length);
    return { name, type: "float32", shape };
  });
  if (softmax) {
    const logits = writer.values.get(joined.outputs.logits!)!.name;
    ends.set(add(writer, "Softmax", [logits], { axis: -1 }), "probabilities");
    outputs.push({ ...outputs[0]!, name: "probabilities" });
  }
  const nodes = writer.nodes.map(({ inputs, output, ...rest }) => ({
    ...rest,
    inputs: inputs.map((name) => ends.get(name) ?? name),
    output: ends.get(output) ?? output,
  }));
  const program = { input, outputs, nodes, initialisers: writer.initialisers };
  return half === "weights" ? halveWeights(program) : half === "whole" ? halveProgram(program) : program;
}

/** Adds what turns the file's input into normalised pixels, channels first. */
function writeInput(writer: Writer, { size, mean, std }: InputSpec, how: OnnxInput): OnnxValue {
  const [height, width] = size, name = writer.graph.input;
  let x: string = name;
  if (how === "bytes") {
    const turned = add(writer, "Transpose", [x], { perm: [0, 3, 1, 2] });
    x = add(writer, "Cast", [turned], { to: DATA_TYPES.float32 });
  }
  if (how !== "normalised") {
    const scale = addNumbers(writer, "pixel_scale", [1, 3, 1, 1], std.map((deviation) => 1 / (255 * deviation)));
    const shift = addNumbers(writer, "pixel_shift", [1, 3, 1, 1], mean.map((value, c) => -value / std[c]!));
    x = add(writer, "Add", [add(writer, "Mul", [x, scale]), shift]);
  }
  writer.values.set(name, { name: x, size: [height, width] });
  return how === "bytes"
    ? { name, type: "uint8", shape: ["batch", height, width, 3] }
    : { name, type: "float32", shape: ["batch", 3, height, width] };
}
