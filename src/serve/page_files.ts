/**
 * The files of a page that are the same for every network: its programs, bundled from this package's own source, its text and
 * looks, and the compiled kernels.
 *
 * @module
 */
import { bundleForBrowser, copyFiles, packageFolder, packageText } from "../io/bundle.ts";
import { writeAtomic } from "../io/files.ts";
import { BUILDS } from "../tensor/wasm/builds.ts";

/** What may be loaded by a page, and from where: https://www.w3.org/TR/CSP3/. Nothing but its own files, so that nothing leaves it. */
export const PAGE_POLICY: string = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Kernels for memory that one thread has to itself. */
const KERNELS = BUILDS.filter(({ shared }) => !shared).map(({ file }) => `build/${file}`);

/** The stock kernels. */
const STOCK = "tfjs-backend-wasm-simd.wasm";

/** The files that every page has, besides `model.json` and the weights. */
export const PAGE_FILES: readonly string[] = ["index.html", "style.css", "app.js", "worker.js", STOCK, ...KERNELS];

/** What differs from page to page. */
export interface PageTexts {
  /** What it is called. */
  readonly title: string;
  /** What it must not be used for, in full sentences. */
  readonly limits: string;
}

const here = (path: string) => new URL(path, import.meta.url);
const standIn = (name: string) => here(`./page/stand_ins/${name}.ts`);

/** TensorFlow.js without its layers, converter, data and WebGL. */
const coreOf = (folder: URL) =>
  ["index.js", "register_all_gradients.js", "public/chained_ops/register_all_chained_ops.js"]
    .map((file) => `export * from ${JSON.stringify(new URL(`dist/${file}`, folder).href)};`).join("\n");

/**
 * Writes them.
 *
 * @param dir The page's folder; it is made if need be.
 * @param texts What the page is called, and what it must not be used for.
 * @param signal Stops the work.
 * @throws {TypeError} If the package's source is not on the disk.
 */
export async function writePageFiles(
  dir: string,
  { title, limits }: PageTexts,
  signal?: AbortSignal,
): Promise<void> {
  const core = await packageFolder("@tensorflow/tfjs", "@tensorflow/tfjs-core");
  await bundleForBrowser({
    dir,
    entries: { "app.js": here("./page/app.ts"), "worker.js": here("./page/worker.ts") },
    standIns: {
      "zod": standIn("zod"),
      "node:path": standIn("path"),
      "node:process": standIn("process"),
      "node:worker_threads": standIn("worker_threads"),
      "@tensorflow/tfjs": coreOf(core),
      [here("../models/mod.ts").href]: here("../models/model.ts"), // without the hub and all that loads files
    },
    external: ["sharp"],
    signal,
  });
  const stock = await packageFolder("@tensorflow/tfjs-backend-wasm");
  await copyFiles({
    [`${dir}/style.css`]: here("./page/style.css"),
    [`${dir}/${STOCK}`]: new URL(`dist/${STOCK}`, stock),
    ...Object.fromEntries(KERNELS.map((file) => [`${dir}/${file}`, here(`../tensor/wasm/${file}`)])),
  });
  const html = await packageText(here("./page/index.html"));
  const texts: Record<string, string> = { title, limits, policy: PAGE_POLICY };
  await writeAtomic(`${dir}/index.html`, html.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => escape(texts[name]!)));
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
