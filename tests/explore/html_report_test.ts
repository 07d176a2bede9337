import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { seededRng } from "../../src/core/rng.ts";
import { FACE_SCHEMA } from "../../src/core/schema.ts";
import { dataReport } from "../../src/explore/data_report.ts";
import { reportHtml, writeReport } from "../../src/explore/html_report.ts";
import { packImages } from "../../src/io/mod.ts";
import { withDir } from "../temporary.ts";
import { BROWSER, startBrowser, visit } from "./browser.ts";
import { flatImage, randomFaces } from "./fixture.ts";

const FORM = { title: "Report", text: "Words." };

Deno.test("reportHtml() escapes every text", () => {
  const evil = `<script>alert("x")</script> & more`;
  const picture = { svg: "", png: Uint8Array.of(1), size: [3, 4] as const };
  const page = reportHtml({
    title: evil,
    text: evil,
    sections: [{
      title: evil,
      text: evil,
      tables: [{ title: evil, rows: [{ [evil]: evil }] }],
      pictures: [{ title: evil, picture }],
    }],
  });
  assert(!page.includes("<script"));
  assert(!page.includes(`"x"`)); // in attributes neither
});

Deno.test("reportHtml() lists each section, and says how many rows it leaves out", () => {
  const rows = Array.from({ length: 9 }, (_, i) => ({ i }));
  const sections = ["One", "Two"].map((title) => ({ title, text: "", tables: [{ title: "t", rows }] }));
  const page = reportHtml({ ...FORM, sections }, { rows: 4 });
  for (const [s, title] of ["One", "Two"].entries()) {
    assertStringIncludes(page, `<a href="#s${s + 1}">${title}</a>`);
    assertStringIncludes(page, `<h2 id="s${s + 1}">${title}</h2>`);
  }
  assertEquals(page.match(/and 5 rows more/g)?.length, 2);
});

Deno.test("reportHtml() breaks long cells into lines, and no others", () => {
  const tables = [{ title: "t", rows: [{ id: "a b", message: "word ".repeat(30) }] }];
  const page = reportHtml({ ...FORM, sections: [{ title: "One", text: "", tables }] });
  assertStringIncludes(page, `white-space:nowrap">a b<`);
  assert(!/white-space:nowrap">word/.test(page));
});

Deno.test("reportHtml() keeps names within one chart apart from those of the next", () => {
  const svg = `<svg width="1" height="1"><clipPath id="c0"/><g clip-path="url(#c0)"/><use href="#c0"/></svg>`;
  const pictures = [1, 2].map((k) => ({ title: `${k}`, picture: { svg, spec: {}, size: [1, 1] as const } }));
  const page = reportHtml({ ...FORM, sections: [{ title: "Pictures", text: "", pictures }] });
  for (const k of [1, 2]) {
    for (const text of [`id="s1p${k}-c0"`, `url(#s1p${k}-c0)`, `href="#s1p${k}-c0"`]) assertStringIncludes(page, text);
  }
});

const ignore = BROWSER === undefined;
if (ignore) console.log("There is no chromium: pages are not looked at in a browser.");

Deno.test(
  { name: "writeReport() makes a page that a browser shows whole, and that asks for nothing", ignore },
  () =>
    withDir(async (dir) => {
      const faces = { ...randomFaces(seededRng(1), 12), root: dir };
      const colours = ["#a33", "#3a3", "#33a", "#111"];
      for (const [i, { path }] of faces.samples.entries()) {
        await Deno.mkdir(join(dir, path, ".."), { recursive: true });
        await Deno.writeFile(join(dir, path), await flatImage(24, 32, colours[i % 4]!));
      }
      await Deno.writeTextFile(join(dir, faces.samples[5]!.path), "no image");
      const images = await packImages(faces, { resize: 32, crop: 32 });
      const all = [...faces.samples.keys()];
      const folds = [{
        train: Int32Array.from(all.filter((i) => i % 4 > 0)),
        valid: Int32Array.from(all.filter((i) => i % 4 === 0)),
      }];
      const report = await dataReport(faces, images, { splits: { plain: folds } });
      images.close();
      assertEquals(report.findings.find(({ name }) => name === "faults")!.rows.height, 1);
      const file = join(dir, "deep", "report.html");
      await writeReport(report, file);

      const browser = await startBrowser();
      try {
        for (const width of [1280, 400]) {
          for (const colorScheme of ["light", "dark"] as const) {
            const { page, requests, complaints } = await visit(browser, file, { width, colorScheme });
            assertEquals(complaints, []);
            assertEquals(requests, [`file://${file}`]);
            const found = await page.evaluate(measurePage);
            assertEquals(found.beyond, [], `${width} pixels`);
            assertEquals(found.empty, 0);
            assertEquals(found.pictures, report.sections.flatMap(({ pictures = [] }) => pictures).length);
            assertEquals(found.broken, []);
            assertEquals(found.dark, colorScheme === "dark");
            await page.context().close();
          }
        }
        const { page } = await visit(browser, file, { width: 900, javaScriptEnabled: false });
        assertStringIncludes(await page.locator("main").innerText(), FACE_SCHEMA.classes[0]!);
      } finally {
        await browser.close();
      }
    }),
);

/** Runs in the page: pictures without a size, links to nowhere, and what stands beyond the window though it does not scroll. */
const measurePage = `(() => {
  const pictures = [...document.querySelectorAll("figure svg[role=img], figure img")];
  const isEmpty = (node) => {
    const { width, height } = node.getBoundingClientRect();
    return width < 10 || height < 10 || (node.tagName === "IMG" && node.naturalWidth === 0);
  };
  const beyond = [...document.querySelectorAll("body *")]
    .filter((node) => !node.parentElement.closest(".scroll") && node.getBoundingClientRect().right > innerWidth + 0.5)
    .map((node) => node.tagName);
  if (document.documentElement.scrollWidth > innerWidth) beyond.push("page");
  const links = [...document.querySelectorAll("nav a")].map((link) => link.getAttribute("href").slice(1));
  const [red] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);
  return {
    pictures: pictures.length,
    empty: pictures.filter(isEmpty).length,
    beyond,
    broken: links.filter((id) => !document.getElementById(id)),
    dark: red < 128,
  };
})()` as unknown as () => { pictures: number; empty: number; beyond: string[]; broken: string[]; dark: boolean };
