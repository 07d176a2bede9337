/**
 * ONNX programs with numbers of 16 bits, of half the size.
 *
 * @module
 */
import { DATA_TYPES } from "./onnx_proto.ts";
import type { OnnxNode, OnnxProgram, OnnxTensor, OnnxType } from "./onnx_program.ts";

/**
 * Stores the weights of convolutions and linear layers with 16 bits; everything is computed with 32 as before, after a cast
 * that runtimes make once, when they open the file. Vectors keep their 32 bits: they are a hundredth of a file.
 *
 * @param program Not changed.
 * @returns The program.
 * @throws {RangeError} If a weight is too large.
 */
export function halveWeights(program: OnnxProgram): OnnxProgram {
  const initialisers: Record<string, OnnxTensor> = {}, casts: OnnxNode[] = [];
  const renamed = new Map<string, string>();
  for (const [name, tensor] of Object.entries(program.initialisers)) {
    const isMatrix = tensor.shape.filter((length) => length > 1).length > 1;
    initialisers[name] = isMatrix && tensor.type === "float32" ? half(name, tensor) : tensor;
    if (initialisers[name] === tensor) continue;
    casts.push(cast(name, "float32"));
    renamed.set(name, casts.at(-1)!.output);
  }
  const nodes = program.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => renamed.get(name) ?? name),
  }));
  return { ...program, initialisers, nodes: [...casts, ...nodes] };
}

/**
 * Computes with 16 bits all but what is marked as precise: the normalisation of pixels, layer norms and the head. What comes in
 * and goes out keeps its type.
 *
 * @param program Not changed.
 * @returns The program.
 * @throws {RangeError} If a weight is too large.
 */
export function halveProgram({ input, outputs, nodes, initialisers }: OnnxProgram): OnnxProgram {
  const known: Record<string, OnnxTensor> = {}, types = new Map<string, OnnxType>([[input.name, input.type]]);
  const made: OnnxNode[] = [], casts = new Map<string, string>();
  const isFloat = (type: OnnxType) => type === "float32" || type === "float16";
  for (const node of nodes) {
    const wanted = node.precise ? "float32" : "float16";
    const inputs = node.inputs.map((name) => {
      const tensor = initialisers[name];
      const type = tensor?.type ?? types.get(name)!;
      if (!isFloat(type) || (!tensor && type === wanted)) {
        if (tensor) known[name] = tensor;
        return name;
      }
      if (tensor) {
        const stored = wanted === "float16" ? half(name, tensor) : tensor;
        const free = known[name] === undefined || known[name].type === stored.type;
        const found = free ? name : `${name}_${wanted}`;
        known[found] = stored;
        return found;
      }
      const key = `${name} ${wanted}`;
      if (!casts.has(key)) {
        made.push(cast(name, wanted));
        casts.set(key, made.at(-1)!.output);
      }
      return casts.get(key)!;
    });
    made.push({ ...node, inputs });
    const first = types.get(inputs[0]!);
    types.set(node.output, node.op === "Transpose" && first && !isFloat(first) ? first : wanted);
  }
  return { input, outputs, nodes: made, initialisers: known };
}

function cast(name: string, type: "float32" | "float16"): OnnxNode {
  const attributes = { to: DATA_TYPES[type] };
  return { op: "Cast", inputs: [name], output: `${name}_as_${type}`, attributes, precise: type === "float32" };
}

function half(name: string, { shape, data }: OnnxTensor): OnnxTensor {
  const halves = Float16Array.from(data as Float32Array), at = halves.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return { shape, type: "float16", data: halves };
  throw new RangeError(
    `Cannot store "${name}" with 16 bits as they hold numbers below 65520: current value is ${data[at]} at index ${at}`,
  );
}
