import { assertEquals, assertRejects } from "@std/assert";
import { type Dataset, type Sample, UNKNOWN_LABEL } from "../../src/core/records.ts";
import { encodeLabel, FACE_SCHEMA, makeSchema } from "../../src/core/schema.ts";
import { levelColumn, toFrame } from "../../src/frame/dataset.ts";

function faces(...rows: (readonly [id: string, label: number, attributes: Sample["attributes"]])[]): Dataset {
  const samples = rows.map(([id, label, attributes]) => ({ id, path: `${id}.jpg`, group: id[0]!, label, attributes }));
  return { schema: FACE_SCHEMA, samples, root: "", faults: [] };
}

Deno.test("toFrame() has typed columns in a fixed order", async () => {
  const attributes = { race: "asian", mask: "not wear", gender: "male", age: 29, height: 171 };
  const frame = await toFrame(faces(["01", encodeLabel(FACE_SCHEMA, attributes), attributes]));
  assertEquals(frame.getColumns().map((s) => `${s.name} ${s.dtype.variant}`), [
    "id String",
    "path String",
    "group String",
    "label Int32",
    "class String",
    "mask String",
    "gender String",
    "age Float64",
    "ageGroup String",
    "race String",
    "height Float64",
  ]);
  assertEquals(
    frame.toRecords() as unknown[],
    [{
      ...{ id: "01", path: "01.jpg", group: "0", label: 12, class: "not wear male young" },
      ...{ mask: "not wear", gender: "male", age: 29, ageGroup: "young", race: "asian", height: 171 },
    }],
  );
});

Deno.test("toFrame() takes the level from the class where it is known, else from the value", async () => {
  const frame = await toFrame(faces(
    ["a", 2, { mask: "wear", gender: "male", age: 58 }], // moved up a class, as near-sixties may be
    ["b", UNKNOWN_LABEL, { age: 58 }],
    ["c", UNKNOWN_LABEL, {}],
    ["d", 5, {}],
  ));
  assertEquals(frame.getColumn("ageGroup").toArray(), ["old", "middle", null, "old"] as unknown[]);
  assertEquals(frame.getColumn("age").toArray(), [58, 58, null, null] as unknown[]);
  assertEquals(frame.getColumn("class").toArray(), ["wear male old", null, null, "wear female old"] as unknown[]);
});

Deno.test("toFrame() names the sample whose value has no level", async () => {
  await assertRejects(() => toFrame(faces(["x7", UNKNOWN_LABEL, { gender: "robot" }])), RangeError, `of sample "x7"`);
});

Deno.test("toFrame() keeps apart an attribute named like one of its own columns", async () => {
  const schema = makeSchema([{ name: "label", levels: ["cat", "dog"] }]);
  const samples = [{
    id: "1",
    path: "1.png",
    group: "1",
    label: 1,
    attributes: { label: "dog", id: "chip 5", age: 3 },
  }];
  const frame = await toFrame({ schema, samples, root: "", faults: [] });
  assertEquals(
    frame.toRecords() as unknown[],
    [{ id: "1", path: "1.png", group: "1", label: 1, class: "dog", label_: "dog", id_: "chip 5", age: 3 }],
  );
});

Deno.test("toFrame() has one column of classes where they are the only attribute", async () => {
  const schema = makeSchema([{ name: "class", levels: ["cat", "dog"] }]);
  const samples = [{ id: "1", path: "1.png", group: "1", label: 1, attributes: { class: "dog" } }];
  const frame = await toFrame({ schema, samples, root: "", faults: [] });
  assertEquals(frame.columns, ["id", "path", "group", "label", "class"]);
  assertEquals(levelColumn(schema.attributes[0]!, schema), "class");
  const both = makeSchema([...schema.attributes, { name: "age", levels: ["young", "old"], cuts: [5] }]);
  assertEquals(both.attributes.map((attribute) => levelColumn(attribute, both)), ["class_", "ageGroup"]);
});

Deno.test("toFrame() of no samples has the columns and no rows", async () => {
  const frame = await toFrame(faces());
  assertEquals([frame.height, frame.columns.length], [0, 9]);
  assertEquals(frame.getColumn("age").dtype.variant, "Float64");
});
