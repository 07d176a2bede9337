/**
 * The models by name, and the maker of any of them.
 *
 * @module
 */
import { z } from "zod";
import { build, type Part, part, type SpecOf, specSchema } from "../core/parts.ts";
import { seededRng } from "../core/rng.ts";
import * as tf from "../tensor/tf.ts";
import { efficientNet, type EfficientNetShape, NANO, scaleB0 } from "./efficientnet.ts";
import { HEADS, type HeadSpec } from "./heads.ts";
import { makeLayers } from "./layers.ts";
import { IMAGENET_INPUT, type Model } from "./model.ts";

/** What a model is made for. */
export interface CreateModelOptions {
  /** Class names, or how many classes there are. */
  readonly classes: number | readonly string[];
  /**
   * Numbers of levels of the attributes whose product is the classes, the last changing fastest; one attribute unless
   * given. Only a head that works by attributes asks for them.
   */
  readonly levels?: readonly number[];
  /** Seed of the starting weights. */
  readonly seed: number;
  /** Height and width of its images in pixels; the architecture's own by default. */
  readonly size?: readonly [height: number, width: number];
}

/** Makes a model with random weights. */
export type ModelMaker = (options: CreateModelOptions) => Model;

/** Options of an EfficientNet. */
export interface EfficientNetOptions {
  /** Share of images whose branch the last block drops in training. */
  readonly dropPath: number;
  /** What turns features into class scores. */
  readonly head: HeadSpec;
}

const options = z.strictObject({
  dropPath: z.number().min(0).lt(1).default(0.2).describe(
    "Share of images whose branch the last block drops in training.",
  ),
  head: specSchema(HEADS).prefault({ name: "plain" }).describe("What turns features into class scores."),
});

/** An EfficientNet as a part: what it is built of, its own image size, its name. */
function shaped(name: string, shape: EfficientNetShape, size: number): Part<EfficientNetOptions, ModelMaker> {
  return part(options, ({ dropPath, head }): ModelMaker => ({ classes, levels, seed, size: given = [size, size] }) => {
    const names = typeof classes === "number" ? Array.from({ length: classes }, (_, i) => `${i}`) : classes;
    const layers = makeLayers(seededRng(seed).fork(name));
    const backbone = efficientNet(layers, shape, dropPath);
    const sizes = { features: backbone.features, classes: names.length, levels: levels ?? [names.length] };
    if (sizes.levels.reduce((product, n) => product * n, 1) !== names.length) {
      throw new RangeError(
        `Cannot create ${name} as the product of levels [${levels}] must be ${names.length}, the classes`,
      );
    }
    const classify = build("head", HEADS, head)(layers, "classifier", sizes);
    const { params, buffers, layouts } = layers;
    return {
      name,
      input: { size: given, ...IMAGENET_INPUT },
      classes: names,
      params,
      buffers,
      layouts,
      forward(x, forwardOptions) {
        if (forwardOptions.training && !forwardOptions.rng) {
          throw new TypeError(`Cannot run ${name} in training as it needs an rng for dropout and drop path`);
        }
        const features = backbone.forward(x, forwardOptions);
        return { features, logits: classify(features, forwardOptions) };
      },
      dispose: () => tf.dispose([...Object.values(params), ...Object.values(buffers)]),
    };
  });
}

/** Every model, by timm's name where timm has it. */
export const MODELS: {
  readonly efficientnet_nano: Part<EfficientNetOptions, ModelMaker>;
  readonly efficientnet_b0: Part<EfficientNetOptions, ModelMaker>;
  readonly efficientnet_b1: Part<EfficientNetOptions, ModelMaker>;
  readonly efficientnet_b2: Part<EfficientNetOptions, ModelMaker>;
  readonly efficientnet_b3: Part<EfficientNetOptions, ModelMaker>;
  readonly efficientnet_b4: Part<EfficientNetOptions, ModelMaker>;
} = {
  efficientnet_nano: shaped("efficientnet_nano", NANO, 64),
  efficientnet_b0: shaped("efficientnet_b0", scaleB0(1, 1), 224),
  efficientnet_b1: shaped("efficientnet_b1", scaleB0(1, 1.1), 240),
  efficientnet_b2: shaped("efficientnet_b2", scaleB0(1.1, 1.2), 260),
  efficientnet_b3: shaped("efficientnet_b3", scaleB0(1.2, 1.4), 300),
  efficientnet_b4: shaped("efficientnet_b4", scaleB0(1.4, 1.8), 380),
};

/** A model's name and options. */
export type ModelSpec = SpecOf<typeof MODELS>;

/**
 * Makes a model with random weights.
 *
 * @example
 * ```ts
 * import { createModel } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const model = createModel({ name: "efficientnet_nano" }, { classes: 18, seed: 1 });
 * assertEquals(model.params["classifier.bias"]!.shape, [18]);
 * model.dispose();
 * ```
 *
 * @param spec Its name and options.
 * @returns The model; the caller's to dispose of.
 * @throws {RangeError | TypeError} If the name is unknown or an option out of bounds.
 */
export function createModel(spec: ModelSpec, options: CreateModelOptions): Model {
  return build("model", MODELS, spec)(options);
}
