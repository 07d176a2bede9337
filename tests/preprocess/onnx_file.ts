/** ONNX files of one operation, in as much of the protocol buffers as they take: https://onnx.ai/onnx/intro/concepts.html */

/** A field of bytes, text or a message. */
function bytes(field: number, content: Uint8Array | string): number[] {
  const data = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return [field << 3 | 2, ...varint(data.length), ...data];
}

/** A field of a whole number. */
function whole(field: number, value: number): number[] {
  return [field << 3, ...varint(value)];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [value & 127 | 128, ...varint(Math.floor(value / 128))];
}

const message = (...fields: number[][]) => Uint8Array.from(fields.flat());

/** A tensor of 32-bit numbers by name and shape. */
function tensor(name: string, dims: readonly number[]): Uint8Array {
  const shape = message(...dims.map((dim) => bytes(1, message(whole(1, dim)))));
  const type = message(bytes(1, message(whole(1, 1), bytes(2, shape))));
  return message(bytes(1, name), bytes(2, type));
}

/**
 * A model of one operation from one tensor to another of the same shape.
 *
 * @param operation Its name, such as "Sigmoid".
 * @param dims The shape.
 * @returns The file's bytes.
 */
export function onnxFile(operation: string, dims: readonly number[]): Uint8Array {
  const node = message(bytes(1, "x"), bytes(2, "y"), bytes(4, operation));
  const graph = message(bytes(1, node), bytes(2, "g"), bytes(11, tensor("x", dims)), bytes(12, tensor("y", dims)));
  return message(whole(1, 8), bytes(7, graph), bytes(8, message(bytes(1, ""), whole(2, 13))));
}
