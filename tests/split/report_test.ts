import { assertEquals, assertThrows } from "@std/assert";
import { splitReport } from "../../src/split/mod.ts";

const LABELS = [0, 1, 0, 1, 0, 1, 0, 0], GROUPS = ["a", "a", "b", "b", "c", "c", "d", "d"];
const fold = (train: number[], valid: number[]) => ({ train: Int32Array.from(train), valid: Int32Array.from(valid) });

Deno.test("splitReport() counts samples, groups and class shares", () => {
  const [row] = splitReport([fold([0, 1, 2, 3, 4, 5], [6, 7])], LABELS, GROUPS, { classes: ["worn", "not worn"] });
  assertEquals(row, {
    fold: 0,
    train: 6,
    valid: 2,
    trainGroups: 3,
    validGroups: 1,
    classShares: [1, 0],
    maxShareError: 1, // class 1 is 3/8 of all and missing here
    worstClass: "not worn",
    leakedGroups: [],
  });
});

Deno.test("splitReport() names the groups that stand on both sides", () => {
  const rows = splitReport([fold([0, 2, 4], [1, 3, 6]), fold([0, 1], [2, 3])], LABELS, GROUPS);
  assertEquals(rows.map((row) => row.leakedGroups), [["a", "b"], []]);
});

Deno.test("splitReport() leaves out classes that do not occur", () => {
  const [row] = splitReport([fold([], [0, 1, 2, 3, 4, 5, 6, 7])], LABELS, GROUPS, { classes: ["x", "y", "never"] });
  assertEquals([row!.maxShareError, row!.classShares[2]], [0, 0]);
});

Deno.test("splitReport() refuses indices of no sample, empty folds, unknown labels and columns that differ in length", () => {
  assertThrows(() => splitReport([fold([0], [8])], LABELS, GROUPS), RangeError, "fold 0 has 8");
  assertThrows(() => splitReport([fold([0], [])], LABELS, GROUPS), RangeError, "no validation sample");
  assertThrows(() => splitReport([fold([0], [1])], [0, -1], ["a", "b"]), RangeError, "unknown");
  assertThrows(() => splitReport([fold([0], [1])], LABELS, ["a"]), TypeError, "labels 8, groups 1");
});
