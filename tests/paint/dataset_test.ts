import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { loadFaces } from "../../src/io/faces.ts";
import { readCsv } from "../../src/io/csv.ts";
import { paintFaces, type PaintOptions } from "../../src/paint/dataset.ts";
import { withDir } from "../temporary.ts";

const SMALL = { people: 4, evalPeople: 2, seed: 5, size: [32, 24] } as const satisfies PaintOptions;

/** Every file below a folder, hidden ones too, with the digest of its bytes. */
async function digests(dir: string, below = ""): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(`${dir}/${below}`)) {
    const path = `${below}${name}`;
    if (isDirectory) {
      for (const [inner, digest] of await digests(dir, `${path}/`)) found.set(inner, digest);
    } else {
      const bytes = await Deno.readFile(`${dir}/${path}`);
      found.set(path, new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex());
    }
  }
  return new Map([...found].sort(([a], [b]) => a < b ? -1 : 1));
}

Deno.test("paintFaces() lays out what loadFaces() reads without a fault", async () => {
  await withDir(async (dir) => {
    const { pictures, evalPictures, classCounts } = await paintFaces(dir, { ...SMALL, people: 40, size: [20, 16] });
    const { samples } = await loadFaces(dir, { decode: true });
    assertEquals([pictures, evalPictures, samples.length], [280, 14, 280]);
    assertEquals(new Set(samples.map(({ group }) => group)).size, 40);
    assertEquals(classCounts.map((_, label) => samples.filter((sample) => sample.label === label).length), classCounts);
    assert(classCounts.every((count) => count > 0), `classes without a picture: ${classCounts}`);
    assert(samples.every(({ attributes }) => Number(attributes.age) >= 18 && Number(attributes.age) <= 60));
  });
});

Deno.test("paintFaces() hides the true classes of the eval part: seven pictures a person", async () => {
  await withDir(async (dir) => {
    await paintFaces(dir, { ...SMALL, people: 1, evalPeople: 3 });
    const { samples } = await loadFaces(dir, { part: "eval", answers: `${dir}/eval/.answers.csv`, decode: true });
    const masks = ["wear", "incorrect", "not wear"].map((name) =>
      samples.filter(({ attributes }) => attributes.mask === name).length
    );
    assertEquals(masks, [15, 3, 3]);
    for (const { values } of (await readCsv(`${dir}/eval/info.csv`)).rows) {
      assertEquals(values["ans"], "0");
      assert(/^[0-9a-f]{40}\.jpg$/.test(values["ImageID"]!), values["ImageID"]);
    }
  });
});

Deno.test("paintFaces() gives the same bytes for the same seed and others for another", async () => {
  await withDir(async (dir) => {
    for (const [name, seed] of [["a", 5], ["b", 5], ["c", 6]] as const) {
      await paintFaces(`${dir}/${name}`, { ...SMALL, seed });
    }
    const [a, b, c] = await Promise.all(["a", "b", "c"].map((name) => digests(`${dir}/${name}`)));
    assertEquals(b, a);
    const others = new Set(c!.values());
    const pictures = [...a!].filter(([path]) => path.endsWith(".jpg"));
    assertEquals(pictures.length, 42);
    assert(pictures.every(([, digest]) => !others.has(digest)));
    assertEquals(new Set(pictures.map(([, digest]) => digest)).size, 42);
  });
});

Deno.test("paintFaces() leaves the earlier people as they are when there are more", async () => {
  await withDir(async (dir) => {
    await paintFaces(`${dir}/few`, { ...SMALL, labelNoise: 0.3 });
    await paintFaces(`${dir}/more`, { ...SMALL, people: 7, evalPeople: 3, labelNoise: 0.3 });
    const more = await digests(`${dir}/more`);
    for (const [path, digest] of await digests(`${dir}/few`)) {
      if (path.endsWith(".jpg")) assertEquals(more.get(path), digest, path);
    }
  });
});

Deno.test("paintFaces() completes a stopped painting with the same bytes, in whatever order", async () => {
  await withDir(async (dir) => {
    await paintFaces(`${dir}/whole`, SMALL);
    const whole = await digests(`${dir}/whole`);
    const stopped = `${dir}/stopped`;
    const abort = new AbortController();
    await assertRejects(
      () =>
        paintFaces(stopped, { ...SMALL, signal: abort.signal, onProgress: ({ done }) => done === 20 && abort.abort() }),
      DOMException,
    );
    const [first] = [...(await digests(stopped)).keys()].filter((path) => path.endsWith(".jpg"));
    const half = `${stopped}/${first}.${crypto.randomUUID()}.tmp`; // what a process killed while writing leaves behind
    await Deno.rename(`${stopped}/${first}`, half);
    await Deno.truncate(half, 100);
    await paintFaces(stopped, SMALL);
    assertEquals(await digests(stopped), whole);
    let painted = 0;
    await paintFaces(stopped, { ...SMALL, onProgress: () => painted++ });
    assertEquals(await digests(stopped), whole);
    assertEquals(painted, 42);
  });
});

Deno.test("paintFaces() refuses a folder with something else in it or with another painting", async () => {
  await withDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/letter.txt`, "dear");
    await assertRejects(() => paintFaces(dir, SMALL), TypeError, `it holds "letter.txt"`);
    await paintFaces(`${dir}/own`, { ...SMALL, people: 1, evalPeople: 0 });
    await assertRejects(
      () => paintFaces(`${dir}/own`, { ...SMALL, people: 2, evalPeople: 0 }),
      TypeError,
      "it was begun with people 1",
    );
  });
});

Deno.test("paintFaces() takes shares in whatever order their keys stand", async () => {
  await withDir(async (dir) => {
    const what = { people: 3, seed: 1, size: [16, 16] } as const;
    await paintFaces(dir, {
      ...what,
      shares: { gender: { male: 2, female: 2 }, age: { young: 1, middle: 1, old: 1 } },
    });
    const before = await digests(dir);
    await paintFaces(dir, {
      ...what,
      shares: { age: { old: 1, young: 1, middle: 1 }, gender: { female: 2, male: 2 } },
    });
    assertEquals(await digests(dir), before);
  });
});

Deno.test("paintFaces() refuses options out of range", async () => {
  const faults: [Partial<Record<keyof PaintOptions, unknown>>, string][] = [
    [{ people: 0 }, "people must be a whole number from 1"],
    [{ evalPeople: 1.5 }, "evalPeople must be"],
    [{ size: [8, 24] }, "height must be a whole number from 16"],
    [{ labelNoise: 1.5 }, "labelNoise must be a share from 0 to 1: current value is 1.5"],
    [{ variety: -1 }, "variety must be a share from 0 to 1: current value is -1"],
    [{ format: "gif" }, `format must be one of "jpeg", "png": current value is "gif"`],
    [{ shares: { gender: { male: 0, female: 0 } } }, "shares.gender must give"],
    [{ shares: { age: { young: 1, middle: 2 } } }, `shares.age must give "young", "middle", "old" weights`],
  ];
  for (const [fault, message] of faults) {
    await assertRejects(() => paintFaces("never-made", { ...SMALL, ...fault } as PaintOptions), RangeError, message);
  }
  await assertRejects(() => Deno.stat("never-made"), Deno.errors.NotFound);
});

Deno.test("paintFaces() plants wrong labels and tells which", async () => {
  await withDir(async (dir) => {
    const what = { ...SMALL, people: 20, evalPeople: 0, size: [16, 16] } as const;
    const { planted } = await paintFaces(`${dir}/noisy`, { ...what, labelNoise: 0.5 });
    const { planted: none } = await paintFaces(`${dir}/clean`, what);
    assertEquals(none, []);
    assertEquals(JSON.parse(await Deno.readTextFile(`${dir}/noisy/train/.planted.json`)), planted);
    assert(planted.length >= 7 && planted.length <= 11, `${planted.length} of 20`);
    assertEquals(new Set(planted.map(({ kind }) => kind)), new Set(["gender", "age", "swap"]));
    const [noisy, clean] = await Promise.all(
      ["noisy", "clean"].map((name) => readCsv(`${dir}/${name}/train/train.csv`)),
    );
    const [bytes, truth] = await Promise.all(["noisy", "clean"].map((name) => digests(`${dir}/${name}/train/images`)));
    noisy!.rows.forEach(({ values }, i) => {
      const actual = clean!.rows[i]!.values;
      const fault = planted.find(({ id }) => id === values["id"]);
      const wrong = ["gender", "age"].filter((name) => values[name] !== actual[name]);
      assertEquals(wrong, fault && (fault.kind === "gender" || fault.kind === "age") ? [fault.kind] : []);
      if (fault?.kind === "gender" || fault?.kind === "age") {
        assertEquals([values[fault.kind], actual[fault.kind]], [`${fault.recorded}`, `${fault.actual}`]);
      }
      const of = (files: Map<string, string>, folder: string, name: string) => files.get(`${folder}/${name}.jpg`);
      const [mine, there] = fault?.kind === "swap" ? ["incorrect_mask", "normal"] : ["normal", "normal"];
      assertEquals(of(bytes!, values["path"]!, mine!), of(truth!, actual["path"]!, there!), values["id"]);
      assertNotEquals(of(bytes!, values["path"]!, "normal"), of(bytes!, values["path"]!, "incorrect_mask"));
    });
  });
});

Deno.test("paintFaces() writes PNG where that is asked for", async () => {
  await withDir(async (dir) => {
    await paintFaces(dir, { people: 1, seed: 1, size: [16, 16], format: "png" });
    const [sample] = (await loadFaces(dir, { decode: true })).samples;
    const bytes = await Deno.readFile(`${dir}/${sample!.path}`);
    assertEquals([...bytes.slice(1, 4)], [..."PNG"].map((letter) => letter.charCodeAt(0)));
  });
});
