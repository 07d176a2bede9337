/**
 * JavaScript for a browser, bundled from the package's own TypeScript by `deno bundle`
 * (https://docs.deno.com/runtime/reference/bundling/), with stand-ins for what a page does without.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ensureDir } from "./files.ts";

/** How a page's programs are bundled. */
export interface BundleOptions {
  /** Folder that the programs are written to; made if need be. */
  readonly dir: string;
  /** Programs, by the name of the file that each becomes. */
  readonly entries: Readonly<Record<string, URL>>;
  /** Modules that stand in for others, by what those are called: the address of a module, or its text. */
  readonly standIns: Readonly<Record<string, URL | string>>;
  /** Packages that the page never loads. */
  readonly external: readonly string[];
  /** Stops the work. */
  readonly signal?: AbortSignal;
}

/**
 * Bundles programs for a browser. The first time on a machine, Deno fetches its bundler from npm.
 *
 * @throws {TypeError} If the package's source is not on the disk.
 * @throws {Error} If a program cannot be bundled; the bundler's last words are given.
 */
export async function bundleForBrowser(
  { dir, entries, standIns, external, signal }: BundleOptions,
): Promise<void> {
  await ensureDir(dir);
  const temporary = await Deno.makeTempDir();
  try {
    const imports: Record<string, string> = {};
    for (const [k, [name, standIn]] of Object.entries(standIns).entries()) {
      if (typeof standIn !== "string") imports[name] = standIn.href;
      else {
        const path = join(temporary, `stand_in_${k}.ts`);
        await Deno.writeTextFile(path, standIn);
        imports[name] = pathToFileURL(path).href;
      }
    }
    const map = join(temporary, "imports.json");
    await Deno.writeTextFile(map, JSON.stringify({ imports }));
    const flags = ["--no-lock", "--platform", "browser", "--minify", "--import-map", map];
    for (const name of external) flags.push("--external", name);
    for (const [name, entry] of Object.entries(entries)) {
      if (entry.protocol !== "file:") {
        throw new TypeError(`Cannot bundle ${name} as its source must be on the disk: it is ${entry.href}`);
      }
      const args = ["bundle", "-q", ...flags, "--output", join(dir, name), fileURLToPath(entry)];
      const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, signal }).output();
      signal?.throwIfAborted();
      if (success) continue;
      throw new Error(
        `Cannot bundle ${name}: ${new TextDecoder().decode(stderr).trim().split("\n").slice(-12).join(" ")}`,
      );
    }
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

const ROOT = new URL("../../", import.meta.url).protocol === "file:"
  ? fileURLToPath(new URL("../../", import.meta.url))
  : undefined;

/**
 * The folder of an installed package.
 *
 * @param name The package, as deno.json names it.
 * @param beside A package that it depends on, whose folder is wanted instead.
 * @returns Its address, which ends in a slash.
 * @throws {Error} If it is not installed.
 */
export async function packageFolder(name: string, beside?: string): Promise<URL> {
  const path = ROOT === undefined ? "" : join(ROOT, "node_modules", name);
  try {
    const real = await Deno.realPath(path);
    const folder = beside === undefined ? real : await Deno.realPath(join(dirname(dirname(real)), beside));
    return pathToFileURL(`${folder}/`);
  } catch (cause) {
    throw new Error(`Cannot find the package "${beside ?? name}" as it must be installed (deno install)`, { cause });
  }
}

/**
 * Copies files.
 *
 * @param files Where each comes from, by where it goes; folders are made.
 */
export async function copyFiles(files: Readonly<Record<string, URL>>): Promise<void> {
  for (const [to, from] of Object.entries(files)) {
    await ensureDir(dirname(to));
    await Deno.writeFile(to, await Deno.readFile(from)); // a copy would keep the source's mode
  }
}

/** The text of a file of the package. */
export async function packageText(from: URL): Promise<string> {
  return await Deno.readTextFile(from);
}
