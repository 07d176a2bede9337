import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { seededRng } from "../../src/core/rng.ts";
import { build } from "../../src/core/mod.ts";
import { ADVERSARIAL } from "../../src/synth/adversarial.ts";
import { DIFF_AUGMENTS, diffAugmentChain } from "../../src/synth/diff_augment.ts";
import { dcganDiscriminator } from "../../src/synth/discriminator.ts";
import { dcganGenerator, drawNoise } from "../../src/synth/generator.ts";
import { generateImages, oneHot } from "../../src/synth/generate.ts";
import { spectralWeight } from "../../src/synth/spectral_norm.ts";
import { classSpreads } from "../../src/synth/spread.ts";
import { ganHealth, type GanRow, resolveGanConfig } from "../../src/synth/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import type { Variable2D } from "../../src/tensor/types.ts";
import { between, printedRng } from "../random.ts";
import { assertNear, normals, oneOf } from "../tensor/compare.ts";

await initBackend({ need: "train", prefer: "wasm" });

const AUGMENTS = ["color", "translation", "cutout"] as const;

for (const name of AUGMENTS) {
  Deno.test(`${name} has the gradient of what it does, on odd sizes`, () => {
    const rng = printedRng(), shape = [between(rng, 1, 4), between(rng, 3, 11), between(rng, 3, 11), 3];
    const augment = build("diffAugment", DIFF_AUGMENTS, { name }), size = tf.util.sizeFromShape(shape);
    // All three are affine: f(x) - f(0) is linear, and <f(x) - f(0), d> is <x, gradient at d>.
    const [x, d] = [normals(rng, size), normals(rng, size)];
    const [left, right, moved] = tf.tidy(() => {
      const f = (x: tf.Tensor) => augment(x as tf.Tensor4D, seededRng(3));
      const [image, upstream] = [tf.tensor(x, shape), tf.tensor(d, shape)];
      const change = tf.sub(f(image), f(tf.zeros(shape)));
      const gradient = tf.grad(f)(image, upstream);
      return [
        tf.sum(tf.mul(change, upstream)).dataSync()[0]!,
        tf.sum(tf.mul(gradient, image)).dataSync()[0]!,
        tf.max(tf.abs(tf.sub(f(image), image))).dataSync()[0]!,
      ];
    });
    assertAlmostEquals(left!, right!, 1e-3 * Math.sqrt(size));
    assert(moved! > 1e-3, "it changes something");
  });
}

Deno.test("translation shifts each image by whole pixels, with zeros coming in", () => {
  const rng = printedRng(), [height, width] = [between(rng, 5, 12), between(rng, 5, 12)], B = 6;
  const x = normals(rng, B * height * width * 3).map((value) => value + 10);
  const moved = tf.tidy(() =>
    build("diffAugment", DIFF_AUGMENTS, { name: "translation", ratio: 0.3 })(
      tf.tensor4d(x, [B, height, width, 3]),
      seededRng(5),
    ).dataSync()
  );
  const most = (side: number) => Math.floor(side * 0.3 + 0.5),
    at = (b: number, r: number, c: number) => ((b * height + r) * width + c) * 3;
  const shifts = Array.from({ length: B }, (_, b) => {
    for (let down = -most(height); down <= most(height); down++) {
      for (let right = -most(width); right <= most(width); right++) {
        const same = Array.from({ length: height * width }, (_, p) => {
          const [r, c] = [Math.floor(p / width), p % width], [row, column] = [r - down, c - right];
          const inside = row >= 0 && row < height && column >= 0 && column < width;
          return moved[at(b, r, c)] === (inside ? x[at(b, row, column)] : 0);
        });
        if (same.every(Boolean)) return `${down} ${right}`;
      }
    }
    throw new Error(`image ${b} is shifted by no whole number of pixels`);
  });
  assert(new Set(shifts).size > 1, "images are shifted each in its own way");
});

Deno.test("cutout covers at most its share of an image, and color keeps an image's mean but for brightness", () => {
  const x = tf.ones([40, 16, 16, 3]) as tf.Tensor4D;
  const [cut, colored] = tf.tidy(() => [
    build("diffAugment", DIFF_AUGMENTS, { name: "cutout" })(x, seededRng(1)).dataSync(),
    build("diffAugment", DIFF_AUGMENTS, { name: "color", brightness: 0 })(x, seededRng(1)).dataSync(),
  ]);
  const holes = Array.from(
    { length: 40 },
    (_, b) => cut!.subarray(b * 768, (b + 1) * 768).filter((v) => v === 0).length / 768,
  );
  assert(Math.max(...holes) <= 0.25 && Math.max(...holes) > 0.2 && Math.min(...holes) >= 0.0625, `${holes}`);
  assertNear(colored!, new Float32Array(colored!.length).fill(1), 1e-5);
  x.dispose();
});

Deno.test("diffAugmentChain() draws for each augmentation by its place, alike for one seed", () => {
  const chain = diffAugmentChain(AUGMENTS.map((name) => build("diffAugment", DIFF_AUGMENTS, { name })));
  const x = tf.ones([3, 9, 7, 3]) as tf.Tensor4D;
  const [a, b, c] = tf.tidy(() => [1, 1, 2].map((seed) => chain(x, seededRng(seed)).dataSync()));
  assertEquals(a, b);
  assert(a!.some((value, i) => value !== c![i]));
  x.dispose();
});

Deno.test("spectralWeight() divides by the largest singular value", () => {
  // A matrix of singular values 3, 2 and 1 by rotations: reflections of diagonal ones.
  const reflect = (n: number, seed: number) =>
    tf.tidy(() => {
      const v = tf.tensor2d(normals(seededRng(seed), n), [n, 1]);
      return tf.sub(tf.eye(n), tf.div(tf.mul(2, tf.matMul(v, v, false, true)), tf.sum(tf.square(v))));
    });
  const values = tf.tidy(() => {
    const middle = tf.concat([tf.diag(tf.tensor1d([3, 2, 1])), tf.zeros([4, 3])]);
    const matrix = tf.matMul(
      tf.matMul(reflect(7, 1) as tf.Tensor2D, middle as tf.Tensor2D),
      reflect(3, 2) as tf.Tensor2D,
    );
    const weight = tf.variable(matrix) as Variable2D, spectral = spectralWeight<Variable2D>(weight, seededRng(3));
    const off = tf.max(tf.abs(tf.sub(tf.mul(spectral.normalised(true), 3), weight))).dataSync()[0]!;
    tf.dispose([weight, ...Object.values(spectral.vectors)]);
    return off;
  });
  assert(values < 1e-4, `off by ${values}`);
});

Deno.test("adversarial losses are lower where a side does better, and finite at saturated scores", () => {
  for (const name of ["nonSaturating", "hinge"] as const) {
    const loss = build("loss", ADVERSARIAL, { name }), scores = tf.tensor1d([-300, -1, 0, 1, 300]);
    const [real, fake, generator] = tf.tidy(() =>
      [loss.real, loss.fake, loss.generator].map((
        f,
      ) => [f(scores).dataSync(), tf.grad(f as (x: tf.Tensor) => tf.Tensor)(scores).dataSync()])
    );
    for (const [values, slopes] of [real!, fake!, generator!]) {
      assert([...values!, ...slopes!].every(Number.isFinite), name);
    }
    for (let i = 1; i < 5; i++) {
      assert(
        real![0]![i]! <= real![0]![i - 1]! && fake![0]![i]! >= fake![0]![i - 1]! &&
          generator![0]![i]! < generator![0]![i - 1]!,
      );
    }
    scores.dispose();
  }
});

Deno.test("networks are made for any square power of two, and refuse other sizes", () => {
  const rng = printedRng();
  for (const side of [8, 16, oneOf(rng, [32, 64])]) {
    const sizes = { classes: between(rng, 1, 5), size: [side, side] as const, seed: 1 };
    const generator = dcganGenerator({ width: 2, latent: 5, embedding: 3 })(sizes);
    const discriminator = dcganDiscriminator({ width: 3, norm: "batch" })(sizes);
    const shapes = tf.tidy(() => {
      const targets = oneHot([0, 0, 0], sizes.classes);
      const image = generator.forward(drawNoise(3, 5, seededRng(1)), targets, { training: true });
      return [image.shape, discriminator.forward(image, targets, { training: true }).shape];
    });
    assertEquals(shapes, [[3, side, side, 3], [3]]);
    generator.dispose();
    discriminator.dispose();
  }
  for (const size of [[12, 12], [16, 8], [4, 4]] as const) {
    const sizes = { classes: 2, size, seed: 1 };
    assertThrows(() => dcganGenerator({ width: 2, latent: 5, embedding: 3 })(sizes), RangeError, "must be square");
    assertThrows(() => dcganDiscriminator({ width: 2, norm: "none" })(sizes), RangeError, "must be square");
  }
});

Deno.test("generateImages() makes each image by its place alone, whatever the batch", async () => {
  const generator = dcganGenerator({ width: 4, latent: 5, embedding: 3 })({ classes: 3, size: [8, 8], seed: 1 });
  const labels = [0, 2, 1, 1, 0], options = { classes: 3, rng: seededRng(4) };
  const whole = await generateImages(generator, labels, options);
  assertEquals(await generateImages(generator, labels, { ...options, batchSize: 2 }), whole);
  assertEquals(await generateImages(generator, labels.slice(3), { ...options, first: 3 }), whole.subarray(3 * 192));
  assert(new Set(whole).size > 3, "images are of more than one colour");
  generator.dispose();
});

Deno.test("classSpreads() is the variance of small means within classes, and passes over texture", () => {
  const rng = printedRng(),
    size = [between(rng, 16, 21), between(rng, 16, 21)] as const,
    stride = size[0] * size[1] * 3;
  const flat = (levels: number[]) => Uint8Array.from(levels.flatMap((level) => Array<number>(stride).fill(level)));
  const spreads = classSpreads(flat([10, 20, 50, 50, 99]), [0, 0, 1, 1, 2], { size, classes: 3 });
  assertEquals([...spreads], [50, 0, NaN]);
  const noise = Uint8Array.from({ length: 4 * stride }, () => 108 + between(rng, 0, 40));
  const [textured] = classSpreads(noise, [0, 0, 0, 0], { size, classes: 1 });
  assert(textured! < 40 ** 2 / 12 / 2, `${textured}`);
});

const row = (epoch: number, more: Partial<GanRow> = {}): GanRow => ({
  ...{ epoch, step: epoch * 10, lr: 1e-4, discriminatorLoss: 1, generatorLoss: 1, realScore: 1, fakeScore: -1 },
  ...{
    discriminatorAccuracy: 0.8,
    penalty: 0,
    spread: 0.9,
    narrowest: "a",
    seconds: 1,
    imagesPerSecond: 1,
    waiting: 0,
  },
  ...more,
});

Deno.test("ganHealth() holds out for as many epochs as patience says, and forgives one that recovers", () => {
  const { watch } = resolveGanConfig({ watch: { grace: 1, patience: 2 } });
  const bad = { spread: 0.01 }, won = { discriminatorAccuracy: 1 };
  assertEquals(ganHealth([row(1, bad)], watch), { good: true }); // within the grace
  assertEquals(ganHealth([row(1), row(2, bad), row(3, bad)], watch), { good: false });
  assert(ganHealth([row(1), row(2, bad), row(3, bad), row(4, bad)], watch).fault!.includes("collapsed: for 3 epochs"));
  assertEquals(ganHealth([row(1), row(2, bad), row(3), row(4, bad), row(5)], watch), { good: true });
  assert(ganHealth([row(1), row(2, won), row(3, won), row(4, won)], watch).fault!.includes("has won: for 3 epochs"));
  assert(
    ganHealth([row(1, { generatorLoss: -101 })], watch).fault!.includes(
      "generator's loss has exploded: -101.0 in epoch 1",
    ),
  );
});
