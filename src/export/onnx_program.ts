/**
 * An ONNX program as a plain record, before it is encoded: operations of ONNX's own, channels first, and their tensors.
 *
 * @module
 */
import { messageCodec } from "../io/protobuf.ts";
import { ATTRIBUTE_TYPES, DATA_TYPES, ONNX_PROTO } from "./onnx_proto.ts";

/** The operator set that programs are written in, of ONNX 1.12. https://onnx.ai/onnx/operators */
export const OPSET = 17;

/** The format's version that goes with it. */
const IR_VERSION = 8;

/** Types of numbers in programs. */
export type OnnxType = keyof typeof DATA_TYPES;

/** A tensor whose numbers are known. */
export interface OnnxTensor {
  /** Lengths of its axes. */
  readonly shape: readonly number[];
  /** Type of its numbers. */
  readonly type: OnnxType;
  /** Its numbers. */
  readonly data: Float32Array | Float16Array | BigInt64Array;
}

/** An operation. */
export interface OnnxNode {
  /** ONNX's name of it. */
  readonly op: string;
  /** Names of the tensors that it reads. */
  readonly inputs: readonly string[];
  /** Name of the tensor that it makes. */
  readonly output: string;
  /** Its numbers; of those alone, `alpha`, `beta` and `epsilon` need not be whole. */
  readonly attributes: Readonly<Record<string, number | readonly number[]>>;
  /** Whether it is computed with 32 bits even where the others have 16. */
  readonly precise: boolean;
}

/** A tensor that comes in or out; the length of an axis is a number, or a name where it may vary. */
export interface OnnxValue {
  /** Its name. */
  readonly name: string;
  /** Type of its numbers. */
  readonly type: OnnxType;
  /** Lengths of its axes. */
  readonly shape: readonly (number | string)[];
}

/** A program. */
export interface OnnxProgram {
  /** What comes in. */
  readonly input: OnnxValue;
  /** What comes out. */
  readonly outputs: readonly OnnxValue[];
  /** The operations; each reads what stands before it. */
  readonly nodes: readonly OnnxNode[];
  /** Known tensors by name. */
  readonly initialisers: Readonly<Record<string, OnnxTensor>>;
}

/** What a file says of itself. */
export interface OnnxAbout {
  /** The graph's name. */
  readonly name: string;
  /** Version of maskfold. */
  readonly version: string;
  /** Texts by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A program as a file's bytes. */
export async function encodeOnnx(
  { input, outputs, nodes, initialisers }: OnnxProgram,
  { name, version, metadata }: OnnxAbout,
): Promise<Uint8Array<ArrayBuffer>> {
  const { encode } = await messageCodec(ONNX_PROTO, "maskfold.ModelProto");
  return encode({
    irVersion: IR_VERSION,
    opsetImport: [{ domain: "", version: OPSET }],
    producerName: "maskfold",
    producerVersion: version,
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name,
      node: nodes.map(({ op, inputs, output, attributes }) => ({
        input: inputs,
        output: [output],
        name: output,
        opType: op,
        attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      })),
      initializer: Object.entries(initialisers).map(([name, { shape, type, data }]) => ({
        name,
        dims: shape,
        dataType: DATA_TYPES[type],
        rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      })),
      input: [valueInfo(input)],
      output: outputs.map(valueInfo),
    },
  });
}

const FLOATS = new Set(["alpha", "beta", "epsilon"]);

function attribute(name: string, value: number | readonly number[]) {
  if (typeof value !== "number") return { name, type: ATTRIBUTE_TYPES.ints, ints: value };
  return FLOATS.has(name)
    ? { name, type: ATTRIBUTE_TYPES.float, f: value }
    : { name, type: ATTRIBUTE_TYPES.int, i: value };
}

function valueInfo({ name, type, shape }: OnnxValue) {
  const dim = shape.map((size) => typeof size === "number" ? { dimValue: size } : { dimParam: size });
  return { name, type: { tensorType: { elemType: DATA_TYPES[type], shape: { dim } } } };
}
