import { assertEquals, assertStringIncludes } from "@std/assert";
import { tableHtml, tableText } from "../../src/explore/table.ts";

Deno.test("tableText() gives the numbers of a column equally many decimals", () => {
  const rows = [{ fold: "0", f1: 0.7313, images: 1420 }, { fold: "1", f1: 0.773, images: 7 }, { fold: "2", f1: 1 }];
  assertEquals(
    tableText(rows),
    ["fold      f1  images", "0     0.7313   1,420", "1     0.7730       7", "2     1.0000"].join("\n"),
  );
});

Deno.test("tableText() keeps what rounding would leave nothing of, and words, as they are", () => {
  const rows = [{ lr: 0.003, note: 1 }, { lr: 0.00001234, note: "none" }, { lr: 0, note: null }];
  assertEquals(tableText(rows), ["      lr  note", "   0.003  1", "0.000012  none", "   0.000"].join("\n"));
});

Deno.test("tableHtml() has the same numbers", () => {
  assertStringIncludes(tableHtml([{ share: 0.25 }, { share: 0.5 }]), "0.50");
});
