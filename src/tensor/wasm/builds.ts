/**
 * The builds of the kernels, and their loading: with or without relaxed SIMD, whose fused multiply and add is a good part
 * of the speed, and for memory that is shared between threads or not.
 *
 * @module
 */

/** Instructions that a build uses. */
export type Instructions = "relaxed SIMD" | "SIMD";

/** A build of the kernels. */
export interface Build {
  /** File in `build/`. */
  readonly file: string;
  /** What it needs. */
  readonly instructions: Instructions;
  /** Whether its memory is shared between threads. */
  readonly shared: boolean;
}

/** Every build, by its file. */
export const BUILDS: readonly Build[] = (["relaxed SIMD", "SIMD"] as const).flatMap((instructions) =>
  [true, false].map((shared) => ({
    file: `kernels${instructions === "SIMD" ? "" : "_relaxed"}${shared ? "_shared" : ""}.wasm`,
    instructions,
    shared,
  }))
);

/** `(func (param v128 v128 v128) (result v128) (f32x4.relaxed_madd (local.get 0) (local.get 1) (local.get 2)))` */
const RELAXED_SAMPLE = Uint8Array.fromHex(
  "0061736d01000000" + "010801" + "60037b7b7b017b" + "03020100" + "0a0d010b00" + "200020012002fd85020b",
);

/** The best instructions that this runtime has. */
export function bestInstructions(): Instructions {
  return WebAssembly.validate(RELAXED_SAMPLE) ? "relaxed SIMD" : "SIMD";
}

/**
 * Reads and compiles a build. The files lie beside this module: on the disk, or on the server that it came from.
 *
 * @throws {Error} If the file cannot be read; its address is named.
 */
export async function loadBuild(instructions: Instructions, shared: boolean): Promise<WebAssembly.Module> {
  const { file } = BUILDS.find((build) => build.instructions === instructions && build.shared === shared)!;
  const url = new URL(`./build/${file}`, import.meta.url);
  try {
    const bytes = url.protocol === "file:" ? await Deno.readFile(url) : await fetchBytes(url);
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new Error(`Cannot load the kernels from ${url.href}: ${(cause as Error).message}`, { cause });
  }
}

async function fetchBytes(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
  return await response.bytes() as Uint8Array<ArrayBuffer>;
}
