import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { writeReport } from "../../src/explore/html_report.ts";
import { readRunContents, runReport } from "../../src/report/mod.ts";
import { BROWSER, startBrowser, visit } from "../explore/browser.ts";
import { printedRng } from "../random.ts";
import { withDir } from "../temporary.ts";
import { writeFolds } from "../train/made_runs.ts";
import { epochLine, withBoard } from "./board_fixture.ts";

const ignore = BROWSER === undefined;
if (ignore) console.log("There is no chromium: pages are not looked at in a browser.");

/** What a page of a server did while it was open. */
interface Watched {
  readonly page: Page;
  readonly requests: string[];
  readonly complaints: string[];
}

/** Opens an address in a window of a width, while something is done with it. */
async function withPage(
  url: string,
  options: { readonly width: number; readonly colorScheme?: "light" | "dark" },
  run: (watched: Watched) => Promise<void>,
): Promise<void> {
  await using browser = await startBrowser();
  const { width, colorScheme = "light" } = options;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage(), requests: string[] = [], complaints: string[] = [];
  page.on("request", (request) => void (request.url().startsWith("data:") || requests.push(request.url())));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(`${error}`));
  await page.goto(url);
  await run({ page, requests, complaints });
}

const row = (name: string) => `tr[data-run="${name}"]`;

Deno.test({
  name: "the board shows each new epoch of a run that is trained, and asks its own address for nothing else",
  ignore,
  fn: async () => {
    await withBoard(printedRng(), async (url, root) => {
      await withPage(url, { width: 1280 }, async ({ page, requests, complaints }) => {
        await page.waitForSelector(row("busy"));
        assertMatch(await page.innerText(row("busy")), /training\s+\S+\s+2 of 15\s+0\.3200 so far/);
        assertMatch(await page.innerText(row("below/cv")), /finished.*6 of/s);
        assertStringIncludes(await page.innerText(row("bad")), "Cannot read");
        assertEquals(await page.isChecked(`${row("busy")} input`), true); // what is trained is marked at first
        const curve = `svg[aria-label^="macro F1"] g[data-run="busy"] path`;
        const before = await page.getAttribute(curve, "d");
        await Deno.writeTextFile(`${root}/busy/metrics.jsonl`, epochLine(3), { append: true });
        await page.waitForSelector(`${row("busy")} td:has-text("3 of 15")`);
        await page.waitForSelector(`${curve}:not([d="${before}"])`, { state: "attached" });
        assertEquals((await page.getAttribute(curve, "d"))!.match(/[ML]/g)?.length, 3);
        assertEquals(complaints, []);
        assertEquals([...new Set(requests.map((address) => new URL(address).origin))], [new URL(url).origin]);
      });
    });
  },
});

Deno.test({
  name: "the board lays marked runs over each other, orders and filters, and keeps what is marked in its address",
  ignore,
  fn: async () => {
    await withBoard(printedRng(), async (url) => {
      await withPage(`${url}#run=done`, { width: 1280 }, async ({ page, complaints }) => {
        await page.waitForSelector(`g[data-run="done"]`);
        assertEquals(await page.locator("#charts figure").count(), 4);
        await page.check(`${row("below/cv")} input`);
        await page.waitForSelector(`g[data-run="below/cv"]`);
        assertEquals(await page.locator(`svg[aria-label^="macro F1"] g[data-run="below/cv"] path`).count(), 2);
        assertEquals(new URL(page.url()).hash, "#run=done&run=below%2Fcv");
        await page.uncheck(`${row("done")} input`);
        await page.waitForSelector(`g[data-run="done"]`, { state: "detached" });
        const names = () => page.locator("td.name a").allInnerTexts();
        await page.click("thead button:has-text('run')");
        assertEquals(await names(), ["bad", "below/cv", "busy", "done", "left", "one"]);
        await page.click("thead button:has-text('run')");
        assertEquals((await names())[0], "one");
        await page.fill("#filter", "training b");
        assertEquals(await names(), ["busy"]);
        await page.fill("#filter", "");
        await page.click(`${row("done")} a`);
        await page.waitForSelector("h1:has-text('done')");
        assertEquals(complaints, []);
      });
    });
  },
});

Deno.test({
  name: "the board and a report fit a phone, in the dark too",
  ignore,
  fn: async () => {
    await withBoard(printedRng(), async (url) => {
      for (const path of ["#run=done&run=below/cv", "report?run=below%2Fcv"]) {
        await withPage(`${url}${path}`, { width: 400, colorScheme: "dark" }, async ({ page, complaints }) => {
          await page.waitForSelector(path.startsWith("#") ? `g[data-run="below/cv"]` : "h2");
          const [width, ground] = await page.evaluate(
            "[document.documentElement.scrollWidth, getComputedStyle(document.body).backgroundColor]",
          ) as [number, string];
          assertEquals(width, 400);
          assertEquals(ground, "rgb(23, 25, 28)");
          assertEquals(complaints, []);
        });
      }
    });
  },
});

Deno.test({
  name: "a report's page asks for nothing, runs no script, and has the pictures of each part",
  ignore,
  fn: async () => {
    await withDir(async (dir) => {
      const persons = Array.from({ length: 12 }, (_, i) => i);
      await writeFolds(`${dir}/cv`, printedRng(), { folds: 2, persons });
      const contents = await readRunContents(`${dir}/cv`, { resamples: 20 });
      await writeReport(await runReport(contents, { resamples: 20 }), `${dir}/report.html`);
      await using browser = await startBrowser();
      const { page, requests, complaints } = await visit(browser, `${dir}/report.html`, { width: 1280 });
      assertEquals(complaints, []);
      assertEquals(requests, [`file://${dir}/report.html`]);
      assertEquals(await page.locator("script").count(), 0);
      const pictures = await page.locator("figcaption").allInnerTexts();
      for (
        const part of ["Macro F1 by fold", "Loss", "Accuracy", "F1 by class", "percent", "number of", "right"]
      ) {
        assert(pictures.some((title) => title.includes(part)), `${part}: ${pictures}`);
      }
    });
  },
});
