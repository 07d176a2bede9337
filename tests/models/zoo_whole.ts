/**
 * Holds a network at full width against tests/reference/zoo/NAME.json: the shapes of the other program's tensors, which
 * tests/reference/zoo_counts.py writes. The weights stay zero, as drawing millions of them takes long.
 */
import { assertEquals } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { modelPart } from "../../src/models/architecture.ts";
import type { Architecture } from "../../src/models/mod.ts";
import { modelVariables, storedShape } from "../../src/models/weights.ts";
import { initBackend } from "../../src/tensor/mod.ts";

/**
 * Asserts that the tensors of both map onto each other one to one, and that their number is as the family says. Axes of size 1
 * at a shape's end do not count, as they do not in loading.
 */
export async function checkWhole(name: string, architecture: Architecture): Promise<void> {
  await initBackend({ need: "train", prefer: "cpu" });
  const path = new URL(`../reference/zoo/${name}.json`, import.meta.url);
  const theirs: Record<string, number[]> = JSON.parse(await Deno.readTextFile(path));
  const names = Object.keys(theirs), translate = architecture.fromTorchvision ?? ((name: string) => name);
  assertEquals(new Set(names.map(translate)).size, names.length);
  const zero = () => () => 0;
  const { depthwise: _, ...blank } = { ...architecture, initialiser: { weight: zero, bias: zero }, linear: zero };
  const model = build("model", { [name]: modelPart(name, blank) }, { name }).make({ classes: 1000, seed: 1 });
  try {
    const shapes = modelVariables(model).map(([name, variable]) => [name, bare(storedShape(model, name, variable))]);
    assertEquals(
      Object.fromEntries(shapes),
      Object.fromEntries(names.map((n) => [translate(n) ?? n, bare(theirs[n]!)])),
    );
    const parameters = Object.values(model.params).reduce((sum, { size }) => sum + size, 0);
    assertEquals(parameters, architecture.about.parameters);
  } finally {
    model.dispose();
  }
}

function bare(shape: readonly number[]): readonly number[] {
  return shape.slice(0, shape.findLastIndex((size) => size !== 1) + 1);
}
