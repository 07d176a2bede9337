/**
 * The header of a safetensors file: checked against the format and the file when read, and made when written.
 * https://huggingface.co/docs/safetensors/index#format
 *
 * @module
 */
import { list, show } from "../core/check.ts";
import { checkOutline, KEYS, METADATA } from "./safetensors_outline.ts";

/** Bytes that the header may have, as in the format's own implementation. */
export const MAX_HEADER_BYTES = 100_000_000;

/** Bytes of one number, by the format's name of its type. */
const BYTES: ReadonlyMap<string, number> = new Map([
  ["BOOL", 1],
  ["U8", 1],
  ["I8", 1],
  ["F8_E5M2", 1],
  ["F8_E4M3", 1],
  ["F8_E8M0", 1],
  ["I16", 2],
  ["U16", 2],
  ["F16", 2],
  ["BF16", 2],
  ["I32", 4],
  ["U32", 4],
  ["F32", 4],
  ["I64", 8],
  ["U64", 8],
  ["F64", 8],
  ["C64", 8],
]);

/** Where a tensor's numbers are, and how to read them. */
export interface Place {
  /** The format's name of the numbers' type. */
  readonly dtype: string;
  /** Sizes of the axes, outermost first. */
  readonly shape: readonly number[];
  /** How many numbers there are. */
  readonly count: number;
  /** First byte, counted from the end of the header. */
  readonly start: number;
  /** The byte after the last. */
  readonly end: number;
}

/** What a header says. */
export interface Header {
  /** Free texts. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The tensors' places by name, in the order of their bytes. */
  readonly places: ReadonlyMap<string, Place>;
}

/**
 * Reads a header and checks all it says, so that nobody needs to check again.
 *
 * @param bytes The header without its length.
 * @param dataBytes Bytes of the file after the header.
 * @param fail Throws the error of the file with a rule that is broken.
 * @returns Metadata and places, which cover the data without holes or overlaps.
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number, fail: (rule: string) => never): Header {
  const text = decode(bytes, fail);
  if (!text.startsWith("{")) fail(`its header must begin with "{": it begins with ${show(text.slice(0, 8))}`);
  checkOutline(text, fail);
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail(`its header must be JSON: ${(error as Error).message}`);
  }
  const { [METADATA]: metadata = {}, ...entries } = value;
  if (!isRecord(metadata)) fail(`its ${METADATA} must map names to texts: current value is ${show(metadata)}`);
  for (const [key, word] of Object.entries(metadata as Record<string, unknown>)) {
    if (typeof word !== "string") fail(`its ${METADATA} must have texts only: ${show(key)} is ${show(word)}`);
  }
  const places = Object.entries(entries).map(([name, entry]) => [name, parseEntry(name, entry, fail)] as const);
  places.sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  checkCover(places, dataBytes, fail);
  return { metadata: metadata as Record<string, string>, places: new Map(places) };
}

function decode(bytes: Uint8Array, fail: (rule: string) => never): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail("its header must be UTF-8");
  }
}

function parseEntry(name: string, entry: unknown, fail: (rule: string) => never): Place {
  const bad = (what: string, value: unknown) => fail(`tensor ${show(name)} must have ${what}: it has ${show(value)}`);
  if (!isRecord(entry)) return fail(`tensor ${show(name)} must be described by an object: it is ${show(entry)}`);
  const keys = Object.keys(entry);
  if (keys.toSorted().join() !== "data_offsets,dtype,shape") return bad(KEYS, keys);
  const { dtype, shape, data_offsets: offsets } = entry;
  const size = BYTES.get(dtype as string) ?? bad(`one of the types ${list(BYTES.keys())}`, dtype);
  if (!isSizes(shape)) return bad("a shape of whole numbers of at least 0", shape);
  if (!isSizes(offsets) || offsets.length !== 2) return bad("two offsets, whole numbers of at least 0", offsets);
  const [start, end] = offsets as [number, number];
  if (start > end) bad("offsets in order", offsets);
  const count = shape.reduce((product, n) => product * n, 1); // inexact only beyond what is safe, which no file holds
  if (!Number.isSafeInteger(count * size)) bad("a shape whose bytes can be counted", shape);
  if (end - start !== count * size) {
    bad(`${count * size} bytes, as ${dtype} of shape ${show(shape)} needs`, end - start);
  }
  return { dtype: dtype as string, shape, count, start, end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value can be a shape: whole numbers of at least 0. */
export function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/** Checks that places in order follow each other from the first byte of the data to the last. */
function checkCover(
  places: readonly (readonly [name: string, place: Place])[],
  dataBytes: number,
  fail: (rule: string) => never,
): void {
  let covered = 0, before = "";
  for (const [name, { start, end }] of places) {
    const bad = (rule: string) => fail(`tensor ${show(name)} of bytes ${start} to ${end} must ${rule}`);
    if (start < covered) bad(`not overlap ${show(before)}, which ends at ${covered}`);
    if (start > covered) bad(`leave no hole: the bytes before it are used up to ${covered}`);
    if (end > dataBytes) bad(`lie within the file: it has ${dataBytes} bytes after its header`);
    covered = end;
    before = name;
  }
  if (covered < dataBytes) fail(`its tensors must fill it: ${dataBytes - covered} bytes are left over after the last`);
}

/**
 * Makes the first part of a file: the header's length, the header, and spaces up to a multiple of 8 bytes.
 *
 * @param tensors Names, shapes and numbers of bytes, in the order of the data.
 * @param dtype The type of all the numbers.
 * @param metadata Free texts.
 * @param fail Throws the error of the file with a rule that is broken.
 */
export function makeHeader(
  tensors: Iterable<readonly [name: string, shape: readonly number[], bytes: number]>,
  dtype: string,
  metadata: Readonly<Record<string, string>>,
  fail: (rule: string) => never,
): Uint8Array {
  for (const [key, word] of Object.entries(metadata)) {
    if (typeof word !== "string") fail(`metadata must be texts: ${show(key)} is ${show(word)}`);
  }
  let end = 0;
  const entries: [string, unknown][] = [[METADATA, metadata]];
  for (const [name, shape, bytes] of tensors) {
    if (name === METADATA || !name.isWellFormed()) fail(`${show(name)} cannot be the name of a tensor`);
    entries.push([name, { dtype, shape, data_offsets: [end, end += bytes] }]);
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(text.length / 8) * 8;
  if (length > MAX_HEADER_BYTES) fail(`a header may have ${MAX_HEADER_BYTES} bytes: it would have ${length}`);
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
}
