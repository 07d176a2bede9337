import { assertEquals, assertRejects } from "@std/assert";
import { randomInt, seededRng } from "../../src/core/rng.ts";
import { decodeLabel, FACE_SCHEMA } from "../../src/core/schema.ts";
import { counts, crosses, personsPerStratum } from "../../src/explore/counts.ts";
import { valuesInOrder } from "../../src/explore/order.ts";
import { loadPolars, makeFrame, toFrame } from "../../src/frame/mod.ts";
import { between, printedRng } from "../random.ts";
import { randomFaces } from "./fixture.ts";

type Row = Record<string, string | number>;

Deno.test("counts() agrees with counting the samples one by one", async () => {
  for (const seed of [1, 2, 3]) {
    const faces = randomFaces(seededRng(seed), 1 + randomInt(seededRng(seed).fork("n"), 60));
    const frame = await toFrame(faces);
    const rows = (await counts(frame, ["mask", "ageGroup"])).toRecords() as Row[];
    for (const { mask, ageGroup, images, persons, share } of rows) {
      const found = faces.samples.filter(({ label }) => {
        const [m, , a] = decodeLabel(FACE_SCHEMA, label);
        return FACE_SCHEMA.attributes[0]!.levels[m!] === mask && FACE_SCHEMA.attributes[2]!.levels[a!] === ageGroup;
      });
      assertEquals(images, found.length, `seed ${seed}`);
      assertEquals(persons, new Set(found.map(({ group }) => group)).size, `seed ${seed}`);
      assertEquals(share, found.length / faces.samples.length, `seed ${seed}`);
    }
    assertEquals(rows.reduce((sum, { images }) => sum + Number(images), 0), faces.samples.length, `seed ${seed}`);
  }
});

Deno.test("counts() finds the same whether or not there are class numbers that the columns follow from", async () => {
  const rng = printedRng();
  for (let k = 0; k < 40; k++) {
    const rows = between(rng, 1, 60), classes = between(rng, 1, 6), follows = rng() < 0.7;
    const of = (levels: number) => Array.from({ length: classes }, () => `level ${between(rng, 0, levels)}`);
    const mask = of(2), gender = of(1), pick = () => between(rng, -1, classes - 1);
    const label = Int32Array.from({ length: rows }, pick), at = (row: number) => follows ? label[row]! : pick();
    const column = (levels: string[]) => Array.from({ length: rows }, (_, row) => levels[at(row)] ?? "none");
    const people = Array.from({ length: rows }, () => between(rng, 0, 9));
    if (rng() < 0.5) people.sort(); // each person's rows together, as data sets have them, or anywhere
    const group = people.map((person) => person === 0 ? null : `p${person}`);
    const columns = { mask: column(mask), group, gender: column(gender) };
    const [found, wanted] = await Promise.all(
      [makeFrame({ ...columns, label }), makeFrame(columns)].map(async (frame) =>
        (await counts(await frame, ["gender", "mask"])).toRecords() as Row[]
      ),
    ) as [Row[], Row[]];
    const sorted = (rows: Row[]) => rows.map((row) => JSON.stringify(row)).toSorted();
    assertEquals(sorted(found), sorted(wanted), `frame ${k}`);
    const order = valuesInOrder(await makeFrame({ ...columns, label }), "gender");
    assertEquals([...new Set(found.map((row) => row.gender!))], order, `frame ${k}`);
  }
});

Deno.test("counts() lists levels in the schema's order and, given the schema, those that do not occur", async () => {
  const frame = await toFrame(randomFaces(seededRng(4), 40));
  const masks = ["wear", "incorrect", "not wear"]; // by name, "incorrect" would come first
  assertEquals((await counts(frame, "mask")).getColumn("mask").toArray() as string[], masks);
  const pl = await loadPolars();
  const worn = frame.filter(pl.col("mask").eq(pl.lit("not wear")));
  assertEquals((await counts(worn, "mask")).height, 1);
  const all = await counts(worn, "class", { schema: FACE_SCHEMA });
  assertEquals(all.getColumn("class").toArray() as string[], FACE_SCHEMA.classes as string[]);
  assertEquals((all.getColumn("images").toArray() as number[]).slice(0, 12), new Array(12).fill(0));
});

Deno.test("valuesInOrder() sorts numbers by size, other text naturally, and puts missing values last", async () => {
  const frame = await makeFrame({
    age: [60, 9, null, 18],
    fold: ["fold 10", null, "fold 9", "fold 10"],
    label: Int32Array.of(0, 0, 0, 0),
  });
  assertEquals(valuesInOrder(frame, "age"), [9, 18, 60, null]);
  assertEquals(valuesInOrder(frame, "fold"), ["fold 9", "fold 10", null]);
});

Deno.test("counts() counts missing values as a value", async () => {
  const frame = await makeFrame({ group: ["a", "a", "b"], race: ["x", null, null] });
  assertEquals((await counts(frame, "race")).toRecords() as unknown[], [
    { race: "x", images: 1, persons: 1, share: 1 / 3 },
    { race: null, images: 2, persons: 2, share: 2 / 3 },
  ]);
});

Deno.test("crosses() adds up to the counts, combination by combination", async () => {
  const frame = await toFrame(randomFaces(seededRng(5), 50));
  for (const  of of["images", "persons"] as const) {
    const wide = (await crosses(frame, ["mask", "gender", "ageGroup"], { of })).toRecords() as Row[];
    const long = (await counts(frame, ["mask", "gender", "ageGroup"])).toRecords() as Row[];
    assertEquals(wide.length, 6);
    for (const row of long) {
      const cell = wide.find(({ mask, gender }) => mask === row.mask && gender === row.gender)![row.ageGroup!];
      assertEquals(cell, row[of]);
    }
    for (const row of wide) assertEquals(row.all, Number(row.young) + Number(row.middle) + Number(row.old));
  }
});

Deno.test("crosses() keeps a value named like a column apart", async () => {
  const frame = await makeFrame({ group: ["1", "2"], mask: ["worn", "off"], part: ["mask", "all"] });
  assertEquals((await crosses(frame, ["mask", "part"])).columns, ["mask", "part all", "part mask", "all"]);
});

Deno.test("personsPerStratum() counts each person once and the range of their images", async () => {
  const frame = await makeFrame({
    group: ["a", "a", "a", "b", "c"],
    gender: ["male", "male", "male", "male", "female"],
  });
  assertEquals((await personsPerStratum(frame, "gender")).toRecords() as unknown[], [
    { gender: "female", persons: 1, share: 1 / 3, fewest: 1, most: 1 },
    { gender: "male", persons: 2, share: 2 / 3, fewest: 1, most: 3 },
  ]);
  const faces = await toFrame(randomFaces(seededRng(6), 3));
  const rows = (await personsPerStratum(faces, ["gender", "ageGroup"], { schema: FACE_SCHEMA })).toRecords() as Row[];
  assertEquals([rows.length, rows.reduce((sum, { persons }) => sum + Number(persons), 0)], [6, 3]);
});

Deno.test("counts() and crosses() name the column that is missing", async () => {
  const frame = await makeFrame({ group: ["1"], mask: ["worn"] });
  await assertRejects(() => counts(frame, "msak"), RangeError, `no column "msak": current columns are "group", "mask"`);
  await assertRejects(() => crosses(frame, ["mask"]), RangeError, "two or more");
});
