/**
 * Protocol Buffers, by which TensorBoard's events and ONNX models are written: the only file that knows protobufjs.
 * https://protobuf.dev/programming-guides/encoding
 *
 * @module
 */
import { show } from "../core/check.ts";

/** Messages of one type, as bytes and back. */
export interface MessageCodec {
  /**
   * Encodes a message.
   *
   * @param message Fields by their names in camelCase; nested messages as records, 64-bit integers as numbers, bytes as
   * `Uint8Array`.
   * @returns The bytes.
   * @throws {TypeError} If a field has a value of another type.
   */
  encode(message: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer>;
  /**
   * Decodes a message.
   *
   * @param bytes The bytes.
   * @returns Fields by their names in camelCase; those that the bytes lack have their defaults, 64-bit integers are numbers.
   * @throws {SyntaxError} If the bytes are no such message.
   */
  decode(bytes: Uint8Array): Record<string, unknown>;
}

/**
 * A codec for one type of message.
 *
 * @param proto The text of a .proto file that declares it and all that it is made of.
 * @param type The message's full name, such as `tensorflow.Event`.
 * @returns The codec.
 * @throws {SyntaxError} If the text is no .proto file, or declares no such message.
 */
export async function messageCodec(proto: string, type: string): Promise<MessageCodec> {
  const { default: protobuf } = await import("protobufjs");
  const found = (() => {
    try {
      return protobuf.parse(proto).root.lookupType(type);
    } catch (error) {
      throw new SyntaxError(`Cannot read messages ${show(type)} as the .proto text declares none`, { cause: error });
    }
  })();
  return {
    encode(message) {
      const fault = found.verify(message);
      if (fault) throw new TypeError(`Cannot encode a message ${show(type)} as ${fault}`);
      return Uint8Array.from(found.encode(found.fromObject(message)).finish());
    },
    decode(bytes) {
      try {
        return found.toObject(found.decode(bytes), { longs: Number, enums: Number, defaults: true, arrays: true });
      } catch (error) {
        throw new SyntaxError(`Cannot decode ${bytes.length} bytes as a message ${show(type)}`, { cause: error });
      }
    },
  };
}
