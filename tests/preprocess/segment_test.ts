import { assert, assertEquals } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import type { Pixels } from "../../src/core/resample.ts";
import { seededRng } from "../../src/core/rng.ts";
import { PREPROCESS } from "../../src/preprocess/mod.ts";
import { mainRegion } from "../../src/preprocess/regions.ts";
import { segmentPerson } from "../../src/preprocess/segment.ts";
import { between, printedRng } from "../random.ts";
import { overlap, paintPortrait } from "./truth.ts";

Deno.test("segmentPerson() finds painted persons: mean overlap with the truth at least 0.9, nine in ten at least 0.75", async () => {
  const overlaps: number[] = [];
  for (let i = 0; i < 30; i++) {
    const { image, truth } = await paintPortrait(i, [96, 72]);
    overlaps.push(overlap(segmentPerson(image).map((chance) => chance > 0.5 ? 1 : 0), truth));
  }
  overlaps.sort((a, b) => a - b);
  const mean = overlaps.reduce((a, b) => a + b, 0) / overlaps.length;
  assert(mean >= 0.9 && overlaps[3]! >= 0.75, `mean ${mean}, worst ${overlaps.slice(0, 4)}`);
});

Deno.test("segmentPerson() gives one region without holes, of any size", () => {
  const rng = printedRng();
  for (let k = 0; k < 6; k++) {
    const [height, width] = [between(rng, 1, 40), between(rng, 1, 40)];
    const image = { data: Uint8Array.from({ length: height * width * 3 }, () => 256 * rng()), height, width };
    const mask = Uint8Array.from(segmentPerson(image), (chance) => chance > 0.5 ? 1 : 0);
    assertEquals(
      mainRegion(mask, [height, width], new Float32Array(mask.length).fill(1)),
      mask,
      `${height} x ${width}`,
    );
  }
});

Deno.test("mainRegion() keeps the region that is worth most, and fills its holes", () => {
  const rows = ["....##", ".###.#", ".#.#..", ".###..", "......"];
  const mask = Uint8Array.from(rows.join(""), (mark) => mark === "#" ? 1 : 0), worth = new Float32Array(30);
  const text = (region: Uint8Array) =>
    rows.map((_, y) => [...region.subarray(6 * y, 6 * y + 6)].map((v) => v ? "#" : ".").join(""));
  worth[8] = 5;
  assertEquals(text(mainRegion(mask, [5, 6], worth)), ["......", ".###..", ".###..", ".###..", "......"]);
  worth[5] = 9;
  assertEquals(text(mainRegion(mask, [5, 6], worth)), ["....##", ".....#", "......", "......", "......"]);
  assertEquals(mainRegion(new Uint8Array(30), [5, 6], worth), new Uint8Array(30));
});

/** Noise of some colour with a head and shoulders of another. */
function figure(height: number, width: number): { image: Pixels; truth: Uint8Array } {
  const rng = seededRng(8), data = new Uint8Array(height * width * 3), truth = new Uint8Array(height * width);
  for (let p = 0; p < truth.length; p++) {
    const x = (p % width + 0.5) / width - 0.5, y = (Math.floor(p / width) + 0.5) / height;
    const head = Math.hypot(x / 0.24, (y - 0.42) / 0.26) < 1;
    truth[p] = head || (y > 0.6 && Math.abs(x) < 0.13) || (y > 0.8 && Math.abs(x) < 0.4) ? 1 : 0;
    const color = truth[p] ? (y < 0.72 ? [205, 150, 125] : [60, 70, 110]) : [120, 150, 90];
    for (let c = 0; c < 3; c++) data[3 * p + c] = color[c]! + 20 * (rng() - 0.5);
  }
  return { image: { data, height, width }, truth };
}

Deno.test("eraseBackground paints what is behind a figure over at full size, and leaves the figure", async () => {
  const { image, truth } = figure(260, 190);
  const erase = build("preprocessing step", PREPROCESS, { name: "eraseBackground", fill: [255, 0, 255] });
  const { data } = await erase(image, () => {});
  const kept = truth.map((_, p) =>
    data[3 * p] === image.data[3 * p] && data[3 * p + 1] === image.data[3 * p + 1] ? 1 : 0
  );
  const gone = truth.map((_, p) => data[3 * p] === 255 && data[3 * p + 1] === 0 && data[3 * p + 2] === 255 ? 1 : 0);
  const either = kept.map((value, p) => value || gone[p] ? 1 : 0).reduce((a, b) => a + b) / kept.length;
  assert(overlap(kept, truth) > 0.9, `${overlap(kept, truth)}`);
  assert(overlap(gone, truth.map((value) => 1 - value)) > 0.85, `${overlap(gone, truth.map((value) => 1 - value))}`);
  assert(either > 0.9, `only ${either} is either kept or gone`); // the rest is the soft border
});

Deno.test("eraseBackground leaves nothing of what is apart from the figure, whatever its colour, and fills holes", async () => {
  const { image } = figure(128, 96), { data } = image;
  for (let y = 4; y < 14; y++) for (let x = 4; x < 14; x++) data.set([205, 150, 125], 3 * (y * 96 + x)); // skin in a corner
  for (let y = 50; y < 58; y++) for (let x = 44; x < 52; x++) data.set([120, 150, 90], 3 * (y * 96 + x)); // wall in the face
  const erase = build("preprocessing step", PREPROCESS, { name: "eraseBackground", fill: 0, side: 128 });
  const made = (await erase(image, () => {})).data;
  assertEquals([...made.subarray(3 * (9 * 96 + 9), 3 * (9 * 96 + 10))], [0, 0, 0]);
  assertEquals([...made.subarray(3 * (54 * 96 + 48), 3 * (54 * 96 + 49))], [120, 150, 90]);
});
