/**
 * Loading weights that may be another tool's: timm's, torchvision's or our own names, and a classifier for other classes.
 *
 * @module
 */
import { openSafetensors } from "../io/safetensors.ts";
import type { Variable } from "../tensor/types.ts";
import { type FindOptions, findWeights, type FoundWeights } from "./find.ts";
import type { Model } from "./model.ts";
import { assignStored, checkShape, isCounter, modelVariables, some, storedShape } from "./weights.ts";
import { ARCHITECTURES, type ModelName } from "./zoo.ts";

/** How weights are loaded. */
export interface LoadOptions extends FindOptions {
  /** Whether tensors of the model may be missing in the file; they keep their values. */
  readonly allowMissing?: boolean;
  /** Whether tensors may be left over in the file. */
  readonly allowExtra?: boolean;
  /**
   * What happens to a head that is not the model's, as when there are other classes: it is left out (`"replace"`, the
   * default), or an error (`"exact"`).
   */
  readonly head?: "replace" | "exact";
}

/** What was loaded. */
export interface LoadedWeights {
  /** What was asked for. */
  readonly source: string;
  /** The file that was read. */
  readonly path: string;
  /** Whose names the tensors have. */
  readonly names: "timm" | "torchvision";
  /** Tensors loaded. */
  readonly loaded: number;
  /** Whether the model's own, random head stands in place of the file's. */
  readonly headReplaced: boolean;
  /** The model's tensors that the file lacks, head aside. */
  readonly missing: readonly string[];
  /** The file's tensors that the model lacks, head aside. */
  readonly extra: readonly string[];
  /** What a reader should know, in full sentences. */
  readonly notes: readonly string[];
}

/**
 * Loads weights into a model.
 *
 * @param model The model; its variables are set once all names and shapes have been checked.
 * @param where A safetensors file, its URL, or a hub name such as `timm/efficientnet_b3.ra2_in1k`, with `@revision` if need
 * be; or what {@linkcode findWeights} found.
 * @returns What was loaded and what was not.
 * @throws {TypeError} If tensors are missing, left over or of another shape, and that is not allowed.
 * @throws {SyntaxError} If the file is broken.
 * @throws {Error} If the file cannot be had.
 */
export async function loadWeights(
  model: Model,
  where: string | FoundWeights,
  { allowMissing = false, allowExtra = false, head = "replace", ...fetching }: LoadOptions = {},
): Promise<LoadedWeights> {
  const found = typeof where === "string" ? await findWeights(where, fetching) : where;
  const { source, path } = found;
  using file = await openSafetensors(path);
  const shapes = new Map([...file.tensors].map(([name, { shape }]) => [name, shape]));
  const { names, inFile } = recognise(model, [...shapes.keys()].filter((name) => !isCounter(name)));
  const isHead = (name: string) => name.startsWith(`${model.headName}.`);
  const shapeOf = (name: string, variable: Variable) =>
    fitted(shapes.get(inFile.get(name)!)!, storedShape(model, name, variable));
  const wanted = modelVariables(model), known = new Set(wanted.map(([name]) => name));
  const headFits =
    wanted.filter(([name]) => isHead(name)).every(([name, variable]) =>
      inFile.has(name) && shapeOf(name, variable).join() === storedShape(model, name, variable).join()
    ) && [...inFile.keys()].filter(isHead).every((name) => known.has(name));
  const headReplaced = !headFits && head === "replace";
  const counts = (name: string) => !(headReplaced && isHead(name));
  const missing = wanted.map(([name]) => name).filter((name) => counts(name) && !inFile.has(name));
  const extra = [...inFile.keys()].filter((name) => counts(name) && !known.has(name));
  if ((missing.length > 0 && !allowMissing) || (extra.length > 0 && !allowExtra)) {
    throw new TypeError(
      `Cannot load "${source}" into ${model.name} as the tensors must be the same: missing ${
        some(missing)
      }, left over ${some(extra)}`,
    );
  }
  const loaded = wanted.filter(([name]) => counts(name) && inFile.has(name));
  for (const [name, variable] of loaded) checkShape(model, name, variable, shapeOf(name, variable), `"${source}"`);
  for (const [name, variable] of loaded) {
    const { data } = await file.read(inFile.get(name)!);
    assignStored(model, name, variable, { shape: shapeOf(name, variable), data });
  }
  const notes = [
    ...found.notes,
    ...(headReplaced ? [`the head (${model.headName}) is new, for ${model.classes.length} classes`] : []),
    ...(missing.length > 0 ? [`not in the file, and left as they were: ${some(missing)}`] : []),
    ...(extra.length > 0 ? [`in the file alone, and left out: ${some(extra)}`] : []),
    ...inputNotes(model, found),
  ];
  return { source, path, names, loaded: loaded.length, headReplaced, missing, extra, notes };
}

/** The model's shape where one on disk differs by axes of size 1 at its end: [D, 1, 1] for [D], [E, D] for [E, D, 1, 1]. */
function fitted(shape: readonly number[], expected: readonly number[]): readonly number[] {
  const bare = (axes: readonly number[]) => axes.slice(0, axes.findLastIndex((size) => size !== 1) + 1).join();
  return bare(shape) === bare(expected) ? expected : shape;
}

/** Whose names a file has, and where each of ours stands in it. */
function recognise(
  model: Model,
  names: readonly string[],
): { readonly names: LoadedWeights["names"]; readonly inFile: ReadonlyMap<string, string> } {
  const prefix = ["module.", "model."].find((prefix) => names.every((name) => name.startsWith(prefix))) ?? "";
  const bare = names.map((name) => name.slice(prefix.length));
  const known = new Set(modelVariables(model).map(([name]) => name));
  const hits = (candidates: readonly (string | undefined)[]) =>
    candidates.filter((name) => name !== undefined && known.has(name)).length;
  const translate = ARCHITECTURES[model.name as ModelName]?.fromTorchvision;
  const translated = translate ? bare.map((name) => translate(name)) : [];
  const torchvision = hits(translated) > hits(bare);
  const ours = torchvision ? translated.map((name, i) => name ?? bare[i]!) : bare;
  return { names: torchvision ? "torchvision" : "timm", inFile: new Map(ours.map((name, i) => [name, names[i]!])) };
}

/** Says where the model's images are not prepared as the weights want them. */
function inputNotes({ input }: Model, { input: wanted = {} }: FoundWeights): string[] {
  return (["mean", "std"] as const).flatMap((key) =>
    wanted[key] && wanted[key].join() !== input[key].join()
      ? [`the weights were trained with ${key} [${wanted[key]}], the model has [${input[key]}]`]
      : []
  );
}
