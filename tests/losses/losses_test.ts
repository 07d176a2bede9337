import { assertEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { build, specSchema } from "../../src/core/parts.ts";
import { LOSSES, type LossSpec, SINGLE_LOSSES } from "../../src/losses/mod.ts";

Deno.test("LOSSES refuse weights that are no rule and no list of weights", () => {
  const make = (weights: unknown) => () => build("loss", LOSSES, { name: "focal", weights } as LossSpec);
  assertThrows(make("rare"), TypeError, `"inverse", "oneMinusShare", "effectiveNumber", or a list of numbers`);
  assertThrows(make([0, 0]), TypeError, "some weight must be positive");
  assertThrows(make([1, -1]), TypeError, "weights");
});

Deno.test("LOSSES refuse sums of nothing and of sums", () => {
  const make = (parts: unknown) => () => build("loss", LOSSES, { name: "sum", parts } as LossSpec);
  assertThrows(make([]), TypeError, "parts");
  assertThrows(make([{ weight: 1, loss: { name: "sum", parts: [] } }]), TypeError, "parts.0.loss.name");
  assertThrows(make([{ weight: 1, loss: { name: "focal", gama: 1 } }]), TypeError, `"gama"`);
});

Deno.test("LOSSES have a JSON Schema that ends: the losses of a sum stand in it once, without sums", () => {
  const { $defs } = JSON.parse(JSON.stringify(z.toJSONSchema(specSchema(LOSSES), { io: "input" })));
  assertEquals(Object.keys($defs), ["loss"]);
  const members: { properties: { name: { const: string } } }[] = $defs.loss.oneOf;
  assertEquals(members.map(({ properties }) => properties.name.const), Object.keys(SINGLE_LOSSES));
});
