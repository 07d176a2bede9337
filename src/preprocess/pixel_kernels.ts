/**
 * The kernels of `kernels/` and their memory. They come within a module, so that they are there at once and need no file,
 * and each thread has its own.
 *
 * @module
 */
import { PIXEL_KERNELS } from "./kernels/build.ts";

/** The kernels, by the names in `kernels/mod.as`; every number is an address or a plain number. */
type Kernels = Readonly<
  Record<
    "levels" | "relight" | "blendTiles" | "countLevels" | "addEdges" | "blurRows" | "luma",
    (...numbers: number[]) => void
  >
>;

/** Bytes that kernels may read and write beyond the end of what they work on. */
const SLACK = 64;

const PAGE = 65536;

let loaded: { readonly kernels: Kernels; readonly memory: WebAssembly.Memory } | undefined;

/** Where what was kept ends. */
let kept = SLACK;

/** The kernels, compiled on first use. */
export function pixelKernels(): Kernels {
  return load().kernels;
}

function load() {
  if (loaded === undefined) {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const compiled = new WebAssembly.Module(Uint8Array.fromBase64(PIXEL_KERNELS));
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
    loaded = { kernels: exports as Kernels, memory };
  }
  return loaded;
}

/**
 * Finds room for a call of kernels. What an earlier call had there is lost.
 *
 * @param sizes Bytes of each buffer.
 * @returns Their addresses, multiples of 16.
 */
export function findRoom(...sizes: readonly number[]): number[] {
  let end = kept;
  const places = sizes.map((size) => {
    const place = end;
    end = Math.ceil((place + size + SLACK) / 16) * 16;
    return place;
  });
  const { memory } = load(), missing = Math.ceil((end - memory.buffer.byteLength) / PAGE);
  if (missing > 0) memory.grow(missing);
  return places;
}

/**
 * Copies a table to where it stays.
 *
 * @returns Its address.
 */
export function keepTable(table: ArrayBufferView): number {
  const [place] = findRoom(table.byteLength) as [number];
  fillRoom(place, table);
  kept = Math.ceil((place + table.byteLength + SLACK) / 16) * 16;
  return place;
}

/** Copies numbers to an address. */
export function fillRoom(place: number, { buffer, byteOffset, byteLength }: ArrayBufferView): void {
  roomAt(place, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
}

/** The bytes at an address, until room is next found. */
export function roomAt(place: number, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(load().memory.buffer as ArrayBuffer, place, length);
}
