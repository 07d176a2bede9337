/**
 * The table of who may import whom. A room imports from rooms on lower floors only; a package is imported through its door.
 *
 * @module
 */
import { dirname, normalize } from "node:path/posix";
import { type Import, notebookCode, readSource } from "./source.ts";
import type { Breach, Tree } from "./tree.ts";

/** The rooms from the ground up; those on a floor do not see each other. */
const FLOORS: readonly (readonly string[])[] = [
  ["core"],
  ["io", "frame", "tensor"],
  ["explore", "split", "metrics", "sampling", "augment", "models", "losses", "optim", "paint", "preprocess", "track"],
  ["predict"],
  ["train"],
  ["synth", "report", "export", "serve"],
  ["mod.ts"],
  ["tasks", "notebooks"],
];

/** Files that may do what the table forbids, and why. One that is no longer needed is a breach too. */
const EXCEPTIONS: readonly { readonly path: string; readonly may: RegExp; readonly why: string }[] = [
  {
    path: "src/frame/whole.ts",
    may: /^Deno\./,
    why: "Polars reads and writes Parquet and CSV, and frame does not see io",
  },
  { path: "src/frame/prediction_parts.ts", may: /^Deno\.readDir$/, why: "it reads all Parquet files of a folder" },
  {
    path: "src/tensor/wasm/builds.ts",
    may: /^(Deno\.readFile|fetch)$/,
    why: "kernels lie beside the module, on disk or a server",
  },
  {
    path: "src/tensor/wasm/compile.ts",
    may: /^(Deno\.readTextFile|assemblyscript\/asc)$/,
    why: "only the kernels' build loads it",
  },
  {
    path: "src/preprocess/onnx.ts",
    may: /^$/,
    why: "a package that deno.json does not name, imported by a constant so that Deno does not look for it at once",
  },
  {
    path: "src/serve/page/network.ts",
    may: /^fetch$/,
    why: "it runs in a browser, where its files come from beside the page",
  },
  { path: "src/train/preset.ts", may: /^fetch$/, why: "presets come with the module, from a server too" },
  {
    path: "tasks/build_kernels.ts",
    may: /^src\/tensor\/wasm\/compile\.ts$/,
    why: "the compiler is no part of the package",
  },
];

/** Where a package may be imported, and whether only at run time, so that importing maskfold needs no permission. */
const DOORS: Readonly<Record<string, { readonly rooms: readonly string[]; readonly lazy?: true }>> = {
  "zod": {
    rooms: [...FLOORS.flat().filter((room) => !["io", "frame", "tensor", "mod.ts", "notebooks"].includes(room))],
  },
  "sharp": { rooms: ["io"], lazy: true },
  "onnxruntime-node": { rooms: ["preprocess"], lazy: true },
  "nodejs-polars": { rooms: ["frame"], lazy: true },
  "@tensorflow/tfjs": { rooms: ["tensor"] },
  "@tensorflow/tfjs-backend-wasm": { rooms: ["tensor"] },
  "@tensorflow/tfjs-backend-webgpu": { rooms: ["tensor"] },
  "@tensorflow/tfjs-node-gpu": { rooms: ["tensor"], lazy: true },
  "assemblyscript": { rooms: ["tensor"], lazy: true },
  "vega": { rooms: ["explore"], lazy: true },
  "vega-lite": { rooms: ["explore"], lazy: true },
  "dejavu-fonts-ttf": { rooms: ["io"], lazy: true },
  "protobufjs": { rooms: ["io"], lazy: true },
  "@std/csv": { rooms: ["io"] },
  "@std/cli": { rooms: ["tasks"] },
  "maskfold": { rooms: ["tasks", "notebooks"] },
  "node:crypto": { rooms: ["io"] },
  "node:fs": { rooms: ["io"] },
  "node:url": { rooms: ["io"] },
  "node:buffer": { rooms: ["frame"] },
  "node:module": { rooms: ["tensor"] },
  "node:process": { rooms: ["tensor"] },
  "node:worker_threads": { rooms: ["tensor"] },
  "node:path": { rooms: FLOORS.flat().filter((room) => !["core", "mod.ts", "notebooks"].includes(room)) },
};

/** What reaches files, processes or the network, and belongs in src/io. */
const OUTSIDE =
  /^Deno\.(open|create|read|write|mkdir|make|remove|rename|copy|stat|lstat|link|symlink|truncate|chmod|chown|utime|watch|realPath|Command|connect|listen|serve)|^fetch$/;

/** The room of a path: `src/io/csv.ts` is in `io`, `tasks/train.ts` in `tasks`. */
function roomOf(path: string): string {
  const [top = "", room = ""] = path.split("/");
  return top === "src" ? room : top;
}

const floorOf = (room: string) => FLOORS.findIndex((rooms) => rooms.includes(room));

/** Everything in src, tasks, notebooks and mod.ts that does not go by the table. */
export function findImportBreaches(tree: Tree): Breach[] {
  const needed = new Set<string>();
  const breaches = [...tree].flatMap(([path, text]) => {
    const isNotebook = path.endsWith(".ipynb");
    if (!(path.endsWith(".ts") || isNotebook) || !/^(src|tasks|notebooks|mod\.ts)/.test(path)) return [];
    const room = roomOf(path);
    if (room === "std") return []; // stands in for packages outside the house
    if (floorOf(room) < 0) return [{ path, message: `its room "${room}" stands on no floor` }];
    const exception = EXCEPTIONS.find((entry) => entry.path === path);
    const { imports, uses } = readSource("source.ts", isNotebook ? notebookCode(text) : text);
    const found = [
      ...imports.map(({ specifier, line, kind }) => ({ line, ...importFault(path, room, specifier, kind) })),
      ...uses.filter(({ name }) => OUTSIDE.test(name) && room !== "io" && room !== "tasks")
        .map(({ name, line }) => ({ line, what: name, message: `${name} reaches outside, which only src/io may` })),
    ];
    return found.flatMap(({ line, what, message }) => {
      if (message === undefined) return [];
      if (!exception?.may.test(what)) return [{ path, line, message }];
      needed.add(path);
      return [];
    });
  });
  for (const { path } of EXCEPTIONS) {
    if (tree.has(path) && !needed.has(path)) breaches.push({ path, message: "needs its exception no longer" });
  }
  return breaches;
}

function importFault(path: string, room: string, specifier: string | undefined, kind: Import["kind"]) {
  if (specifier === undefined) return { what: "", message: "imports what cannot be read off the source" };
  if (!/^\.{1,2}\//.test(specifier)) return { what: specifier, message: packageFault(room, specifier, kind) };
  const target = normalize(`${dirname(path)}/${specifier}`);
  return { what: target, message: roomFault(path, room, target) };
}

function roomFault(path: string, room: string, target: string): string | undefined {
  const other = roomOf(target);
  if (other === room && target.split("/")[0] === path.split("/")[0]) return undefined;
  if (["tasks", "notebooks"].includes(room)) {
    return `imports ${target}, but ${room} import "maskfold" and each other only`;
  }
  if (floorOf(other) < 0) return `imports ${target}, which is in no room`;
  if (floorOf(other) < floorOf(room)) return undefined;
  const where = floorOf(other) > floorOf(room) ? "above it" : "beside it";
  return `imports ${target}, but "${room}" does not see "${other}", which stands ${where}`;
}

function packageFault(room: string, specifier: string, kind: Import["kind"]): string | undefined {
  const name = Object.keys(DOORS).find((name) => specifier === name || specifier.startsWith(`${name}/`));
  if (name === undefined) return `imports "${specifier}", which has no door`;
  const { rooms, lazy } = DOORS[name]!;
  if (!rooms.includes(room)) return `imports "${specifier}", whose door is in ${rooms.join(", ")}`;
  if (lazy && kind === "static") return `imports "${specifier}" at once; it must be loaded on first use`;
  return undefined;
}
