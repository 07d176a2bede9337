import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  applyCutMix,
  applyMixup,
  drawCutMix,
  drawPartners,
  MIXES,
  type MixSpec,
  mixTargets,
} from "../../src/augment/mod.ts";
import { build } from "../../src/core/parts.ts";
import { randomInt, type Rng, seededRng } from "../../src/core/rng.ts";
import type { Size } from "../../src/core/records.ts";
import { oneOf } from "../tensor/compare.ts";
import { between, printedRng } from "../random.ts";
import { randomImage, randomSize, withMargins } from "./images.ts";
import { assertFrequencies, assertUniform, evenly } from "./uniform.ts";

const CLASSES = 5;

/** A batch whose every pixel tells its image: image `i` is of colour `i` throughout, and of a class drawn at random. */
function flatBatch(rng: Rng, count: number, [height, width]: Size) {
  const stride = height * width * 3, pixels = new Uint8Array(count * stride);
  const labels = Int32Array.from({ length: count }, () => randomInt(rng, CLASSES));
  const targets = new Float32Array(count * CLASSES);
  labels.forEach((label, i) => {
    pixels.fill(i, i * stride, (i + 1) * stride);
    targets[i * CLASSES + label] = 1;
  });
  return { pixels, targets, labels, stride };
}

const row = (targets: Float32Array, i: number) => targets.subarray(i * CLASSES, (i + 1) * CLASSES);

const SPECS: readonly MixSpec[] = [
  { name: "mixup", alpha: 1 },
  { name: "cutMix", chance: 1 },
  { name: "verticalCutMix", chance: 1, within: "class" },
  { name: "verticalCutMix", chance: 1, within: "any" },
  { name: "verticalCutMix", chance: 1, within: "between" },
];

for (const spec of SPECS) {
  for (const per of ["batch", "image"] as const) {
    const what = `${spec.name} ${"within" in spec ? spec.within : ""} per ${per}`;

    Deno.test(`${what}: targets stay probabilities, follow the generator, and nothing else is written`, () => {
      const rng = printedRng(), mix = build("mix", MIXES, { ...spec, per });
      for (let k = 0; k < 20; k++) {
        const size = randomSize(rng, 1, 9), count = between(rng, 1, 7);
        const batch = flatBatch(rng, count, size), other = structuredClone(batch);
        const { image, assertMargins } = withMargins(batch.pixels);
        mix(image, batch.targets, { size, classes: CLASSES, labels: batch.labels, rng: seededRng(k) });
        assertMargins(`${count} of ${size}`);
        for (let i = 0; i < count; i++) {
          const sum = row(batch.targets, i).reduce((a, b) => a + b, 0);
          assert(Math.abs(sum - 1) < 1e-6, `targets sum to ${sum}`);
          assert(row(batch.targets, i).every((value) => value >= 0));
        }
        mix(other.pixels, other.targets, { size, classes: CLASSES, rng: seededRng(k) }); // the labels from the targets
        assertEquals(other.pixels, image);
        assertEquals(other.targets, batch.targets);
      }
    });

    Deno.test(`${what}: with chance 0 nothing changes`, () => {
      const rng = printedRng(), size = randomSize(rng), { pixels, targets } = flatBatch(rng, 6, size);
      const [before, targetsBefore] = [pixels.slice(), targets.slice()];
      build("mix", MIXES, { ...spec, per, chance: 0 })(pixels, targets, { size, classes: CLASSES, rng });
      assertEquals([pixels, targets], [before, targetsBefore]);
    });
  }

  Deno.test(`${spec.name} with ${JSON.stringify(spec)} changes a batch`, () => {
    const rng = printedRng(), size = [8, 8] as const, { pixels, targets, labels } = flatBatch(rng, 16, size);
    const before = pixels.slice();
    const mix = build("mix", MIXES, spec);
    // One box of CutMix in 16 is empty.
    for (let k = 0; k < 20; k++) mix(pixels, targets, { size, classes: CLASSES, labels, rng: rng.fork(k) });
    assert(pixels.some((value, i) => value !== before[i]));
  });
}

Deno.test("cutMix and verticalCutMix: targets are the images' shares of the pixels", () => {
  const rng = printedRng();
  for (let k = 0; k < 40; k++) {
    const spec = oneOf(rng, SPECS.slice(1)), size = randomSize(rng, 2, 12), count = between(rng, 2, 8);
    const { pixels, targets, labels, stride } = flatBatch(rng, count, size);
    const mix = build("mix", MIXES, { ...spec, per: oneOf(rng, ["batch", "image"] as const) });
    mix(pixels, targets, { size, classes: CLASSES, labels, rng: rng.fork(k) });
    for (let i = 0; i < count; i++) {
      const shares = new Float64Array(CLASSES); // a byte is the number of the image that it comes from
      for (const from of pixels.subarray(i * stride, (i + 1) * stride)) shares[labels[from]!]! += 1 / stride;
      shares.forEach((share, c) => {
        assert(Math.abs(share - row(targets, i)[c]!) < 1e-5, `image ${i}, class ${c}: ${share} of the pixels`);
      });
    }
  }
});

Deno.test("mixup: targets have the share that the pixels were weighted by", () => {
  const rng = printedRng();
  for (const per of ["batch", "image"] as const) {
    const count = 8, size = [3, 5] as const, targets = new Float32Array(count * count), shares = new Set<number>();
    const pixels = new Uint8Array(count * 45);
    for (let i = 0; i < count; i++) targets[i * count + i] = 1; // a class an image
    pixels.fill(255, 0, 45); // the first image white, the rest black: its weight is what any image is lit by
    build("mix", MIXES, { name: "mixup", alpha: 1, per })(pixels, targets, { size, classes: count, rng });
    for (let i = 0; i < count; i++) {
      assert(Math.abs(pixels[i * 45]! - 255 * targets[i * count]!) <= 0.51, `image ${i}`);
      assert(pixels.subarray(i * 45, (i + 1) * 45).every((value) => value === pixels[i * 45]));
      shares.add(targets[i * count + i]!);
    }
    assertEquals(shares.size > 1, per === "image");
  }
});

Deno.test("verticalCutMix joins the left half with a partner's right half, of the classes it says", () => {
  const rng = printedRng();
  for (const within of ["class", "any", "between"] as const) {
    for (const size of [[4, 6], [3, 7]] as const) {
      const { pixels, targets, labels, stride } = flatBatch(rng, 24, size);
      const mix = build("mix", MIXES, { name: "verticalCutMix", chance: 1, within });
      mix(pixels, targets, { size, classes: CLASSES, labels, rng });
      const [height, width] = size, left = Math.ceil(width / 2);
      for (let i = 0; i < 24; i++) {
        const other = pixels[i * stride + left * 3]!;
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            assertEquals(pixels[i * stride + (y * width + x) * 3], x < left ? i : other);
          }
        }
        if (within === "class") assertEquals(labels[other], labels[i]);
        if (within === "between") assert(labels[other] !== labels[i]);
        if (within === "any") assert(other !== i);
      }
    }
  }
});

Deno.test("applyMixup() and mixTargets() with lambda 1 change nothing, with 0 all, and with 1/2 average", () => {
  const rng = printedRng(), size = randomSize(rng), [image, other] = [randomImage(rng, size), randomImage(rng, size)];
  const mixed = (lambda: number) => {
    const pixels = image.slice(), targets = Float32Array.of(1, 0, 0, 1), share = applyMixup(pixels, other, lambda);
    mixTargets(targets, targets.slice(), { i: 0, partner: 1, classes: 2, lambda: share });
    return { pixels, targets: [...targets] };
  };
  assertEquals(mixed(1), { pixels: image, targets: [1, 0, 0, 1] });
  assertEquals(mixed(0), { pixels: other, targets: [0, 1, 0, 1] });
  const average = image.map((value, i) => Math.floor((value + other[i]! + 1) / 2));
  assertEquals(mixed(0.5), { pixels: average, targets: [0.5, 0.5, 0, 1] });
});

Deno.test("applyCutMix() puts the box in and returns what is left of the area", () => {
  const image = new Uint8Array(6 * 5 * 3), other = new Uint8Array(6 * 5 * 3).fill(9);
  assertEquals(applyCutMix(image, other, [6, 5], { top: 1, left: 2, height: 4, width: 3 }), 1 - 12 / 30);
  for (let i = 0; i < image.length; i++) {
    const x = Math.floor(i / 3) % 5, y = Math.floor(i / 15);
    assertEquals(image[i], y >= 1 && y < 5 && x >= 2 ? 9 : 0);
  }
  const before = image.slice();
  assertEquals(applyCutMix(image, new Uint8Array(90), [6, 5], { top: 3, left: 3, height: 0, width: 0 }), 1);
  assertEquals(image, before);
});

Deno.test("drawCutMix() draws the area by lambda and the centre evenly, within the image", () => {
  const rng = printedRng(), size = [200, 300] as const;
  const boxes = Array.from({ length: 4000 }, () => drawCutMix(1, size, rng));
  for (const { top, left, height, width } of boxes) {
    assert(top >= 0 && left >= 0 && height >= 0 && width >= 0 && top + height <= 200 && left + width <= 300);
  }
  const whole = boxes.filter(({ top, left, height, width }) =>
    top > 0 && left > 0 && top + height < 200 && left + width < 300
  );
  assert(whole.length > 500);
  for (const { height, width } of whole) assert(Math.abs(height / 200 - width / 300) < 0.02, `${height} x ${width}`);
  // The middle of the image lies in a box with probability 1 - lambda: 1/2 on average, less what whole pixels take.
  const hits = boxes.map(({ top, left, height, width }) =>
    top <= 100 && 100 < top + height && left <= 150 && 150 < left + width
  );
  assertFrequencies(hits, new Map([[true, 0.494], [false, 0.506]]), "the middle");
  // Boxes whose sides are below a fifth of the image's: no edge cuts those that lie a tenth within.
  const centres = boxes.filter(({ width, height }) => width > 0 && width < 60 && height < 40)
    .map(({ left, width }) => left + width / 2).filter((x) => x >= 30 && x < 270);
  assert(centres.length > 50);
  assertUniform(centres.map((x) => x + rng()), [30, 270], "centres");
});

Deno.test("drawPartners() takes from every image once, and from all alike between classes", () => {
  const rng = printedRng();
  for (const within of ["class", "any"] as const) {
    const labels = Int32Array.from({ length: 30 }, () => randomInt(rng, 6));
    assertEquals([...drawPartners(labels, within, rng)].sort((a, b) => a - b), labels.keys().toArray());
  }
  assertEquals([...drawPartners([4, 4, 4], "between", rng)], [0, 1, 2]); // no other class: its own partner
  const drawn = Array.from({ length: 3000 }, () => drawPartners([0, 1, 1, 2], "between", rng)[0]!);
  assertFrequencies(drawn, evenly([1, 2, 3]), "partners");
});

Deno.test("a mix refuses a batch that does not fit together", () => {
  const rng = printedRng(), mix = build("mix", MIXES, { name: "mixup" }), size = [4, 4] as const;
  const context = { size, classes: 2, rng };
  for (const [bytes, targets, labels] of [[47, 2], [96, 2], [48, 3], [96, 4, [0]]] as const) {
    assertThrows(
      () => mix(new Uint8Array(bytes), new Float32Array(targets), labels ? { ...context, labels } : context),
      TypeError,
      "Cannot mix a batch",
    );
  }
});
