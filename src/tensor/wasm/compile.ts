/**
 * Compiles the kernels from AssemblyScript (https://www.assemblyscript.org) in memory. Only the build and its test use
 * this; everything else loads the committed files.
 *
 * @module
 */
import asc from "assemblyscript/asc";
import { BUILDS } from "./builds.ts";

const KERNELS = new URL("./kernels/", import.meta.url);

/**
 * Compiles every build.
 *
 * The sources end in `.as`, so that Deno's formatter, linter and type check, which would take them for TypeScript, leave
 * them alone; the compiler asks for `.ts`.
 *
 * @returns The wasm files' bytes by file name; the same on every machine.
 * @throws {SyntaxError} If the compiler finds fault with a kernel.
 */
export async function buildKernels(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { file, instructions, shared } of BUILDS) {
    const flags: string[] = [];
    if (instructions === "relaxed SIMD") flags.push("--enable", "relaxed-simd");
    if (shared) flags.push("--enable", "threads", "--sharedMemory", "--maximumMemory", "65536");
    files.set(file, await compileKernels(KERNELS, flags));
  }
  return files;
}

/**
 * Compiles a folder's `mod.as` and what it imports, with SIMD and a memory that is given to it.
 *
 * @param folder The folder, ending in a slash.
 * @param flags More of the compiler's flags.
 * @returns The wasm file's bytes.
 * @throws {SyntaxError} If the compiler finds fault with a kernel.
 */
export async function compileKernels(folder: URL, flags: readonly string[] = []): Promise<Uint8Array<ArrayBuffer>> {
  const all = ["mod.ts", "--outFile", "out.wasm", "-O2", "--noAssert", "--runtime", "stub", "--noExportMemory"];
  all.push("--importMemory", "--initialMemory", "1", "--enable", "simd", ...flags);
  let wasm: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(all, {
    readFile: (name) => readSource(new URL(name.replace(/\.ts$/, ".as"), folder)),
    writeFile: (_, contents) => {
      if (typeof contents !== "string") wasm = new Uint8Array(contents);
    },
    listFiles: () => [],
  });
  if (error || !wasm) throw new SyntaxError(`Cannot compile the kernels as the compiler says: ${stderr}`);
  return wasm;
}

async function readSource(address: URL): Promise<string | null> {
  try {
    return await Deno.readTextFile(address);
  } catch {
    return null; // the compiler also tries names that are not there
  }
}
