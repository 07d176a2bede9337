/**
 * The models by name, and the maker of any of them.
 *
 * @module
 */
import { build, type Part, type SpecOf } from "../core/parts.ts";
import { type CreateModelOptions, type ModelMaker, type ModelOptions, modelPart } from "./architecture.ts";
import { findWeights } from "./find.ts";
import { loadWeights } from "./load.ts";
import type { Model } from "./model.ts";
import { ARCHITECTURES, type ModelName } from "./zoo.ts";

/** Every model, by timm's name where timm has it. */
export const MODELS: { readonly [K in ModelName]: Part<ModelOptions, ModelMaker> } = Object.fromEntries(
  Object.entries(ARCHITECTURES).map(([name, architecture]) => [name, modelPart(name, architecture)]),
) as { [K in ModelName]: Part<ModelOptions, ModelMaker> };

/** A model's name and options. */
export type ModelSpec = SpecOf<typeof MODELS>;

/**
 * Makes a model: with random weights, or with those that the spec names, whose classifier is replaced by a random one where
 * the classes or the head differ.
 *
 * @example
 * ```ts
 * import { createModel } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const model = await createModel({ name: "efficientnet_nano" }, { classes: 18, seed: 1 });
 * assertEquals(model.params["classifier.bias"]!.shape, [18]);
 * model.dispose();
 * ```
 *
 * @param spec Its name and options.
 * @returns The model; the caller's to dispose of.
 * @throws {RangeError | TypeError} If the name is unknown, an option out of bounds, or the weights are another model's.
 * @throws {Error} If the weights cannot be had.
 */
export async function createModel(spec: ModelSpec, options: CreateModelOptions): Promise<Model> {
  const { make, weights } = build("model", MODELS, spec);
  if (weights === null) return make(options);
  const found = await findWeights(weights);
  const model = make({ ...options, input: { ...found.input, ...options.input } });
  try {
    await loadWeights(model, found);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}
