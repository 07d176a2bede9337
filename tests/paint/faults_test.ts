import { assert, assertEquals, assertRejects } from "@std/assert";
import { loadFaces } from "../../src/io/faces.ts";
import { decodeImage } from "../../src/io/images.ts";
import { readCsv } from "../../src/io/csv.ts";
import { paintFaces, type PaintOptions } from "../../src/paint/dataset.ts";
import { type FaultOptions, FAULTS, type PlantedFault } from "../../src/paint/faults.ts";

const SMALL = { people: 24, seed: 5, size: [64, 48] } as const satisfies PaintOptions;

/** A folder that is removed in the end. */
async function makeDir(): Promise<AsyncDisposable & { dir: string }> {
  const dir = await Deno.makeTempDir();
  return { dir, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
}

/** Reads a person's file, wherever the labels put it. */
async function reader(dir: string): Promise<(id: string, file: string, extension?: string) => string> {
  const folders = new Map(
    (await readCsv(`${dir}/train/train.csv`)).rows.map(({ values }) => [values["id"], values["path"]]),
  );
  return (id, file, extension = "jpg") => `${dir}/train/images/${folders.get(id)}/${file}.${extension}`;
}

const isCopy = (fault: PlantedFault) => fault.kind === "copy";

Deno.test("paintFaces() plants as many faults of each kind as it is asked for, and no two in one place", async () => {
  await using made = await makeDir();
  const faults = Object.fromEntries(FAULTS.map((name, k) => [name, 1 + k % 2])) as FaultOptions;
  const { planted, pictures } = await paintFaces(made.dir, { ...SMALL, size: [16, 16], faults });
  assertEquals(JSON.parse(await Deno.readTextFile(`${made.dir}/train/.planted.json`)), planted);
  const count = (fits: (fault: PlantedFault) => boolean) => planted.filter(fits).length;
  assertEquals(FAULTS.map((name) => faults[name]), [
    count(({ kind }) => kind === "gender"),
    count(({ kind }) => kind === "age"),
    count(({ kind }) => kind === "swap"),
    count((fault) => fault.kind === "person" && fault.copied.length === 0),
    count((fault) => fault.kind === "person" && fault.copied.length === 3),
    count((fault) => fault.kind === "copy" && fault.change.kind === "none" && fault.id === fault.source.id),
    count((fault) => fault.kind === "copy" && fault.change.kind === "none" && fault.id !== fault.source.id),
    ...(["quality", "size", "brightness", "crop"] as const).map((change) =>
      count((fault) => fault.kind === "copy" && fault.change.kind === change)
    ),
    ...(["truncated", "empty", "text"] as const).map((damage) =>
      count((fault) => fault.kind === "broken" && fault.damage.kind === damage)
    ),
  ]);
  assertEquals(pictures, (SMALL.people + 3) * 7);
  const people = planted.flatMap((fault) =>
    fault.kind === "person"
      ? [fault.id, fault.source]
      : fault.kind === "copy" || fault.kind === "broken"
      ? []
      : [fault.id]
  );
  const files = planted.flatMap((fault) =>
    fault.kind === "copy"
      ? [`${fault.id}/${fault.file}`, `${fault.source.id}/${fault.source.file}`]
      : fault.kind === "broken"
      ? [`${fault.id}/${fault.file}`]
      : []
  );
  const places = [...people, ...files, ...new Set(files.map((file) => file.split("/")[0]!))];
  assertEquals(new Set(places).size, places.length);
});

Deno.test("paintFaces() plants copies that are near their originals, and of the same bytes where they are exact", async () => {
  for (const format of ["jpeg", "png"] as const) {
    await using made = await makeDir();
    const each = { copiesWithin: 1, copiesAcross: 1, reencoded: 3, resized: 3, brightened: 3, cropped: 3 };
    const { planted } = await paintFaces(made.dir, { ...SMALL, format, faults: each });
    const pathOf = await reader(made.dir), extension = format === "png" ? "png" : "jpg";
    for (const fault of planted.filter(isCopy)) {
      const paths = [pathOf(fault.id, fault.file, extension), pathOf(fault.source.id, fault.source.file, extension)];
      const [a, b] = await Promise.all(paths.map((path) => Deno.readFile(path)));
      const same = a!.length === b!.length && a!.every((byte, i) => byte === b![i]);
      assertEquals(same, fault.change.kind === "none", JSON.stringify(fault));
      const [p, q] = await Promise.all(paths.map((path) => decodeImage(path)));
      const isOther = p!.height !== q!.height && p!.width !== q!.width;
      assertEquals(isOther, fault.change.kind === "size" || fault.change.kind === "crop", JSON.stringify(fault));
      const [small, whole] = await Promise.all(
        paths.map((path) => decodeImage(path, { resize: [16, 12], crop: [16, 12] })),
      );
      const difference = whole!.data.reduce((sum, byte, i) => sum + Math.abs(byte - small!.data[i]!), 0) /
        whole!.data.length;
      assert(difference < 12, `${difference} of 255: ${JSON.stringify(fault)}`); // other pictures are at 40 and more
      if (fault.change.kind === "brightness") {
        const [mean, before] = [p!, q!].map(({ data }) => data.reduce((sum, byte) => sum + byte, 0));
        assertEquals(mean! > before!, fault.change.factor > 1);
      }
    }
  }
});

Deno.test("paintFaces() paints the others as it does without faults", async () => {
  await using made = await makeDir();
  await paintFaces(`${made.dir}/clean`, { ...SMALL, size: [16, 16] });
  const faults = { wrongGenders: 2, samePeople: 1, resized: 4, empty: 3 };
  const { planted } = await paintFaces(`${made.dir}/faulty`, { ...SMALL, size: [16, 16], faults });
  const [clean, faulty] = [await reader(`${made.dir}/clean`), await reader(`${made.dir}/faulty`)];
  const touched = new Set(planted.flatMap((fault) => "file" in fault ? [`${fault.id}/${fault.file}`] : []));
  for (let i = 1; i <= SMALL.people; i++) {
    const id = `${i}`.padStart(6, "0");
    for (const file of ["mask1", "mask2", "mask3", "mask4", "mask5", "incorrect_mask", "normal"]) {
      const [a, b] = await Promise.all([clean(id, file), faulty(id, file)].map((path) => Deno.readFile(path)));
      assertEquals(a!.toHex() === b!.toHex(), !touched.has(`${id}/${file}`), `${id}/${file}`);
    }
  }
});

Deno.test("paintFaces() adds people under a second id, with other pictures or three of their own", async () => {
  await using made = await makeDir();
  const { planted } = await paintFaces(made.dir, { ...SMALL, faults: { samePeople: 2, copiedPeople: 2 } });
  const pathOf = await reader(made.dir);
  assertEquals(planted.map(({ id }) => id), ["000025", "000026", "000027", "000028"]);
  for (const fault of planted) {
    if (fault.kind !== "person") throw new Error(fault.kind);
    const ends = [fault.id, fault.source].map((id) => pathOf(id, "mask1").replace(`${id}_`, ""));
    assertEquals(ends[0], ends[1], "the same gender and age");
    const same: string[] = [];
    for (const file of ["incorrect_mask", "mask1", "mask2", "mask3", "mask4", "mask5", "normal"]) {
      const [a, b] = await Promise.all([fault.id, fault.source].map((id) => Deno.readFile(pathOf(id, file))));
      if (a!.toHex() === b!.toHex()) same.push(file);
    }
    assertEquals(same, [...fault.copied]);
  }
});

Deno.test("paintFaces() breaks files so that loading reports each of them", async () => {
  await using made = await makeDir();
  const { planted } = await paintFaces(made.dir, { ...SMALL, faults: { truncated: 2, empty: 2, notImages: 2 } });
  const { faults } = await loadFaces(made.dir, { decode: true, mode: "lenient" });
  const pathOf = await reader(made.dir);
  const broken = planted.map((fault) =>
    fault.kind === "broken" ? pathOf(fault.id, fault.file).slice(made.dir.length + 1) : ""
  );
  assertEquals(faults.map(({ path }) => path).toSorted(), broken.toSorted());
});

Deno.test("paintFaces() takes numbers of faults as shares of the people or of the pictures", async () => {
  await using made = await makeDir();
  const faults = { wrongAges: 0.125, reencoded: 0.05, cropped: 0 };
  const { planted } = await paintFaces(made.dir, { ...SMALL, size: [16, 16], faults });
  assertEquals(planted.map(({ kind }) => kind), [...Array(3).fill("age"), ...Array(8).fill("copy")]); // of 24, of 168
});

Deno.test("paintFaces() refuses faults that it cannot plant, before it makes a folder", async () => {
  const refused: [Record<string, number>, string][] = [
    [{ wrongRaces: 1 }, "current one is wrongRaces"],
    [{ cropped: 1.5 }, "faults.cropped must be a whole number or a share below 1: current value is 1.5"],
    [{ wrongAges: 20, samePeople: 5 }, "faults.samePeople and faults.copiedPeople must leave enough people"],
    [{ copiesAcross: 200 }, "faults.copiesAcross must leave enough pictures"],
  ];
  for (const [faults, message] of refused) {
    await assertRejects(() => paintFaces("never-made", { ...SMALL, faults }), RangeError, message);
  }
  await assertRejects(() => Deno.stat("never-made"), Deno.errors.NotFound);
});
