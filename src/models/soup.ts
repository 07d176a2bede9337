/**
 * Model soups: the mean of several checkpoints' weights, which costs no more to run than one of them. Wortsman et al., 2022,
 * https://arxiv.org/abs/2203.05482
 *
 * @module
 */
import { openSafetensors, type StoredTensor, writeSafetensors } from "../io/mod.ts";

/** How checkpoints are averaged. */
export interface AverageOptions {
  /** The share of each checkpoint, in the order of the files; they are divided by their sum. Alike unless given. */
  readonly shares?: readonly number[];
  /** Type of the numbers on disk. */
  readonly dtype?: "F32" | "F16";
}

/**
 * Averages the tensors of checkpoints of one network, running statistics too, and writes the mean with the first one's
 * metadata. It helps where the checkpoints come from the same starting weights; those of networks that started apart are
 * good for an ensemble instead.
 *
 * @param paths At least one safetensors file.
 * @param out The file that is written, whole or not at all.
 * @throws {TypeError} If the files do not have the same tensors of the same shapes.
 * @throws {RangeError} If there is no file, or shares are not one positive number a file.
 */
export async function averageWeights(
  paths: readonly string[],
  out: string,
  { shares = paths.map(() => 1), dtype = "F32" }: AverageOptions = {},
): Promise<void> {
  const sum = shares.reduce((total, share) => total + share, 0);
  if (paths.length === 0 || shares.length !== paths.length || shares.some((share) => !(share >= 0)) || !(sum > 0)) {
    throw new RangeError(
      `Cannot average weights as each file needs a share of at least 0, not all 0: ${paths.length} files, shares [${shares}]`,
    );
  }
  using first = await openSafetensors(paths[0]!);
  const means = new Map<string, { readonly shape: readonly number[]; readonly sums: Float64Array }>();
  for (const [i, path] of paths.entries()) {
    using file = await openSafetensors(path);
    const names = [...file.tensors.keys()].sort();
    if (names.join("\n") !== [...first.tensors.keys()].sort().join("\n")) {
      throw new TypeError(`Cannot average "${path}" with "${paths[0]}" as they must have the same tensors`);
    }
    for (const name of names) {
      const { shape, data } = await file.read(name);
      if (!means.has(name)) means.set(name, { shape, sums: new Float64Array(data.length) });
      const { sums, shape: before } = means.get(name)!;
      if (before.join() !== shape.join()) {
        throw new TypeError(
          `Cannot average "${path}" with "${paths[0]}" as "${name}" must have one shape: [${shape}] and [${before}]`,
        );
      }
      const share = shares[i]! / sum;
      for (let k = 0; k < data.length; k++) sums[k]! += share * data[k]!;
    }
  }
  const tensors: [string, StoredTensor][] = [...first.tensors.keys()].map((name) => {
    const { shape, sums } = means.get(name)!;
    return [name, { shape, data: Float32Array.from(sums) }];
  });
  await writeSafetensors(out, { tensors: Object.fromEntries(tensors), metadata: first.metadata }, { dtype });
}
