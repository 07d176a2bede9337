/** Takes a run's model out, as ONNX and safetensors with a model card: `deno task export --run RUN --out DIR`. @module */
import { basename, join } from "node:path";
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { backendFlags, startBackend, table, whole } from "./setup.ts";

await runTask({
  name: "export",
  summary: "Takes a run's model out: ONNX files for other programs, safetensors that timm reads, and a model card.",
  options: z.strictObject({
    ...backendFlags,
    run: z.string().describe("A run's folder, or a cross-validation's, of which each fold is exported."),
    out: z.string().describe("Folder of the files; folds have one each in it."),
    fold: whole().min(0).optional().describe("Only this fold of a cross-validation."),
    format: z.enum(["all", "onnx", "safetensors"]).default("all").describe("Which kinds of files."),
    half: z.enum(["weights", "whole", "none"]).default("weights").describe(
      "What model.f16.onnx has with 16 bits: its weights, computed with in 32; the whole computation; none: no such file.",
    ),
    foldNorms: z.boolean().default(true).describe("Put batch norms into the convolutions before them."),
    input: z.enum(["bytes", "pixels", "normalised"]).default("bytes").describe(
      "What ONNX files take: bytes [B, H, W, 3] as decoded; pixels 0 to 255 or normalised floats, both [B, 3, H, W].",
    ),
  }),
}, async ({ run: root, out, fold, format, half, foldNorms, input, ...flags }, { signal }) => {
  const all = await mf.openRuns(root), runs = fold === undefined ? all : [runOf(all, fold)];
  await startBackend(flags, "predict");
  const formats = format === "all" ? undefined : [format];
  const files: mf.ExportedFile[] = [];
  for (const run of runs) {
    signal.throwIfAborted();
    const folder = runs.length === 1 ? "" : basename(run.dir), dir = join(out, folder);
    const written = await mf.exportModel(run, { dir, formats, half, foldNorms, input, signal });
    files.push(...written.map((file) => ({ ...file, file: join(folder, file.file) })));
  }
  await Deno.writeTextFile(join(out, "card.md"), await mf.modelCard(runs, { files, input }));
  console.log(table(files.map(({ file, numbers, bytes, runtime, milliseconds, difference }) => ({
    file,
    numbers,
    MB: (bytes / 1e6).toFixed(2),
    "ms an image": milliseconds?.toFixed(2) ?? "-",
    "run by": runtime,
    "largest logit difference": difference?.toExponential(1) ?? "-",
  }))));
  for (const note of new Set(files.flatMap(({ note }) => note ?? []))) console.log(note);
  const tried = files.filter(({ file, difference }) => file.endsWith(".onnx") && difference !== null);
  const worst = Math.max(...tried.map(({ difference }) => difference!));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  console.log(
    `${files.length} files of ${runs.length} ${runs.length === 1 ? "model" : "models"}, ${
      (bytes / 1e6).toFixed(2)
    } MB, ` +
      (tried.length > 0 ? `logits differ by ${worst.toExponential(1)} at most: ` : "ONNX not tried: ") +
      join(out, "card.md"),
  );
});

/** The run of a fold. */
function runOf(runs: readonly mf.Run[], fold: number): mf.Run {
  const found = runs.find(({ dir }) => basename(dir) === `fold-${fold}`);
  if (found) return found;
  const names = runs.map(({ dir }) => basename(dir)).join(", ");
  throw new RangeError(`Cannot export fold ${fold} as the runs are ${names}`);
}
