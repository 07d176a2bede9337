/**
 * What generators and discriminators have in common: named variables that PyTorch's modules of the same shape load.
 *
 * @module
 */
import { normal } from "../models/initialisers.ts";
import { type Layers, makeLayers } from "../models/layers.ts";
import type { Layout } from "../models/mod.ts";
import { randomNormal, type Rng } from "../core/rng.ts";
import { show } from "../core/check.ts";
import * as tf from "../tensor/tf.ts";
import type { Variable } from "../tensor/types.ts";

/** A network's variables. They belong to it until `dispose`. */
export interface Network {
  /** What it is called in messages and files. */
  readonly name: string;
  /** Trained variables, by the names of PyTorch's module. */
  readonly params: Readonly<Record<string, Variable>>;
  /** Running statistics, by name. */
  readonly buffers: Readonly<Record<string, Variable>>;
  /** Layout of each parameter in files; buffers are vectors. */
  readonly layouts: Readonly<Record<string, Layout>>;
  /** Frees the variables. */
  dispose(): void;
}

/** Deviation of the starting weights. Radford et al., 2015, https://arxiv.org/abs/1511.06434 */
const DEVIATION = 0.02;

/** Layers whose weights start as the paper says: N(0, 0.02), biases at zero. */
export function ganLayers(rng: Rng): Layers {
  const weight = () => normal(DEVIATION);
  return makeLayers({ rng, initialiser: { weight, bias: () => () => 0 }, linear: weight });
}

/** Redraws a variable from N(mean, deviation). */
export function redraw(variable: Variable, rng: Rng, { mean, deviation }: { mean: number; deviation: number }): void {
  const values = Float32Array.from({ length: variable.size }, () => mean + deviation * randomNormal(rng));
  tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
}

/** Redraws the scales of the norms from N(1, 0.02), as DCGAN's code has it. */
export function redrawScales({ params }: Layers, rng: Rng): void {
  for (const [name, variable] of Object.entries(params)) {
    if (name.endsWith("norm.weight")) redraw(variable, rng.fork(name), { mean: 1, deviation: DEVIATION });
  }
}

/**
 * How many doublings lead from 4 pixels to a side.
 *
 * @throws {RangeError} If the side is not 4 times a power of 2, from 8 to 256.
 */
export function doublings(what: string, [height, width]: readonly [number, number]): number {
  const count = Math.log2(height / 4);
  if (height === width && Number.isInteger(count) && count >= 1 && count <= 6) return count;
  throw new RangeError(
    `Cannot build ${what} as images must be square, of 8, 16, 32, 64, 128 or 256 pixels: current value is ${
      show([height, width])
    }`,
  );
}
