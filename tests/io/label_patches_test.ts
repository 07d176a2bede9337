import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  type Attribute,
  type Dataset,
  encodeLabel,
  FACE_SCHEMA,
  makeSchema,
  randomInt,
  type Rng,
  type Sample,
  shuffled,
} from "../../src/core/mod.ts";
import { applyLabelPatch, revertLabelPatch } from "../../src/io/apply_patch.ts";
import { type LabelCorrection, readLabelPatch, writeLabelPatch } from "../../src/io/label_patches.ts";
import { load } from "../../src/io/load.ts";
import { faultsOf } from "../../src/io/validate.ts";
import { printedRng } from "../random.ts";
import { FOLDERS, withDir, write, writeFaces } from "./fixtures.ts";

/** Two photographs each of two women of 45 and 59. */
function women(): Dataset {
  const samples = [45, 59].flatMap((age) =>
    ["wear", "not wear"].map((mask): Sample => {
      const attributes = { mask, gender: "female", age, race: "Asian" };
      return {
        id: `${age} ${mask}`,
        path: "",
        group: `${age}`,
        label: encodeLabel(FACE_SCHEMA, attributes),
        attributes,
      };
    })
  );
  return { schema: FACE_SCHEMA, samples, root: "there", faults: [] };
}

const right: LabelCorrection = { id: "59", scope: "group", attribute: "age", old: "59", new: "60", why: "looks it" };

Deno.test("readLabelPatch() reads values as text, with their rows; a row without scope is of a sample", async () => {
  await withDir(async (dir) => {
    const table = `\ufeffid,attribute,old,new,why,scope,seen by\r\n000001,age,59,060,,group,ann\r\n\r\n` +
      `a.jpg,mask,wear,not wear,"looked, ""twice""",,ben\r\n`;
    await write(`${dir}/patch.csv`, table);
    assertEquals(await readLabelPatch(`${dir}/patch.csv`), {
      path: `${dir}/patch.csv`,
      corrections: [
        { scope: "group", id: "000001", attribute: "age", old: "59", new: "060", why: "", row: 2 },
        {
          scope: "sample",
          id: "a.jpg",
          attribute: "mask",
          old: "wear",
          new: "not wear",
          why: 'looked, "twice"',
          row: 4,
        },
      ],
    });
  });
});

Deno.test("writeLabelPatch() writes what readLabelPatch() reads", async () => {
  await withDir(async (dir) => {
    const corrections: LabelCorrection[] = [
      { ...right, row: 2, scope: "group" },
      { scope: "sample", id: 'a "b", c', attribute: "mask", old: "wear", new: "not wear", why: "two\nlines", row: 3 },
    ];
    await writeLabelPatch(`${dir}/patch.csv`, corrections);
    assertEquals((await readLabelPatch(`${dir}/patch.csv`)).corrections, corrections);
    await writeLabelPatch(`${dir}/numbers.csv`, [{ id: "a", attribute: "age", old: 59, new: 60, why: "" }]);
    assertEquals((await readLabelPatch(`${dir}/numbers.csv`)).corrections, [
      { scope: "sample", id: "a", attribute: "age", old: "59", new: "60", why: "", row: 2 },
    ]);
  });
});

Deno.test("readLabelPatch() reports a table that cannot be read, by name", async () => {
  await withDir(async (dir) => {
    const path = `${dir}/patch.csv`, read = () => readLabelPatch(path);
    assertStringIncludes((await assertRejects(read, AggregateError)).message, `"${path}" is not there`);
    await write(path, "id,attribute,old,why\n");
    assertStringIncludes((await assertRejects(read, AggregateError)).message, `lacks "new"`);
    await write(path, "id,attribute,old,new,why\na,age,1,2\nb,age,1,2,x\nc\n");
    const error = await assertRejects(read, AggregateError);
    assertEquals(faultsOf(error).map(({ row, path }) => [row, path]), [[2, path], [4, path]]);
  });
});

Deno.test("applyLabelPatch() corrects the value and the label of a group's samples, and nothing else", () => {
  const dataset = women(), before = structuredClone(dataset);
  const corrected = applyLabelPatch(dataset, { corrections: [right] });
  assertEquals(corrected, {
    ...before,
    samples: before.samples.map((sample) =>
      sample.group !== "59"
        ? sample
        : { ...sample, label: sample.label + 1, attributes: { ...sample.attributes, age: 60 } }
    ),
  });
  assert(corrected.samples[0] === dataset.samples[0] && corrected.samples[2] !== dataset.samples[2]);
  assertEquals(dataset, before);
});

Deno.test("applyLabelPatch() corrects one sample where the scope is the sample", () => {
  const correction = { id: "45 wear", attribute: "gender", old: "female", new: "male", why: "" };
  const { samples } = applyLabelPatch(women(), { corrections: [correction] });
  assertEquals(samples.map(({ attributes }) => attributes["gender"]), ["male", "female", "female", "female"]);
  assertEquals(samples.map(({ label }) => FACE_SCHEMA.classes[label]).slice(0, 2), [
    "wear male middle",
    "not wear female middle",
  ]);
});

Deno.test("applyLabelPatch() may correct several attributes of a sample, and values within a level", () => {
  const { samples } = applyLabelPatch(women(), {
    corrections: [
      { ...right, new: 58 },
      { id: "59 wear", attribute: "mask", old: "wear", new: "incorrect", why: "" },
      { id: "59", scope: "group", attribute: "gender", old: "female", new: "male", why: "" },
    ],
  });
  assertEquals(samples.map(({ label }) => FACE_SCHEMA.classes[label]).slice(2), [
    "incorrect male middle",
    "not wear male middle",
  ]);
  assertEquals(samples[2]!.attributes, { mask: "incorrect", gender: "male", age: 58, race: "Asian" });
});

/** A schema of up to four attributes, some cut from numbers, and samples of some groups that agree in the first. */
function randomDataset(rng: Rng): Dataset {
  const attributes = Array.from({ length: 1 + randomInt(rng, 4) }, (_, a): Attribute => {
    const levels = Array.from({ length: 1 + randomInt(rng, 4) }, (_, i) => `level ${i}`);
    const cuts = levels.slice(1).map((_, i) => 10 * i);
    return { name: `attribute ${a}`, levels, ...rng() < 0.5 && { cuts } };
  });
  const schema = makeSchema(attributes), groups = 1 + randomInt(rng, 5);
  const first = Array.from({ length: groups }, () => randomValue(rng, attributes[0]!));
  const samples = Array.from({ length: 1 + randomInt(rng, 20) }, (_, i): Sample => {
    const group = randomInt(rng, groups);
    const entries = attributes.map((
      attribute,
      a,
    ) => [attribute.name, a === 0 ? first[group]! : randomValue(rng, attribute)]);
    const values = { ...Object.fromEntries(entries), other: i };
    return { id: `id ${i}`, path: "", group: `${group}`, label: encodeLabel(schema, values), attributes: values };
  });
  return { schema, samples, root: "", faults: [] };
}

function randomValue(rng: Rng, { levels, cuts }: Attribute): string | number {
  return cuts ? randomInt(rng, 10 * levels.length) - 5 : levels[randomInt(rng, levels.length)]!;
}

/** Corrections of some groups' first attribute and of some samples' others, in any order. */
function randomCorrections(rng: Rng, { schema: { attributes }, samples }: Dataset): LabelCorrection[] {
  const [first, ...others] = attributes;
  const groups = new Map(samples.map((sample) => [sample.group, sample]));
  const all = [
    ...[...groups.values()].map(({ group, attributes }): LabelCorrection => ({
      scope: "group",
      id: group,
      attribute: first!.name,
      old: `${attributes[first!.name]}`, // as a file has it
      new: `${randomValue(rng, first!)}`,
      why: "",
    })),
    ...samples.flatMap(({ id, attributes }) =>
      others.map((attribute): LabelCorrection => ({
        id,
        attribute: attribute.name,
        old: attributes[attribute.name]!,
        new: randomValue(rng, attribute),
        why: "",
      }))
    ),
  ];
  return shuffled(all, rng).slice(0, randomInt(rng, all.length + 1));
}

Deno.test("applyLabelPatch() leaves labels that agree with the values, and revertLabelPatch() takes all of it back", () => {
  const rng = printedRng();
  for (let round = 0; round < 100; round++) {
    const dataset = randomDataset(rng), patch = { corrections: randomCorrections(rng, dataset) };
    const corrected = applyLabelPatch(dataset, patch);
    const touched = new Set(patch.corrections.map(({ scope, id }) => `${scope ?? "sample"} ${id}`));
    corrected.samples.forEach((sample, i) => {
      assertEquals(sample.label, encodeLabel(dataset.schema, sample.attributes));
      if (!touched.has(`sample ${sample.id}`) && !touched.has(`group ${sample.group}`)) {
        assert(sample === dataset.samples[i]);
      }
    });
    for (const { scope = "sample", id, attribute, new: value } of patch.corrections) {
      const concerned = corrected.samples.filter((sample) => (scope === "group" ? sample.group : sample.id) === id);
      for (const { attributes } of concerned) assertEquals(`${attributes[attribute]}`, `${value}`);
    }
    assertEquals(revertLabelPatch(corrected, patch), dataset);
  }
});

Deno.test("revertLabelPatch() refuses a patch that was not applied", () => {
  const error = assertThrows(() => revertLabelPatch(women(), { path: "p.csv", corrections: [right] }), AggregateError);
  assertStringIncludes(error.message, `Cannot revert the label patch "p.csv" as 1 fault`);
  assertStringIncludes(error.message, `has 60 for "age" of the sample "59 wear" where the data says 59`);
  const unread = { corrections: [{ ...right, new: "sixty" }] }; // a column is called what it is called in the file
  assertThrows(() => revertLabelPatch(women(), unread), AggregateError, `no level in its column "new"`);
});

const FAULTY = `scope,id,attribute,old,new,why
person,59,age,59,60,unknown scope
sample,nobody,gender,female,male,unknown id
group,45 wear,gender,female,male,a sample's id
,45 wear,race,Asian,African,no attribute of the schema
,45 wear,gender,female,woman,unknown level
group,45,age,old age,sixty,two unknown levels
,45 not wear,mask,wear,incorrect,not what the data says
group,59,mask,wear,incorrect,true of one of two
group,59,age,59,60,sound
,59 wear,age,59,61,again
group,59,age,59,61,and again
nobody,nobody,nothing,1,2,all of it is wrong
`;

/** What the message of each row must say, and of what kind it is. */
const FOUND: readonly [row: number, kind: string, text: string][] = [
  [2, "unknown-value", `has the scope "person" where one of "sample", "group" is expected`],
  [3, "unknown-value", `names the sample "nobody", which the data does not have`],
  [4, "unknown-value", `names the group "45 wear", which the data does not have`],
  [5, "unknown-value", `names the attribute "race" where one of "mask", "gender", "age" is expected`],
  [6, "unknown-value", `has no level in its column "new": `],
  [7, "unknown-value", `has no level in its column "old": `],
  [7, "unknown-value", `has no level in its column "new": `],
  [8, "disagreement", `has "wear" for "mask" of the sample "45 not wear" where the data says "not wear"`],
  [9, "disagreement", `has "wear" for "mask" of the sample "59 not wear" where the data says "not wear"`],
  [11, "duplicate-id", `corrects "age" of the sample "59 wear", as row 10 does already`],
  [12, "duplicate-id", `corrects "age" of the group "59", as row 10 does already`],
  [13, "unknown-value", `has the scope "nobody"`],
  [13, "unknown-value", `names the attribute "nothing"`],
];

Deno.test("applyLabelPatch() reports every fault at once, by file and row", async () => {
  await withDir(async (dir) => {
    const path = `${dir}/faulty.csv`;
    await write(path, FAULTY);
    const patch = await readLabelPatch(path);
    const error = assertThrows(() => applyLabelPatch(women(), patch), AggregateError);
    const faults = faultsOf(error);
    assertEquals(faults.map(({ row, kind, path }) => [row, kind, path]), FOUND.map(([row, kind]) => [row, kind, path]));
    faults.forEach(({ message }, i) => {
      assertStringIncludes(message, `Row ${FOUND[i]![0]} of ${path} ${FOUND[i]![2]}`);
    });
  });
});

Deno.test("applyLabelPatch() leniently applies what is sound and returns the faults", async () => {
  await withDir(async (dir) => {
    await write(`${dir}/faulty.csv`, FAULTY);
    const patch = await readLabelPatch(`${dir}/faulty.csv`), dataset = women();
    const { samples, faults } = applyLabelPatch(dataset, patch, { mode: "lenient" });
    assertEquals(samples, applyLabelPatch(dataset, { corrections: [right] }).samples);
    assertEquals(faults.map(({ row }) => row), FOUND.map(([row]) => row));
  });
});

Deno.test("applyLabelPatch() refuses samples of unknown class, and values that the class contradicts", () => {
  const apply = (change: Partial<Sample>) => {
    const dataset = women(), samples = dataset.samples.map((sample) => ({ ...sample, ...change }));
    return () => applyLabelPatch({ ...dataset, samples }, { corrections: [right] });
  };
  assertThrows(apply({ label: -1 }), AggregateError, `corrects the sample "59 wear", whose class is not known`);
  assertThrows(apply({ label: 0 }), AggregateError, `of the sample "59 wear", whose class is "wear male young"`);
  assertThrows(apply({ attributes: {} }), AggregateError, "where the data says undefined");
});

Deno.test("applyLabelPatch() counts corrections that have no row", () => {
  const apply = () => applyLabelPatch(women(), { corrections: [right, { ...right, id: "12" }, right] });
  const error = assertThrows(apply, AggregateError);
  assertStringIncludes(error.message, `Correction 2 of the label patch names the group "12"`);
  assertStringIncludes(
    error.message,
    `Correction 3 of the label patch corrects "age" of the group "59", as correction 1`,
  );
});

Deno.test("load() applies a patch to faces: a person's row concerns all seven photographs", async () => {
  await withDir(async (dir) => {
    await writeFaces(dir);
    const [, second] = FOLDERS, patch = `${dir}/patch.csv`;
    await write(
      patch,
      `scope,id,attribute,old,new,why\ngroup,000001,age,45,60,\nsample,${second}/normal,mask,not wear,incorrect,\n`,
    );
    const [before, after] = [await load("faces", dir), await load("faces", dir, { patch })];
    const changed = after.samples.filter((sample, i) => sample.label !== before.samples[i]!.label);
    assertEquals(changed.map(({ group }) => group), [...new Array<string>(7).fill("000001"), "000002"]);
    assertEquals(changed.map(({ label }) => FACE_SCHEMA.classes[label]!.split(" ").at(-1)), [
      ...new Array<string>(7).fill("old"),
      "young",
    ]);
    assertEquals(revertLabelPatch(after, await readLabelPatch(patch)), before);
  });
});

Deno.test("load() applies a patch to folders and tables", async () => {
  await withDir(async (dir) => {
    for (const path of ["cat/a.jpg", "cat/b.jpg", "dog/c.jpg"]) await write(`${dir}/pets/${path}`, "pixels");
    await write(`${dir}/pets.csv`, "id,attribute,old,new,why\ncat/b.jpg,class,cat,dog,it barks\n");
    const pets = await load("folders", `${dir}/pets`, { patch: `${dir}/pets.csv` });
    assertEquals(pets.samples.map(({ label }) => label), [0, 1, 1]);

    await write(`${dir}/labels.csv`, "path,label,group\npets/cat/a.jpg,cat,ann\npets/dog/c.jpg,dog,ann\n");
    await write(`${dir}/patch.csv`, "id,attribute,old,new,why\npets/cat/a.jpg,label,cat,dog,it barks\n");
    const table = await load("table", dir, { patch: `${dir}/patch.csv` });
    assertEquals(table.samples.map(({ label }) => label), [1, 1]);
  });
});

Deno.test("load() takes a patch's faults as the data's: strictly an error, leniently beside the data's own", async () => {
  await withDir(async (dir) => {
    await writeFaces(dir);
    await Deno.remove(`${dir}/train/images/${FOLDERS[0]}/normal.jpg`);
    const patch = `${dir}/patch.csv`;
    await write(patch, "id,attribute,old,new,why\nnobody,age,45,60,\n");
    const { samples, faults } = await load("faces", dir, { patch, mode: "lenient" });
    assertEquals([samples.length, faults.map(({ kind }) => kind)], [20, ["photo-count", "unknown-value"]]);
    await write(`${dir}/train/images/${FOLDERS[0]}/normal.jpg`, "pixels");
    await assertRejects(() => load("faces", dir, { patch }), AggregateError, `"${patch}" as 1 fault`);
  });
});
