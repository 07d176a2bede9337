import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { randomInt, type Rng, seededRng } from "../../src/core/rng.ts";
import type { Predictions } from "../../src/core/records.ts";
import { readParquet, writeParquet } from "../../src/frame/parquet.ts";
import { loadPolars } from "../../src/frame/polars.ts";
import {
  loadPredictions,
  predictionsFromFrame,
  predictionsToFrame,
  savePredictions,
} from "../../src/frame/predictions.ts";
import { withDir } from "../temporary.ts";

/** Predictions of a random shape whose probabilities are random bit patterns: NaN, -0 and subnormals too. */
function randomPredictions(rng: Rng): Predictions {
  const n = 1 + randomInt(rng, 40), c = 1 + randomInt(rng, 20);
  const bits = Uint32Array.from({ length: n * c }, () => randomInt(rng, 2 ** 32))
    .map((x) => (x & 0x7f800000) === 0x7f800000 ? x | 0x00400000 : x); // JavaScript makes every signalling NaN a quiet one
  bits[0] = 0x7fc00001;
  bits[bits.length - 1] = 0x80000000;
  return {
    ids: Array.from({ length: n }, (_, i) => `${i}`.padStart(6, "0")),
    classes: Array.from({ length: c }, (_, k) => ["id", "label", "a (b)", "p(x)"][k] ?? `class ${k}`),
    probabilities: new Float32Array(bits.buffer),
    labels: Int32Array.from({ length: n }, () => randomInt(rng, c + 1) - 1),
  };
}

const bitsOf = ({ probabilities: p }: Predictions) => new Uint32Array(p.buffer, p.byteOffset, p.length);

Deno.test("savePredictions() and loadPredictions() keep every bit", () =>
  withDir(async (dir) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const given = randomPredictions(seededRng(seed));
      await savePredictions(given, `${dir}/valid.parquet`);
      const found = await loadPredictions(`${dir}/valid.parquet`);
      assertEquals(bitsOf(found), bitsOf(given), `seed ${seed}`);
      assertEquals({ ...found, probabilities: 0 }, { ...given, probabilities: 0 }, `seed ${seed}`);
    }
  }));

Deno.test("predictionsToFrame() has a typed column for the id, the label and each class", async () => {
  const frame = await predictionsToFrame({
    ids: ["01", "02"],
    classes: ["b", "a"],
    probabilities: Float32Array.of(0.5, 0.25, 1, 0),
    labels: Int32Array.of(1, -1),
  });
  assertEquals(frame.columns, ["id", "label", "p(b)", "p(a)"]);
  assertEquals(frame.getColumns().map((s) => s.dtype.variant), ["String", "Int32", "Float32", "Float32"]);
  assertEquals(frame.toRecords(), [
    { id: "01", label: 1, "p(b)": 0.5, "p(a)": 0.25 },
    { id: "02", label: -1, "p(b)": 1, "p(a)": 0 },
  ] as never);
});

Deno.test("predictionsToFrame() refuses columns that do not fit", async () => {
  const predictions = randomPredictions(seededRng(6));
  await assertRejects(
    () => predictionsToFrame({ ...predictions, probabilities: predictions.probabilities.subarray(1) }),
    TypeError,
    "all must have the same length",
  );
  await assertRejects(
    () => predictionsToFrame({ ...predictions, classes: predictions.classes.map(() => "same") }),
    TypeError,
    "class names must differ",
  );
});

Deno.test("predictionsFromFrame() works on a filtered and joined frame", async () => {
  const pl = await loadPolars();
  const given = randomPredictions(seededRng(7));
  const frame = await predictionsToFrame(given);
  const doubled = pl.concat([frame.head(1), frame.slice(1, frame.height - 1)]);
  assertEquals(bitsOf(predictionsFromFrame(doubled)), bitsOf(given));
  assertEquals(predictionsFromFrame(frame.filter(pl.col("id").eq(pl.lit(given.ids[1]!)))).ids, [given.ids[1]!]);
});

Deno.test("predictionsFromFrame() lists all faults of the columns", async () => {
  const pl = await loadPolars();
  const frame = pl.DataFrame([pl.Series("id", [1, 2]), pl.Series("p(a)", [0.5, null], pl.Float32)]);
  const { message } = assertThrows(() => predictionsFromFrame(frame), TypeError);
  for (const part of [`"label" is missing`, `"id" must be String`, `"p(a)" has 1 missing`]) {
    assert(message.includes(part), message);
  }
  assertThrows(() => predictionsFromFrame(pl.DataFrame({ id: ["a"] })), TypeError, "no column named p(");
});

Deno.test("loadPredictions() names the file and the id", () =>
  withDir(async (dir) => {
    const path = `${dir}/valid.parquet`;
    const given = { ids: ["x", "y"], classes: ["a"], probabilities: new Float32Array(2), labels: Int32Array.of(0, 1) };
    await savePredictions(given, path);
    const { message } = await assertRejects(() => loadPredictions(path), RangeError, `current value of "y" is 1`);
    assert(message.includes(path), message);

    await savePredictions({ ...given, ids: ["x", "x"], labels: Int32Array.of(0, 0) }, path);
    await assertRejects(() => loadPredictions(path), RangeError, `"x" occurs twice (in "${path}")`);
    await assertRejects(() => loadPredictions(`${dir}/none`), Deno.errors.NotFound, `${dir}/none`);

    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.subarray(0, bytes.length - 9));
    await assertRejects(() => loadPredictions(path), SyntaxError, path);
  }));

Deno.test("writeParquet() leaves the old file and no other behind when it fails", () =>
  withDir(async (dir) => {
    const pl = await loadPolars();
    await Deno.mkdir(`${dir}/taken`);
    await assertRejects(() => writeParquet(pl.DataFrame({ a: [1] }), `${dir}/taken`));
    assertEquals((await Array.fromAsync(Deno.readDir(dir))).map((entry) => entry.name), ["taken"]);

    await writeParquet(pl.DataFrame({ a: [1] }), `${dir}/a.parquet`);
    await writeParquet(pl.DataFrame({ a: [2] }), `${dir}/a.parquet`);
    assertEquals((await readParquet(`${dir}/a.parquet`)).toRecords(), [{ a: 2 }] as never);
    assertEquals((await Array.fromAsync(Deno.readDir(dir))).length, 2);
  }));

Deno.test("importing the frame room needs no permission", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "--cached-only", new URL("../../src/frame/mod.ts", import.meta.url).href],
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
});
