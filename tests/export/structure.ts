/** Reads an ONNX file with the field numbers of the public specification, and says what is wrong with its structure. @module */
import { messageCodec } from "../../src/io/mod.ts";
import { ONNX_PROTO } from "../../src/export/onnx_proto.ts";

interface Tensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly rawData: Uint8Array;
}

interface Place {
  readonly name: string;
  readonly type: {
    readonly tensorType: {
      readonly elemType: number;
      readonly shape: { readonly dim: readonly { readonly dimValue?: number; readonly dimParam?: string }[] };
    };
  };
}

/** A decoded file. */
export interface OnnxFile {
  readonly irVersion: number;
  readonly opsetImport: readonly { readonly domain: string; readonly version: number }[];
  readonly producerName: string;
  readonly producerVersion: string;
  readonly metadataProps: readonly { readonly key: string; readonly value: string }[];
  readonly graph: {
    readonly node: readonly {
      readonly opType: string;
      readonly input: readonly string[];
      readonly output: readonly string[];
    }[];
    readonly initializer: readonly Tensor[];
    readonly input: readonly Place[];
    readonly output: readonly Place[];
  };
}

/** Decodes a file. */
export async function readOnnx(bytes: Uint8Array): Promise<OnnxFile> {
  const { decode } = await messageCodec(ONNX_PROTO, "maskfold.ModelProto");
  return decode(bytes) as unknown as OnnxFile;
}

/** The shape of what comes in or out, with names for what may vary. */
export function shapeOf({ type }: Place): (number | string)[] {
  return type.tensorType.shape.dim.map(({ dimParam, dimValue }) => dimParam || dimValue!);
}

/** Bytes of a number, by ONNX's type. */
const BYTES: Readonly<Record<number, number>> = { 1: 4, 2: 1, 7: 8, 10: 2 };

/** Everything that is read before it is made, made twice, made for nothing, or of another length than its shape says. */
export function structureFaults({ graph: { node, initializer, input, output } }: OnnxFile): string[] {
  const faults: string[] = [], made = new Set<string>(), read = new Set<string>(output.map(({ name }) => name));
  const make = (name: string) => {
    if (made.has(name)) faults.push(`"${name}" is made twice`);
    made.add(name);
  };
  for (const { name } of [...input, ...initializer]) make(name);
  for (const { name, dims, dataType, rawData } of initializer) {
    const length = dims.reduce((product, size) => product * size, BYTES[dataType]!);
    if (length !== rawData.length) faults.push(`"${name}" has ${rawData.length} bytes and not ${length}`);
  }
  for (const { opType, input, output } of node) {
    for (const name of input) {
      if (!made.has(name)) faults.push(`${opType} reads "${name}" before it is made`);
      read.add(name);
    }
    output.forEach(make);
  }
  for (const name of made) if (!read.has(name)) faults.push(`nothing reads "${name}"`);
  for (const { name } of output) if (!made.has(name)) faults.push(`"${name}" is never made`);
  return faults;
}
