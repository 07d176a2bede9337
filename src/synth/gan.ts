/**
 * A pair of networks with what trains them, and one record of all their variables, for checkpoints.
 *
 * @module
 */
import { build } from "../core/parts.ts";
import type { Schema } from "../core/schema.ts";
import type { InputSpec } from "../models/mod.ts";
import { type Averager, AVERAGES, type Optimizer, OPTIMIZERS } from "../optim/mod.ts";
import type { Variable } from "../tensor/types.ts";
import type { CheckpointParts } from "../train/checkpoint.ts";
import { pair } from "../train/config.ts";
import type { GanConfig } from "./config.ts";
import { type Discriminator, DISCRIMINATORS } from "./discriminator.ts";
import { type Generator, GENERATORS } from "./generator.ts";

/** The networks of a game, and their optimizers. The tensors belong to it until `dispose`. */
export interface Gan {
  /** Makes images. */
  readonly generator: Generator;
  /** Judges them. */
  readonly discriminator: Discriminator;
  /** Each network's own. */
  readonly optimizers: { readonly generator: Optimizer; readonly discriminator: Optimizer };
  /** The generator's weights that are kept. */
  readonly averager: Averager;
  /** How bytes become the discriminator's input. */
  readonly input: InputSpec;
  /** All of it under one roof: names begin with the network's. */
  readonly whole: CheckpointParts;
  /** Frees everything. */
  dispose(): void;
}

/** How bytes become images of -1 to 1. */
export function ganInput({ crop, interpolation }: Pick<GanConfig, "crop" | "interpolation">): InputSpec {
  return { size: pair(crop), mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], interpolation };
}

/** The generator of a configuration with random weights; the caller's to dispose of. */
export function makeGenerator({ generator, crop, seed }: GanConfig, { classes }: Schema): Generator {
  const sizes = { classes: classes.length, size: pair(crop), seed: `${seed} generator` };
  return build("generator", GENERATORS, generator)(sizes);
}

/** Makes the networks of a configuration with random weights, and what trains them. */
export function makeGan(config: GanConfig, schema: Schema): Gan {
  const generator = makeGenerator(config, schema), input = ganInput(config);
  const sizes = { classes: schema.classes.length, size: input.size, seed: `${config.seed} discriminator` };
  const discriminator = build("discriminator", DISCRIMINATORS, config.discriminator)(sizes);
  const optimizer = build("optimizer", OPTIMIZERS, config.optimizer);
  const optimizers = { generator: optimizer(generator.params), discriminator: optimizer(discriminator.params) };
  const averager = build("average", AVERAGES, config.average)({ ...generator.params, ...generator.buffers });
  const both = <T>(of: (network: Generator | Discriminator) => Readonly<Record<string, T>>) => ({
    ...prefixed("generator", of(generator)),
    ...prefixed("discriminator", of(discriminator)),
  });
  const slots: Record<string, Variable> = {
    ...prefixed("generator", optimizers.generator.slots),
    ...prefixed("discriminator", optimizers.discriminator.slots),
  };
  const parts = [generator, discriminator, optimizers.generator, optimizers.discriminator, averager];
  return {
    generator,
    discriminator,
    optimizers,
    averager,
    input,
    whole: {
      model: {
        name: `${generator.name} and ${discriminator.name}`,
        input,
        params: both(({ params }) => params),
        buffers: both(({ buffers }) => buffers),
        layouts: both(({ layouts }) => layouts),
      },
      optimizer: { slots },
      averager,
    },
    dispose: () => parts.forEach((part) => part.dispose()),
  };
}

function prefixed<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix}.${name}`, value]));
}
