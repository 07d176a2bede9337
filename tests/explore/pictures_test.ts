import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { EpochRow } from "../../src/core/records.ts";
import { seededRng } from "../../src/core/rng.ts";
import { FACE_SCHEMA } from "../../src/core/schema.ts";
import type { Chart } from "../../src/explore/chart.ts";
import { contactSheet } from "../../src/explore/contact_sheet.ts";
import { plotConfusion } from "../../src/explore/plot_confusion.ts";
import { plotCounts } from "../../src/explore/plot_counts.ts";
import { plotHistory } from "../../src/explore/plot_history.ts";
import { savePicture } from "../../src/explore/save_picture.ts";
import { bundleOf, show } from "../../src/explore/show.ts";
import { makeFrame, toFrame } from "../../src/frame/mod.ts";
import { loadSharp } from "../../src/io/sharp.ts";
import { withDir } from "../temporary.ts";
import { flatImage, randomFaces } from "./fixture.ts";

/** The texts of a picture, in the order in which they are drawn. */
const textsOf = ({ svg }: { svg: string }) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);

function epochs(...validMacroF1: number[]): EpochRow[] {
  return validMacroF1.map((f1, i) => ({
    ...{ epoch: i + 1, step: i, lr: 0.1, trainLoss: 2 - f1, trainAccuracy: f1, validLoss: 2.5 - f1, validAccuracy: f1 },
    ...{ validMacroF1: f1, validF1: [f1], confusion: [1], seconds: 1, imagesPerSecond: 1, waiting: 0 },
  }));
}

/** Height and width of the drawn marks of one kind, from vega's paths, as `M..h<width>v<height>h-<width>Z`. */
const barsOf = ({ svg }: Chart) =>
  [...svg.matchAll(/aria-roledescription="bar" d="M[-\d.,]+h([-\d.]+)v([-\d.]+)h/g)]
    .map(([, width, height]) => ({ width: Number(width), height: Math.abs(Number(height)) }));

Deno.test("plotCounts() draws bars as long as the counts, in the schema's order, with the numbers beside", async () => {
  const frame = await toFrame(randomFaces(seededRng(1), 40));
  const chart = await plotCounts(frame, { x: "class", fill: "mask", schema: FACE_SCHEMA });
  const texts = textsOf(chart);
  assertEquals(texts.filter((text) => FACE_SCHEMA.classes.includes(text)), [...FACE_SCHEMA.classes]);
  const images = frame.getColumn("label").toArray() as number[];
  const expected = FACE_SCHEMA.classes.map((_, c) => images.filter((label) => label === c).length).filter((n) => n > 0);
  const widths = barsOf(chart).map(({ width }) => width);
  const unit = Math.max(...widths) / Math.max(...expected);
  assertEquals(widths.map((width) => Math.round(width / unit)).toSorted(), expected.toSorted());
  for (const count of expected) assert(texts.includes(`${count}`));
});

Deno.test("plotCounts() bins numbers and says how many are missing", async () => {
  const frame = await makeFrame({ group: ["a", "b", "c", "d", "e"], age: [18, 19, 20, 31, null] });
  const chart = await plotCounts(frame, { x: "age", step: 10, title: "Ages" });
  const heights = barsOf(chart).map(({ height }) => height);
  const unit = Math.max(...heights) / 2;
  assertEquals(heights.map((height) => Math.round(height / unit)), [2, 1, 1]); // 10 to 19, 20 to 29, 30 to 39
  assertStringIncludes(chart.svg, "1 have none");
  assertStringIncludes(chart.svg, "Ages");
  await assertRejects(() => plotCounts(frame, { x: "age", step: 0 }), RangeError, "step must be a positive number");
});

Deno.test("plotConfusion() writes recall on the diagonal and nothing in empty cells", async () => {
  const classes = ["worn", "wrong", "off"];
  const chart = await plotConfusion({ confusion: [8, 2, 0, 1, 299, 0, 0, 0, 0], classes });
  const percents = textsOf(chart).filter((text) => /^(&lt;)?\d+$/.test(text));
  assertEquals(percents, ["80", "20", "&lt;1", "100"]);
  for (const text of ["worn (10)", "wrong (300)", "off (0)"]) assert(textsOf(chart).includes(text));
  await assertRejects(() => plotConfusion({ confusion: [1, 2], classes }), TypeError, "3 classes need 9 counts");
});

Deno.test("plotConfusion() writes counts where they are asked for", async () => {
  const chart = await plotConfusion({ confusion: [8, 2, 0, 1, 2990, 0, 0, 0, 0], classes: ["a", "b", "c"] }, {
    values: "counts",
  });
  assertEquals(textsOf(chart).filter((text) => /^(&lt;)?[\d,]+$/.test(text)), ["8", "2", "1", "2990"]);
});

Deno.test("plotHistory() draws a line a run and a dot at each run's best epoch", async () => {
  const chart = await plotHistory({ "fold 0": epochs(0.1, 0.6, 0.5), "fold 1": epochs(0.2, 0.3) });
  const lines = chart.svg.match(/aria-roledescription="line mark"/g)!;
  assertEquals(lines.length, 6); // two losses and one macro F1 for each of two runs
  assertEquals(chart.svg.match(/aria-roledescription="point"/g)!.length, 2);
  const best = [...chart.svg.matchAll(/aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="point"/g)];
  assertEquals(best.map(([, label]) => /epoch: (\d+)/.exec(label!)![1]), ["2", "2"]);
  for (const name of ["fold 0", "fold 1", "train", "valid"]) assert(textsOf(chart).includes(name), name);
  assertEquals((await plotHistory(epochs(0.5))).svg.match(/aria-roledescription="point"/g)!.length, 3);
  await assertRejects(() => plotHistory({ a: [] }), RangeError, "must have an epoch");
});

Deno.test("contactSheet() puts photographs and their labels where they belong", () =>
  withDir(async (root) => {
    const colors = ["#c00000", "#00c000", "#0000c0"];
    for (const [i, color] of colors.entries()) await Deno.writeFile(`${root}/${i}.png`, await flatImage(30, 50, color));
    await Deno.writeTextFile(`${root}/3.png`, "no image");
    const samples = [0, 1, 2, 3].map((i) => ({
      id: `${i}`,
      path: `${i}.png`,
      group: "",
      label: i * 5,
      attributes: {},
    }));
    const dataset = { schema: FACE_SCHEMA, samples, root, faults: [] };
    const sheet = await contactSheet(dataset, Int32Array.of(2, 0, 1, 3), {
      columns: 2,
      size: [40, 60],
      label: (_, i) => `<${i}>`,
    });
    const sharp = await loadSharp();
    const { data, info } = await sharp(sheet.png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    assertEquals([info.height, info.width], [...sheet.size]);
    const [tileWidth, tileHeight] = [60 + 8, 40 + 13 + 8];
    const middle = (column: number, row: number) => {
      const at = ((8 + 20 + row * tileHeight) * info.width + 8 + 30 + column * tileWidth) * 3;
      return [...data.subarray(at, at + 3)].map((value) => Math.round(value / 64)); // JPEG and a palette lie between
    };
    assertEquals([middle(0, 0), middle(1, 0), middle(0, 1)], [[0, 0, 3], [3, 0, 0], [0, 3, 0]]);
    assertEquals(textsOf(sheet), ["&lt;0&gt;", "&lt;1&gt;", "&lt;2&gt;", "unreadable", "&lt;3&gt;"]);
    await assertRejects(() => contactSheet(dataset, [4]), RangeError, "0 to 3: current value is 4");
    await assertRejects(() => contactSheet(dataset, []), RangeError, "nothing to show");
  }));

Deno.test("contactSheet() breaks a long class name into lines and cuts what is left", () =>
  withDir(async (root) => {
    await Deno.writeFile(`${root}/0.png`, await flatImage(30, 50, "#555"));
    const samples = [{ id: "0", path: "0.png", group: "", label: 10, attributes: {} }];
    const dataset = { schema: FACE_SCHEMA, samples, root, faults: [] };
    const linesAt = async (width: number) => textsOf(await contactSheet(dataset, samples, { size: [80, width] }));
    assertEquals(await linesAt(160), ["incorrect female middle"]);
    assertEquals(await linesAt(90), ["incorrect", "female middle"]);
    assertEquals(await linesAt(72), ["incorrect", "female", "middle"]);
    assertEquals(await linesAt(40), ["incor…", "female", "middle"]);
  }));

Deno.test("savePicture() writes SVG and PNG under either extension and makes the folder", () =>
  withDir(async (dir) => {
    const chart = plotConfusion({ confusion: [1, 0, 0, 1], classes: ["a", "b"] });
    const paths = await savePicture(chart, `${dir}/deep/er/confusion.png`);
    assertEquals(paths, [`${dir}/deep/er/confusion.svg`, `${dir}/deep/er/confusion.png`]);
    assertEquals(await Deno.readTextFile(paths[0]), (await chart).svg);
    const sharp = await loadSharp();
    assertEquals((await sharp(paths[1]).metadata()).width, 2 * (await chart).size[1]);
    assertEquals(
      (await savePicture(
        { ...await chart, svg: `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>` },
        `${dir}/v1.5`,
      ))[0],
      `${dir}/v1.5.svg`,
    );
  }));

Deno.test("show() returns text outside a notebook, of a promise too", async () => {
  const frame = makeFrame({ class: ["a & b", null], images: Int32Array.of(1200, 3), share: [0.12345, null] });
  assertEquals(await show(frame), "class  images   share\na & b   1,200  0.1235\n            3");
  assertEquals(await show([{ a: 1, b: "x" }, { a: 22, b: "y" }]), " a  b\n 1  x\n22  y");
  assertEquals(await show("plain"), "plain");
  assertEquals(await show(plotConfusion({ confusion: [1], classes: ["a"] }, { title: "Mine" })), "chart: Mine");
});

Deno.test("bundleOf() has every form that a notebook can draw", async () => {
  const frame = await makeFrame({ "<b>": ["<i>", '"'], n: [1, 2] });
  const table = (await bundleOf(frame)).data;
  assertEquals(Object.keys(table), ["text/plain", "text/html"]);
  assertStringIncludes(`${table["text/html"]}`, `>&#60;i&#62;</td>`);
  assert(!`${table["text/html"]}`.includes("<b>"));

  const chart = await plotConfusion({ confusion: [1], classes: ["a"] });
  const { data, metadata } = await bundleOf(chart);
  assertEquals(Object.keys(data), ["text/plain", "application/vnd.vegalite.v5+json", "image/png"]);
  const { $schema, layer } = data["application/vnd.vegalite.v5+json"] as Record<string, unknown>;
  assertEquals([$schema, Array.isArray(layer)], ["https://vega.github.io/schema/vega-lite/v5.json", true]);
  const sharp = await loadSharp();
  const png = await sharp(Uint8Array.fromBase64(`${data["image/png"]}`)).metadata();
  const { width, height } = metadata["image/png"]!;
  assertEquals([png.height, png.width], [2 * height, 2 * width]);
  assertEquals([height, width], [...chart.size]);

  const long = (await bundleOf(Array.from({ length: 60 }, (_, i) => ({ i })))).data;
  assertStringIncludes(`${long["text/html"]}`, "and 10 rows more");
  assertEquals((await bundleOf(frame.head(0))).data["text/plain"], "<b>  n\nno rows");
});

Deno.test("importing the explore room needs no permission", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "--cached-only", new URL("../../src/explore/mod.ts", import.meta.url).href],
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
});
