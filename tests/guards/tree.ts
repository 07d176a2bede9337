/**
 * The files of the package by path, as the guards read them; a made-up tree has the same form.
 *
 * @module
 */
import { join } from "node:path";

/** Text by path, relative to the root, with forward slashes. */
export type Tree = ReadonlyMap<string, string>;

/** A rule that a file breaks. */
export interface Breach {
  readonly path: string;
  /** Counted from 1; absent where the whole file is meant. */
  readonly line?: number;
  readonly message: string;
}

/** The root of the package. */
export const ROOT = join(import.meta.dirname!, "..", "..");

const NOT_OURS = new Set(["node_modules", "runs", "data", "demo", "coverage"]);
const TEXT =
  /(\.(ts|js|mjs|json|jsonl|ipynb|md|py|sh|svg|yml|yaml|txt|csv|lock|as|wgsl|html|css)|\/?LICENSE|\.gitignore)$/;

/** Reads the text files under some of the root's entries; all of them unless given. */
export async function readTree(entries?: readonly string[]): Promise<Tree> {
  const tree = new Map<string, string>();
  const visit = async (path: string) => {
    const info = await Deno.stat(join(ROOT, path)).catch(() => undefined);
    if (info?.isFile && TEXT.test(path)) tree.set(path, await Deno.readTextFile(join(ROOT, path)));
    if (!info?.isDirectory) return;
    for await (const { name } of Deno.readDir(join(ROOT, path))) {
      if (!NOT_OURS.has(name) && name !== ".git" && !name.startsWith(".cache") && !name.startsWith(".ipynb")) {
        await visit(path === "" ? name : `${path}/${name}`);
      }
    }
  };
  for (const entry of entries ?? [""]) await visit(entry);
  return new Map([...tree].sort(([a], [b]) => a < b ? -1 : 1));
}

/** The files of a tree that git tracks; all of them outside a repository. */
export async function trackedOf(tree: Tree): Promise<Tree> {
  const command = new Deno.Command("git", { args: ["ls-files", "-z"], cwd: ROOT, stderr: "null" });
  const { success, stdout } = await command.output().catch(() => ({ success: false, stdout: new Uint8Array() }));
  if (!success) return tree;
  const tracked = new Set(new TextDecoder().decode(stdout).split("\0"));
  return new Map([...tree].filter(([path]) => tracked.has(path)));
}

/** Fails with all breaches, one a line, each with its file and line. */
export function assertNone(breaches: readonly Breach[]): void {
  if (breaches.length === 0) return;
  const lines = breaches.map(({ path, line, message }) =>
    `  ${path}${line === undefined ? "" : `:${line}`}: ${message}`
  );
  throw new Error(`${breaches.length} ${breaches.length === 1 ? "breach" : "breaches"}:\n${lines.join("\n")}`);
}
