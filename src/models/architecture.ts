/**
 * From a family's architecture to a model that a config can name: options, layers, head, and what belongs to a model.
 *
 * @module
 */
import { z } from "zod";
import { build, type Part, part, specSchema } from "../core/parts.ts";
import { seededRng } from "../core/rng.ts";
import * as tf from "../tensor/tf.ts";
import type { Architecture } from "./backbone.ts";
import { HEADS, type HeadSpec } from "./heads/mod.ts";
import { INITIALISERS, type InitialiserSpec } from "./initialisers.ts";
import { makeLayers } from "./layers.ts";
import { IMAGENET_INPUT, type InputSpec } from "./input.ts";
import type { ForwardOptions, Model } from "./model.ts";

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
  /** Mean, deviation and filter that its images are prepared with; those of its weights, else ImageNet's, by default. */
  readonly input?: Partial<Omit<InputSpec, "size">>;
}

/** A network by name: how to make it with random weights, and what its published ones are called. */
export interface ModelMaker {
  /** Makes it. */
  make(options: CreateModelOptions): Model;
  /** What its family says of it. */
  readonly architecture: Architecture;
  /** Weights that a config asks for, if any. */
  readonly weights: string | null;
}

/** Options of a model. */
export interface ModelOptions {
  /** Weights to start from. */
  readonly weights: string | null;
  /** Share of images whose branch the last block drops in training; only where there are branches. */
  readonly dropPath?: number;
  /** What turns features into class scores. */
  readonly head: HeadSpec;
  /** How weights start. */
  readonly init: InitialiserSpec;
  /** Whether the last norm of each residual branch starts at zero. */
  readonly zeroInitLast: boolean;
}

const common = {
  weights: z.string().min(1).nullable().default(null).describe(
    "Weights to start from: a safetensors file, its URL, or a hub name such as timm/efficientnet_b3.ra2_in1k; null: random.",
  ),
  // An id, so that the JSON Schema of a config says it once for all models.
  head: specSchema(HEADS).meta({ id: "head" }).prefault({ name: "plain" }).describe(
    "What turns features into class scores.",
  ),
  init: specSchema(INITIALISERS).meta({ id: "initialiser" }).prefault({ name: "family" }).describe(
    "How weights start that are not loaded.",
  ),
  zeroInitLast: z.boolean().default(false).describe(
    "Whether the last norm of each residual branch starts at zero, so that each block starts as the identity.",
  ),
};

/**
 * Makes a part of an architecture.
 *
 * @param name What configs call it.
 * @param architecture From its family.
 */
export function modelPart(name: string, architecture: Architecture): Part<ModelOptions, ModelMaker> {
  const paths = z.number().min(0).lt(1).default(architecture.dropPath ?? 0).describe(
    "Share of images whose branch the last block drops in training; earlier blocks drop less.",
  );
  const schema = architecture.dropPath === undefined
    ? z.strictObject(common)
    : z.strictObject({ dropPath: paths, ...common });
  const { paper, size, parameters } = architecture.about;
  const about = `Has ${(parameters / 1e6).toFixed(1)} million parameters and was made for ${size} pixels: ${paper}`;
  return part(schema.describe(about) as never, (options: ModelOptions) => ({
    architecture,
    weights: options.weights,
    make: (given) => makeModel(name, architecture, options, given),
  }));
}

function makeModel(
  name: string,
  { about, head: headName, initialiser, depthwise, linear, epsilon, same, build: backboneOf }: Architecture,
  { dropPath = 0, head, init, zeroInitLast }: ModelOptions,
  { classes, levels, seed, size = [about.size, about.size], input }: CreateModelOptions,
): Model {
  const names = typeof classes === "number" ? Array.from({ length: classes }, (_, i) => `${i}`) : classes;
  const chosen = build("initialiser", INITIALISERS, init);
  const starts = chosen
    ? { initialiser: chosen, linear: chosen.weight }
    : { initialiser, ...(depthwise && { depthwise }), ...(linear && { linear }) };
  const layers = makeLayers({
    rng: seededRng(seed).fork(name),
    ...starts,
    zeroInitLast,
    ...(epsilon && { epsilon }),
    ...(same && { same }),
  });
  const backbone = backboneOf(layers, { dropPath });
  layers.deeper();
  const sizes = { features: backbone.features, classes: names.length, levels: levels ?? [names.length] };
  if (sizes.levels.reduce((product, n) => product * n, 1) !== names.length) {
    throw new RangeError(
      `Cannot create ${name} as the product of levels [${levels}] must be ${names.length}, the classes`,
    );
  }
  const { apply, regression } = build("head", HEADS, head)(layers, headName, sizes);
  const { params, buffers, layouts, depths } = layers;
  const checked = (options: ForwardOptions) => {
    if (options.training && !options.rng) {
      throw new TypeError(`Cannot run ${name} in training as it needs an rng for dropout and drop path`);
    }
    return options;
  };
  return {
    name,
    input: { size, ...IMAGENET_INPUT, ...input },
    classes: names,
    params,
    buffers,
    layouts,
    depths,
    headName,
    ...(regression && { regression }),
    maps: (x, options) => backbone.maps(x, checked(options)),
    pool: (maps, options) => backbone.pool(maps, options),
    classify: (features, options) => apply(features, checked(options)),
    forward(x, options) {
      const features = backbone.pool(backbone.maps(x, checked(options)), options);
      return { features, ...apply(features, options) };
    },
    dispose: () => tf.dispose([...Object.values(params), ...Object.values(buffers)]),
  };
}
