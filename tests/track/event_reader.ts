/** Reads TensorBoard's event files with nothing of the package: framing, checksums bit by bit, and a walk over the wire format. @module */

/** CRC-32C by the definition: bit by bit, the polynomial 0x1EDC6F41 with the lowest bit first. */
function crcOfBits(bytes: Uint8Array): number {
  let rest = 0xffffffffn;
  for (const byte of bytes) {
    for (let bit = 0n; bit < 8n; bit++) {
      const out = (rest ^ (BigInt(byte) >> bit)) & 1n;
      rest >>= 1n;
      if (out === 1n) rest ^= 0x82f63b78n;
    }
  }
  return Number(rest ^ 0xffffffffn);
}

function masked(sum: number): number {
  const wide = BigInt(sum), turned = ((wide >> 15n) | (wide << 17n)) & 0xffffffffn;
  return Number((turned + 0xa282ead8n) & 0xffffffffn);
}

/** The records of a TFRecord file; each checksum must be right and nothing may be left over. */
export function recordsOf(file: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = [], view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at < file.length;) {
    const length = Number(view.getBigUint64(at, true));
    if (view.getUint32(at + 8, true) !== masked(crcOfBits(file.slice(at, at + 8)))) {
      throw new Error("length's checksum");
    }
    const record = file.slice(at + 12, at + 12 + length);
    if (record.length < length) throw new Error("a record is cut off");
    if (view.getUint32(at + 12 + length, true) !== masked(crcOfBits(record))) throw new Error("record's checksum");
    records.push(record);
    at += 16 + length;
  }
  return records;
}

/** A field's values as they stand on the wire: numbers of varints, bytes of everything else. */
export type Fields = Map<number, (number | Uint8Array)[]>;

/** Splits a message into its fields. */
export function fieldsOf(message: Uint8Array): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = message[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
  };
  const bytes = (length: number) => {
    if (at + length > message.length) throw new Error("a field is cut off");
    return message.slice(at, at += length);
  };
  while (at < message.length) {
    const tag = varint(), field = tag >> 3, wire = tag & 7;
    const value = wire === 0 ? varint() : bytes(wire === 1 ? 8 : wire === 5 ? 4 : varint());
    if (![0, 1, 2, 5].includes(wire)) throw new Error(`wire type ${wire}`);
    fields.set(field, [...fields.get(field) ?? [], value]);
  }
  return fields;
}

const all = (fields: Fields, field: number) => (fields.get(field) ?? []) as Uint8Array[];
const message = (fields: Fields, field: number) => fieldsOf(all(fields, field)[0] ?? new Uint8Array());
const text = (fields: Fields, field: number) => new TextDecoder().decode(all(fields, field)[0]);
const whole = (fields: Fields, field: number) => (fields.get(field)?.[0] ?? 0) as number;
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const double = (fields: Fields, field: number) => {
  const [bytes] = all(fields, field);
  return bytes ? viewOf(bytes).getFloat64(0, true) : 0;
};
const doubles = (fields: Fields, field: number) =>
  all(fields, field).flatMap((packed) =>
    Array.from({ length: packed.length / 8 }, (_, i) => viewOf(packed).getFloat64(8 * i, true))
  );

/** A value of a summary, read by the field numbers of TensorBoard's own .proto files. */
export interface ReadValue {
  readonly step: number;
  readonly seconds: number;
  readonly tag: string;
  readonly scalar?: number;
  readonly image?: { readonly height: number; readonly width: number; readonly png: Uint8Array };
  readonly histogram?: { readonly min: number; readonly max: number; readonly num: number; readonly sum: number } & {
    readonly limits: number[];
    readonly counts: number[];
  };
  readonly text?: string;
  readonly plugin?: string;
  /** Of the hparams plugin: names and values of a session's start, or the status of its end. */
  readonly hparams?: Readonly<Record<string, number | string | boolean>>;
  readonly status?: number;
}

/** Reads an event file: the version that its first record tells, and all values. */
export function readEvents(file: Uint8Array): { readonly version: string; readonly values: ReadValue[] } {
  const [first, ...rest] = recordsOf(file).map(fieldsOf);
  return {
    version: text(first!, 3),
    values: rest.flatMap((event) =>
      all(message(event, 5), 1).map((bytes) => ({
        step: whole(event, 2),
        seconds: double(event, 1),
        ...readValue(fieldsOf(bytes)),
      }))
    ),
  };
}

function readValue(value: Fields): Omit<ReadValue, "step" | "seconds"> {
  const plugin = message(message(value, 9), 1), name = text(plugin, 1);
  const found = {
    tag: text(value, 1),
    ...(value.has(2) && { scalar: viewOf(all(value, 2)[0]!).getFloat32(0, true) }),
    ...(name && { plugin: name }),
  };
  if (value.has(4)) {
    const image = message(value, 4);
    return { ...found, image: { height: whole(image, 1), width: whole(image, 2), png: all(image, 4)[0]! } };
  }
  if (value.has(5)) {
    const histo = message(value, 5), [min, max, num, sum] = [1, 2, 3, 4].map((field) => double(histo, field));
    const [limits, counts] = [doubles(histo, 6), doubles(histo, 7)];
    return { ...found, histogram: { min: min!, max: max!, num: num!, sum: sum!, limits, counts } };
  }
  if (value.has(8)) {
    const tensor = message(value, 8);
    if (whole(tensor, 1) !== 7) throw new Error("a tensor of no text");
    return { ...found, text: text(tensor, 8) };
  }
  if (name === "hparams") return { ...found, ...readHparams(message(plugin, 2)) };
  return found;
}

function readHparams(data: Fields): Pick<ReadValue, "hparams" | "status"> {
  if (data.has(4)) return { status: whole(message(data, 4), 1) };
  return {
    hparams: Object.fromEntries(
      all(message(data, 3), 1).map((entry) => {
        const pair = fieldsOf(entry), value = message(pair, 2);
        if (value.has(2)) return [text(pair, 1), double(value, 2)];
        return [text(pair, 1), value.has(3) ? text(value, 3) : whole(value, 4) === 1];
      }),
    ),
  };
}
