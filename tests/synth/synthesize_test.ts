import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FACE_SCHEMA, isSynthetic } from "../../src/core/mod.ts";
import { decodeImage, loadFaces, writeSafetensors } from "../../src/io/mod.ts";
import { modelTensors } from "../../src/models/weights.ts";
import { makeGenerator } from "../../src/synth/gan.ts";
import { openGan, synthesizeFaces, syntheticCounts } from "../../src/synth/mod.ts";
import { splitDataset } from "../../src/split/mod.ts";
import { SOURCE_FILE } from "../../src/train/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import { withDir } from "../temporary.ts";
import { smallConfig } from "./fixtures.ts";

const counts = FACE_SCHEMA.classes.map((_, label) => 10 + label);

/** A run of a generator that never learned. */
async function writeRun(dir: string): Promise<void> {
  await initBackend({ need: "predict" });
  const config = smallConfig(), generator = makeGenerator(config, FACE_SCHEMA);
  await Deno.mkdir(dir);
  await Deno.writeTextFile(`${dir}/config.json`, JSON.stringify(config));
  await Deno.writeTextFile(
    `${dir}/data.json`,
    JSON.stringify({ schema: FACE_SCHEMA, counts, valid: ["000001/mask1"] }),
  );
  const tensors = await modelTensors(generator);
  await writeSafetensors(`${dir}/generator.safetensors`, { tensors, metadata: { history: "[]" } });
  generator.dispose();
}

Deno.test("synthesizeFaces() writes faces that load strictly, of the classes asked for, alike for one seed", () =>
  withDir(async (dir) => {
    await writeRun(`${dir}/run`);
    const run = await openGan(`${dir}/run`), wanted = counts.map((_, label) => label % 4);
    const total = wanted.reduce((sum, count) => sum + count);
    for (const out of ["a", "b"]) {
      assertEquals(await synthesizeFaces(run, `${dir}/${out}`, { counts: wanted, seed: 3 }), total);
    }
    const { samples } = await loadFaces(`${dir}/a`);
    assertEquals(wanted.map((_, label) => samples.filter((sample) => sample.label === label).length), wanted);
    assert(samples.every(({ id, group }) => isSynthetic(id) && isSynthetic(group)));
    assertEquals(JSON.parse(await Deno.readTextFile(`${dir}/a/${SOURCE_FILE}`)), { heldOut: ["000001/mask1"] });
    assertEquals(new Set(samples.map(({ group }) => group)).size, total);
    const files = await Promise.all(["a", "b"].map((out) => Deno.readFile(`${dir}/${out}/${samples[7]!.path}`)));
    assertEquals(files[0], files[1]);
    const { height, width } = await decodeImage(`${dir}/a/${samples[0]!.path}`, { resize: [16, 16] });
    assertEquals([height, width], [16, 16]);
    await assertRejects(() => synthesizeFaces(run, `${dir}/a`, { counts: wanted, seed: 3 }), TypeError, "it has train");
    await assertRejects(() => synthesizeFaces(run, `${dir}/c`, { counts: counts.map(() => 0), seed: 3 }), RangeError);
    // A data set of generated samples alone has no one to validate on.
    assertThrows(() => splitDataset({ schema: FACE_SCHEMA, samples, root: dir, faults: [] }, { folds: 2, seed: 1 }));
  }));

Deno.test("syntheticCounts() takes classes by number and name, and tops up to the most frequent", () => {
  const run = { schema: FACE_SCHEMA, counts };
  const at = (label: number, count: number) => counts.map((_, c) => c === label ? count : 0);
  assertEquals(syntheticCounts(run, { class: "5", count: 7 }), at(5, 7));
  assertEquals(syntheticCounts(run, { class: FACE_SCHEMA.classes[5]!, count: 7 }), at(5, 7));
  assertEquals(syntheticCounts(run, { rarest: true, count: 2 }), at(0, 2));
  assertEquals(syntheticCounts(run, { counts: { "3": 4 } }), at(3, 4));
  assertEquals(syntheticCounts(run, { balance: true }), counts.map((count) => 27 - count));
  assertThrows(() => syntheticCounts(run, { class: "18", count: 1 }), RangeError, "must be 0 to 17 or one of");
  assertThrows(() => syntheticCounts(run, { counts: { "3": NaN } }), RangeError, "whole number");
});
