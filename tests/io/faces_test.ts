import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { type Fault, type FaultKind, makeSchema, UNKNOWN_LABEL } from "../../src/core/mod.ts";
import { loadFaces, type LoadFacesOptions } from "../../src/io/faces.ts";
import { faultsOf } from "../../src/io/validate.ts";
import { faceTable, FOLDERS, PHOTOS, withDir, write, writeFaces } from "./fixtures.ts";

/** A fault planted in three sound persons, and what must be found. */
interface Planted {
  name: string;
  kind: FaultKind;
  plant: (dir: string) => Promise<void>;
  /** What the message must name. */
  says: string | RegExp;
  /** Samples that are left, of 21. */
  left: number;
  row?: number;
  options?: LoadFacesOptions;
}

const IMAGES = "train/images";
const FIRST = `${IMAGES}/${FOLDERS[0]}`;
const SECOND = `${IMAGES}/${FOLDERS[1]}`;

const editTable = (from: string | RegExp, to: string) => async (dir: string) => {
  const path = `${dir}/train/train.csv`;
  const text = await Deno.readTextFile(path);
  const edited = text.replace(from, to);
  assert(edited !== text);
  await Deno.writeTextFile(path, edited);
};

const FAULTS: Planted[] = [
  {
    name: "a folder that is not there",
    kind: "missing-folder",
    plant: (dir) => Deno.remove(`${dir}/${SECOND}`, { recursive: true }),
    says: SECOND,
    row: 3,
    left: 14,
  },
  {
    name: "a photograph that is not there",
    kind: "photo-count",
    plant: (dir) => Deno.remove(`${dir}/${FIRST}/mask3.jpg`),
    says: /000001_female_Asian_45.*holds 6 and lacks "mask3"/,
    left: 20,
  },
  {
    name: "an eighth image",
    kind: "photo-count",
    plant: (dir) => write(`${dir}/${FIRST}/mask6.jpg`, "pixels"),
    says: /000001_female_Asian_45.*holds 8\./,
    left: 21,
  },
  {
    name: "an unknown file name",
    kind: "unknown-file",
    plant: (dir) => write(`${dir}/${FIRST}/notes.txt`, "text"),
    says: `${FIRST}/notes.txt`,
    left: 21,
  },
  {
    name: "one photograph under two extensions",
    kind: "duplicate-id",
    plant: (dir) => write(`${dir}/${FIRST}/mask1.png`, "pixels"),
    says: `${FIRST}/mask1.png`,
    left: 21,
  },
  {
    name: "an age that is no number",
    kind: "bad-age",
    plant: editTable("Asian,20,", "Asian,twenty,"),
    says: `Row 3 of train/train.csv has the age "twenty"`,
    row: 3,
    left: 14,
  },
  {
    name: "an impossible age",
    kind: "bad-age",
    plant: editTable("Asian,60,", "Asian,121,"),
    says: `Row 4 of train/train.csv has the age "121"`,
    row: 4,
    left: 14,
  },
  {
    name: "an age with a fraction",
    kind: "bad-age",
    plant: editTable("Asian,60,", "Asian,60.5,"),
    says: `"60.5"`,
    row: 4,
    left: 14,
  },
  {
    name: "a negative age",
    kind: "bad-age",
    plant: editTable("Asian,60,", "Asian,-1,"),
    says: `"-1"`,
    row: 4,
    left: 14,
  },
  {
    name: "an unknown gender",
    kind: "unknown-gender",
    plant: editTable("000002,male", "000002,mail"),
    says: `Row 3 of train/train.csv has the gender "mail"`,
    row: 3,
    left: 14,
  },
  {
    name: "an id that two rows share",
    kind: "duplicate-id",
    plant: editTable("000002,", "000001,"),
    says: `Row 3 of train/train.csv has the id "000001", which row 2 of train/train.csv has already`,
    row: 3,
    left: 14,
  },
  {
    name: "a row that disagrees with its folder's name",
    kind: "disagreement",
    plant: editTable("000002,male", "000002,female"),
    says: `gender "female" where it says "male"`,
    row: 3,
    left: 14,
  },
  {
    name: "a folder without a row",
    kind: "disagreement",
    plant: editTable(/000002.*\n/, ""),
    says: `The folder "${SECOND}" has no row`,
    left: 14,
  },
  {
    name: "a folder of another name",
    kind: "disagreement",
    plant: async (dir) => {
      await Deno.rename(`${dir}/${SECOND}`, `${dir}/${IMAGES}/000002`);
      await editTable("000002_male_Asian_20", "000002")(dir);
    },
    says: `"${IMAGES}/000002" is not named`,
    left: 14,
  },
  {
    name: "an empty file",
    kind: "empty-file",
    plant: (dir) => write(`${dir}/${FIRST}/mask2.jpg`, ""),
    says: `${FIRST}/mask2.jpg`,
    left: 20,
  },
  {
    name: "a row with too few cells",
    kind: "bad-table",
    plant: editTable("000002,male,", "000002,"),
    says: "Row 3 of train/train.csv has 4 cells where 5 are expected",
    row: 3,
    left: 14,
  },
  {
    name: "a value that the schema lacks",
    kind: "unknown-value",
    plant: async (dir) => {
      await Deno.rename(`${dir}/${SECOND}`, `${dir}/${IMAGES}/000002_male_Elvish_20`);
      await editTable("male,Asian,20,000002_male_Asian_20", "male,Elvish,20,000002_male_Elvish_20")(dir);
    },
    says: "000002_male_Elvish_20",
    left: 14,
    options: { schema: makeSchema([{ name: "race", levels: ["Asian"] }]) },
  },
];

for (const { name, kind, plant, says, left, row, options } of FAULTS) {
  const check = (faults: readonly Fault[]) => {
    const found = faults.filter((fault) => fault.kind === kind);
    assertEquals(found.length, 1, JSON.stringify(faults));
    if (typeof says === "string") assertStringIncludes(found[0]!.message, says);
    else assertMatch(found[0]!.message, says);
    assertMatch(found[0]!.message, /^[A-Z].*\.$/);
    assertEquals(found[0]!.row, row);
    if (row === undefined) assert(found[0]!.path);
  };

  Deno.test(`loadFaces() strictly refuses ${name}`, async () => {
    await withDir(async (dir) => {
      await writeFaces(dir);
      await plant(dir);
      const error = await assertRejects(() => loadFaces(dir, options), AggregateError, dir);
      check(faultsOf(error));
      assertEquals(error.errors.map(({ message }) => message), faultsOf(error).map(({ message }) => message));
      for (const { message } of faultsOf(error)) assertStringIncludes(error.message, message);
    });
  });

  Deno.test(`loadFaces() leniently leaves out ${name}`, async () => {
    await withDir(async (dir) => {
      await writeFaces(dir);
      await plant(dir);
      const { samples, faults } = await loadFaces(dir, { mode: "lenient", ...options });
      check(faults);
      assertEquals(samples.length, left);
    });
  });
}

Deno.test("loadFaces() reports every fault at once", async () => {
  await withDir(async (dir) => {
    await writeFaces(dir);
    await editTable("Asian,20,", "Asian,twenty,")(dir);
    await editTable("000010,male", "000010,mail")(dir);
    await write(`${dir}/${FIRST}/mask2.jpg`, "");
    await write(`${dir}/${SECOND}/notes.txt`, "");
    const error = await assertRejects(() => loadFaces(dir), AggregateError, "6 faults were found");
    assertEquals(faultsOf(error).map(({ kind }) => kind).sort(), [
      "bad-age",
      "disagreement",
      "disagreement",
      "empty-file",
      "unknown-file",
      "unknown-gender",
    ]);
  });
});

Deno.test("loadFaces() spells out twenty faults and counts the rest", async () => {
  await withDir(async (dir) => {
    const folders = Array.from({ length: 30 }, (_, i) => `${100000 + i}_male_Asian_x${i}`);
    await write(`${dir}/train/train.csv`, faceTable(folders));
    await Deno.mkdir(`${dir}/train/images`);
    const error = await assertRejects(() => loadFaces(dir), AggregateError, "- and 41 more");
    assertEquals(error.message.split("\n").length, 1 + 20 + 1);
    assertEquals(error.errors.length, 61); // 30 folders, 30 ages, and nothing left
  });
});

Deno.test("loadFaces() gives text ids with their zeros, groups, labels and attributes", async () => {
  await withDir(async (dir) => {
    await writeFaces(dir);
    const { samples, schema, root, faults } = await loadFaces(dir);
    assertEquals([samples.length, root, faults.length], [21, dir, 0]);
    assertEquals(samples[5], {
      id: "000001_female_Asian_45/incorrect_mask",
      path: "train/images/000001_female_Asian_45/incorrect_mask.jpg",
      group: "000001",
      label: 10,
      attributes: { mask: "incorrect", gender: "female", age: 45, race: "Asian", photo: "incorrect_mask" },
    });
    assertEquals(schema.classes[10], "incorrect female middle");
    assertEquals(samples.slice(7, 14).map(({ label }) => label), [0, 0, 0, 0, 0, 6, 12]);
    assertEquals(samples.at(-1)!.label, 14);
    assertEquals(samples.slice(0, 7).map(({ id }) => id.split("/")[1]!), PHOTOS);
  });
});

Deno.test("loadFaces() without a table reads the same from the folders' names", async () => {
  await withDir(async (dir) => {
    await writeFaces(dir);
    const tabled = await loadFaces(dir);
    await Deno.remove(`${dir}/train/train.csv`);
    assertEquals(await loadFaces(dir), tabled);
  });
});

Deno.test("loadFaces() without a table finds what is wrong with the folders' names", async () => {
  await withDir(async (dir) => {
    const bad = ["000001_male_Asian_30", "000003_mail_Asian_30", "000004_male_Asian_200", "stray"];
    await writeFaces(dir, { folders: [...FOLDERS, ...bad], csv: false });
    const { samples, faults } = await loadFaces(dir, { mode: "lenient" });
    assertEquals(samples.length, 21);
    assertEquals(faults.map(({ kind }) => kind), ["duplicate-id", "unknown-gender", "bad-age", "disagreement"]);
    for (const [i, folder] of bad.entries()) assertStringIncludes(faults[i]!.message, folder);
  });
});

Deno.test("loadFaces() passes over hidden files and the case of extensions", async () => {
  await withDir(async (dir) => {
    await writeFaces(dir);
    await write(`${dir}/${FIRST}/._mask1.jpg`, "junk");
    await write(`${dir}/${FIRST}/.DS_Store`, "junk");
    await write(`${dir}/train/images/._000001_female_Asian_45`, "junk");
    await Deno.rename(`${dir}/${FIRST}/mask1.jpg`, `${dir}/${FIRST}/mask1.JPEG`);
    await Deno.rename(`${dir}/${FIRST}/normal.jpg`, `${dir}/${FIRST}/normal.Png`);
    const { samples } = await loadFaces(dir);
    assertEquals(samples.length, 21);
    assertEquals(samples[0]!.path, `${FIRST}/mask1.JPEG`);
  });
});

Deno.test("loadFaces() names images that cannot be decoded, where it is asked to decode", async () => {
  await withDir(async (dir) => {
    await writeFaces(dir, { real: true });
    await write(`${dir}/${FIRST}/mask4.png`, "no image at all");
    assertEquals((await loadFaces(dir)).samples.length, 21);
    const error = await assertRejects(() => loadFaces(dir, { decode: true }), AggregateError, `${FIRST}/mask4.png`);
    assertEquals(faultsOf(error).map(({ kind }) => kind), ["undecodable"]);
    const { samples, faults } = await loadFaces(dir, { decode: true, mode: "lenient" });
    assertEquals([samples.length, faults.length], [20, 1]);
  });
});

Deno.test("loadFaces() throws in either mode where nothing is left", async () => {
  for (const mode of ["strict", "lenient"] as const) {
    const kindsIn = async (plant: (dir: string) => Promise<void>) => {
      let kinds: string[] = [];
      await withDir(async (dir) => {
        await plant(dir);
        const error = await assertRejects(() => loadFaces(dir, { mode }), AggregateError, dir);
        kinds = faultsOf(error).map(({ kind }) => kind);
      });
      return kinds;
    };
    assertEquals(await kindsIn(async () => {}), ["missing-folder", "empty-dataset"]);
    assertEquals(await kindsIn((dir) => Deno.mkdir(`${dir}/train/images`, { recursive: true })), ["empty-dataset"]);
    const withTable = (edit: (dir: string) => Promise<void>) => async (dir: string) => {
      await writeFaces(dir);
      await edit(dir);
    };
    assertEquals(await kindsIn(withTable(editTable("gender", "sex"))), ["missing-column", "empty-dataset"]);
    assertEquals(await kindsIn(withTable(editTable("female", `"female`))), ["bad-table", "empty-dataset"]);
    assertEquals(await kindsIn(withTable((dir) => write(`${dir}/train/train.csv`, ""))), [
      "bad-table",
      "empty-dataset",
    ]);
  }
});

Deno.test("loadFaces() names the columns that a table lacks and has", async () => {
  await withDir(async (dir) => {
    await writeFaces(dir);
    await editTable("gender", "sex")(dir);
    await assertRejects(
      () => loadFaces(dir),
      AggregateError,
      `lacks "gender" and has "id", "sex", "race", "age", "path"`,
    );
  });
});

Deno.test("loadFaces() refuses options out of range", async () => {
  await withDir(async (dir) => {
    await writeFaces(dir);
    const schema = makeSchema([{ name: "hair", levels: ["red"] }]);
    await assertRejects(() => loadFaces(dir, { schema }), RangeError, `"hair"`);
    await assertRejects(() => loadFaces(dir, { part: "test" as "eval" }), RangeError, `"train", "eval"`);
    await assertRejects(() => loadFaces(dir, { mode: "loose" as "strict" }), RangeError, `"strict", "lenient"`);
    await assertRejects(() => loadFaces(dir, { answers: "a.csv" }), RangeError, `"eval"`);
  });
});

Deno.test("loadFaces() stops when its signal is aborted", async () => {
  await withDir(async (dir) => {
    await writeFaces(dir);
    const reason = new Error("enough");
    const error = await assertRejects(() => loadFaces(dir, { signal: AbortSignal.abort(reason) }));
    assertEquals(error, reason);
  });
});

async function writeEval(dir: string): Promise<void> {
  for (const name of ["b.jpg", "a.jpg", "c.png"]) await write(`${dir}/eval/images/${name}`, "pixels");
  await write(`${dir}/eval/info.csv`, "ImageID,ans\nb.jpg,0\na.jpg,0\nc.png,0\n");
}

Deno.test("loadFaces() reads the eval part in its table's order, without labels", async () => {
  await withDir(async (dir) => {
    await writeEval(dir);
    const { samples } = await loadFaces(dir, { part: "eval" });
    assertEquals(samples.map(({ id }) => id), ["b.jpg", "a.jpg", "c.png"]);
    assertEquals(samples[0], {
      id: "b.jpg",
      path: "eval/images/b.jpg",
      group: "b.jpg",
      label: UNKNOWN_LABEL,
      attributes: {},
    });
  });
});

Deno.test("loadFaces() takes the eval part's labels from answers", async () => {
  await withDir(async (dir) => {
    await writeEval(dir);
    await write(`${dir}/answers.csv`, "ImageID,ans\r\na.jpg,17\r\nb.jpg,3\r\nc.png,0\r\n");
    const { samples } = await loadFaces(dir, { part: "eval", answers: `${dir}/answers.csv` });
    assertEquals(samples.map(({ label }) => label), [3, 17, 0]);
    assertEquals(samples[1]!.attributes, { mask: "not wear", gender: "female", age: "old" });
  });
});

Deno.test("loadFaces() finds what is wrong with the eval part and its answers", async () => {
  await withDir(async (dir) => {
    await writeEval(dir);
    await write(`${dir}/eval/images/d.jpg`, "pixels");
    await write(`${dir}/eval/images/e.jpg`, "");
    await write(`${dir}/eval/info.csv`, "ImageID,ans\nb.jpg,0\na.jpg,0\nx.jpg,0\nb.jpg,0\ne.jpg,0\nc.png,0\n");
    await write(`${dir}/answers.csv`, "ImageID,ans\na.jpg,18\nb.jpg,3\nb.jpg,4\nx.jpg,1\ne.jpg,1\n");
    const answers = `${dir}/answers.csv`;
    const { samples, faults } = await loadFaces(dir, { part: "eval", answers, mode: "lenient" });
    assertEquals(samples.map(({ id, label }) => [id, label]), [["b.jpg", 3], ["a.jpg", -1], ["c.png", -1]]);
    assertEquals(faults.map(({ kind, row, id }) => [kind, row, id]), [
      ["unknown-value", 2, "a.jpg"],
      ["duplicate-id", 4, "b.jpg"],
      ["duplicate-id", 5, "b.jpg"],
      ["disagreement", 7, "c.png"],
      ["disagreement", undefined, "d.jpg"],
      ["missing-file", 4, "x.jpg"],
      ["empty-file", 6, "e.jpg"],
    ]);
    await assertRejects(() => loadFaces(dir, { part: "eval", answers }), AggregateError, "7 faults were found");
  });
});

Deno.test("loadFaces() takes a generated person with one photograph, and none without any", () =>
  withDir(async (dir) => {
    const folder = "synthetic-000001_male_synthetic_60";
    await write(`${dir}/train/images/${folder}/mask2.png`, "pixels");
    const { samples } = await loadFaces(dir);
    assertEquals(samples.map(({ id, group, label }) => [id, group, label]), [[
      `${folder}/mask2`,
      "synthetic-000001",
      2,
    ]]);
    await Deno.mkdir(`${dir}/train/images/synthetic-000002_male_synthetic_60`);
    await assertRejects(() => loadFaces(dir), AggregateError);
  }));
