import { assert, assertEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { build, part, type Registry, resolveSpec, type SpecOf, specSchema } from "../../src/core/parts.ts";

const SCALES = {
  times: part(
    z.strictObject({ by: z.number().positive().default(2), name2: z.string().default("x").describe("A label.") }),
    ({ by, name2 }) => (x: number) => `${name2}${x * by}`,
  ),
  none: part(z.strictObject({}), () => (x: number) => `${x}`),
  needy: part(z.strictObject({ must: z.number() }), ({ must }) => (x: number) => `${x + must}`),
} satisfies Registry<(x: number) => string>;

/** A spec as it comes from JSON, unchecked. */
const fromJson = (spec: unknown) => spec as SpecOf<typeof SCALES>;

Deno.test("build() fills in defaults and hands the options to the maker", () => {
  assertEquals(build("scale", SCALES, { name: "times" })(3), "x6");
  assertEquals(build("scale", SCALES, { name: "times", by: 5, name2: "y" })(3), "y15");
  assertEquals(build("scale", SCALES, { name: "none" })(3), "3");
});

Deno.test("build() is typed by the name: unknown names and options do not compile", () => {
  // @ts-expect-error: no such part
  assertThrows(() => build("scale", SCALES, { name: "plus" }), RangeError);
  // @ts-expect-error: none has no options
  assertThrows(() => build("scale", SCALES, { name: "none", by: 1 }), TypeError);
  // @ts-expect-error: must is required
  assertThrows(() => build("scale", SCALES, { name: "needy" }), TypeError);
});

Deno.test("build() lists the names if one is unknown, also if it is a property that every object has", () => {
  for (const name of ["plus", "toString", "__proto__", undefined, 3]) {
    assertThrows(() => build("scale", SCALES, fromJson({ name })), RangeError, `one of "times", "none", "needy"`);
  }
});

Deno.test("build() reports all faults of the options with their values' rules, and lists the options", () => {
  const { message } = assertThrows(
    () => build("scale", SCALES, fromJson({ name: "times", by: -1, name2: 7, extra: 1 })),
    TypeError,
  );
  for (const word of ["by: ", "name2: ", `"extra"`, `it takes "by", "name2"`]) assert(message.includes(word), message);
  assertThrows(() => build("scale", SCALES, fromJson({ name: "none", by: 1 })), TypeError, "it takes no options");
});

Deno.test("resolveSpec() gives the name with every option and leaves the spec alone", () => {
  const spec = { name: "times", by: 3 } as const;
  assertEquals(resolveSpec("scale", SCALES, spec), { name: "times", by: 3, name2: "x" });
  assertEquals(spec, { name: "times", by: 3 });
  assertEquals(resolveSpec("scale", SCALES, fromJson(resolveSpec("scale", SCALES, spec))), { ...spec, name2: "x" });
});

Deno.test("specSchema() accepts what build() accepts, and fills in the defaults", () => {
  const schema = specSchema(SCALES);
  assertEquals(schema.parse({ name: "times" }), fromJson({ name: "times", by: 2, name2: "x" }));
  const refused = [{ name: "plus" }, { name: "times", by: -1 }, { name: "none", by: 1 }, { by: 2 }, { name: "needy" }];
  for (const spec of refused) {
    assert(!schema.safeParse(spec).success, JSON.stringify(spec));
    assertThrows(() => build("scale", SCALES, fromJson(spec)));
  }
});

Deno.test("specSchema() tells names, options, bounds, defaults and words to JSON Schema", () => {
  const json = JSON.stringify(z.toJSONSchema(specSchema(SCALES), { io: "input" }));
  for (const word of [`"const":"times"`, `"exclusiveMinimum":0`, `"default":2`, `"description":"A label."`]) {
    assert(json.includes(word), `${word}: ${json}`);
  }
});

Deno.test("a registry can be extended by a part of one's own", () => {
  const mine = { ...SCALES, plus: part(z.strictObject({ n: z.number() }), ({ n }) => (x: number) => `${x + n}`) };
  assertEquals(build("scale", mine, { name: "plus", n: 1 })(3), "4");
  assertEquals(build("scale", mine, { name: "times" })(3), "x6");
});
