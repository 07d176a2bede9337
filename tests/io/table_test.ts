import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { makeSchema, UNKNOWN_LABEL } from "../../src/core/mod.ts";
import { load } from "../../src/io/load.ts";
import { loadTable } from "../../src/io/table.ts";
import { faultsOf } from "../../src/io/validate.ts";
import { picture, withDir, write } from "./fixtures.ts";

const TABLE = `\ufeffpath,digit,person,hand
a.jpg,10,007,left
b.jpg,9,007,"ri
ght"

c.jpg,10,p2,left
`.replaceAll("\n", "\r\n");

async function writeTable(dir: string, text = TABLE): Promise<string> {
  for (const name of ["a.jpg", "b.jpg", "c.jpg"]) await write(`${dir}/${name}`, "pixels");
  await write(`${dir}/labels.csv`, text);
  return `${dir}/labels.csv`;
}

Deno.test("loadTable() reads labels, groups and further columns as text", async () => {
  await withDir(async (dir) => {
    const path = await writeTable(dir);
    const { schema, samples, root } = await loadTable(path, {
      columns: { path: "path", label: "digit", group: "person" },
    });
    assertEquals([schema.classes, root], [["9", "10"], dir]);
    assertEquals(samples[0], {
      id: "a.jpg",
      path: "a.jpg",
      group: "007",
      label: 1,
      attributes: { digit: "10", hand: "left" },
    });
    assertEquals(samples.map(({ label, group }) => [label, group]), [[1, "007"], [0, "007"], [1, "p2"]]);
    assertEquals(samples[1]!.attributes["hand"], "ri\nght");
  });
});

Deno.test("loadTable() makes classes of several columns", async () => {
  await withDir(async (dir) => {
    const path = await writeTable(dir);
    const columns = { path: "path", attributes: ["person", "digit"] };
    const { schema, samples } = await loadTable(path, { columns });
    assertEquals(schema.classes, ["007 9", "007 10", "p2 9", "p2 10"]);
    assertEquals(samples.map(({ label }) => label), [1, 0, 3]);
  });
});

Deno.test("loadTable() cuts numbers where the schema has cuts", async () => {
  await withDir(async (dir) => {
    const path = await writeTable(dir);
    const schema = makeSchema([{ name: "digit", levels: ["low", "high"], cuts: [9.5] }]);
    for (const columns of [{ path: "path", label: "digit" }, { path: "path", attributes: ["digit"] }]) {
      const { samples } = await loadTable(path, { columns, schema });
      assertEquals(samples.map(({ label }) => label), [1, 0, 1]);
      assertEquals(samples[0]!.attributes["digit"], 10);
    }
  });
});

Deno.test("loadTable() without a label or attributes is unlabelled", async () => {
  await withDir(async (dir) => {
    const { samples } = await loadTable(await writeTable(dir), { columns: { path: "path", id: "digit" } })
      .catch((error) => ({ samples: faultsOf(error) }));
    assertEquals(samples.length, 1); // two rows share the id 10
    const unlabelled = await loadTable(`${dir}/labels.csv`, { columns: { path: "path" } });
    assertEquals(unlabelled.samples.map(({ label, group }) => [label, group]), [
      [UNKNOWN_LABEL, "a.jpg"],
      [UNKNOWN_LABEL, "b.jpg"],
      [UNKNOWN_LABEL, "c.jpg"],
    ]);
  });
});

Deno.test("loadTable() reads records, and absolute paths from anywhere", async () => {
  await withDir(async (dir) => {
    await writeTable(dir);
    const records = [{ file: "a.jpg", age: 31, name: 1 }, { file: `${dir}/b.jpg`, age: 29, name: 2 }];
    const { samples } = await loadTable(records, {
      root: dir,
      columns: { path: "file", label: "age", id: "name" },
      schema: makeSchema([{ name: "age", levels: ["young", "old"], cuts: [30] }]),
    });
    assertEquals(samples.map(({ id, path, label }) => [id, path, label]), [["1", "a.jpg", 1], ["2", "b.jpg", 0]]);
  });
});

Deno.test("loadTable() finds paths relative to another root", async () => {
  await withDir(async (dir) => {
    await write(`${dir}/tables/labels.csv`, "path\nx.jpg\n");
    await write(`${dir}/images/x.jpg`, "pixels");
    const columns = { path: "path" };
    const { samples } = await loadTable(`${dir}/tables/labels.csv`, { columns, root: `${dir}/images` });
    assertEquals(samples.length, 1);
    await assertRejects(() => loadTable(`${dir}/tables/labels.csv`, { columns }), AggregateError, "x.jpg");
  });
});

Deno.test("loadTable() finds what is wrong with its row, strictly and leniently", async () => {
  await withDir(async (dir) => {
    const rows = [
      "a.jpg,1,p1",
      "b.jpg,,p1",
      "c.jpg,1,",
      "a.jpg,1,p1",
      "x.jpg,1,p1",
      ",1,p1",
      "e.jpg,1,p1",
      "c.jpg,1",
      "d.jpg,1,p1",
    ];
    const path = await writeTable(dir, `path,label,group\n${rows.join("\n")}\n`);
    await write(`${dir}/e.jpg`, "");
    await write(`${dir}/d.jpg`, "no image");
    await write(`${dir}/a.jpg`, await picture({ seed: 1, format: "jpeg" }));
    const options = { columns: { path: "path", label: "label", group: "group" }, decode: true };
    const error = await assertRejects(() => loadTable(path, options), AggregateError, "8 faults");
    const lenient = await loadTable(path, { ...options, mode: "lenient" });
    assertEquals(faultsOf(error), lenient.faults);
    assertEquals(lenient.samples.map(({ path }) => path), ["a.jpg"]);
    assertEquals(lenient.faults.map(({ kind, row }) => [kind, row]), [
      ["bad-table", 9],
      ["unknown-value", 3],
      ["no-group", 4],
      ["duplicate-id", 5],
      ["missing-file", 7],
      ["missing-file", 6],
      ["empty-file", 8],
      ["undecodable", 10],
    ]);
    for (const { message, row } of lenient.faults) assertStringIncludes(message, `Row ${row} of labels.csv`);
  });
});

Deno.test("loadTable() counts rows as the lines they begin on", async () => {
  await withDir(async (dir) => {
    const path = await writeTable(dir, TABLE.replace("c.jpg,10", "none.jpg,10"));
    const { faults } = await loadTable(path, { columns: { path: "path" }, mode: "lenient" });
    assertEquals(faults.map(({ kind, row }) => [kind, row]), [["missing-file", 6]]);
  });
});

Deno.test("loadTable() names the columns that are not there", async () => {
  await withDir(async (dir) => {
    const path = await writeTable(dir);
    const columns = { path: "file", label: "digit", group: "persona" };
    for (const mode of ["strict", "lenient"] as const) {
      await assertRejects(() => loadTable(path, { columns, mode }), AggregateError, `lacks "file", "persona"`);
    }
    await assertRejects(() => loadTable(`${dir}/no.csv`, { columns }), AggregateError, `"no.csv" is not there`);
  });
});

Deno.test("loadTable() refuses columns that contradict each other", async () => {
  const columns = { path: "path", label: "digit", attributes: ["hand"] };
  await assertRejects(() => loadTable([], { columns }), TypeError, "either a label or attributes");
  const schema = makeSchema([{ name: "age", levels: ["young"] }]);
  await assertRejects(
    () => loadTable([], { columns: { path: "path", attributes: ["hand"] }, schema }),
    TypeError,
    `"age"`,
  );
});

Deno.test(`load("table") takes path, label and group where they are there`, async () => {
  await withDir(async (dir) => {
    await writeTable(dir, "path,label,group\na.jpg,cat,p1\nb.jpg,dog,p2\n");
    const { samples } = await load("table", dir);
    assertEquals(samples.map(({ path, label, group }) => [path, label, group]), [["a.jpg", 0, "p1"], [
      "b.jpg",
      1,
      "p2",
    ]]);
    await write(`${dir}/sub/other.csv`, "path,label,group\na.jpg,cat,p1\n");
    assertEquals((await load("table", dir, { table: "sub/other.csv" })).samples.length, 1);
  });
});

Deno.test(`load("table") says so where no group is named or the named one is not there`, async () => {
  await withDir(async (dir) => {
    await writeTable(dir);
    await assertRejects(
      () => load("table", dir, { label: "digit" }),
      AggregateError,
      `"path", "digit", "person", "hand"`,
    );
    await assertRejects(() => load("table", dir, { group: "persona" }), AggregateError, `lacks "persona"`);
    assertEquals((await load("table", dir, { group: "person" })).samples[0]!.group, "007");
    assertEquals((await load("table", dir, { group: "" })).samples[0]!.group, "a.jpg");
    assertEquals((await load("table", dir, { group: "" })).samples[0]!.label, UNKNOWN_LABEL);
  });
});
