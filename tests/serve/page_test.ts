import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Browser, chromium, type Page } from "playwright-core";
import * as mf from "maskfold";
import { loadSharp } from "../../src/io/sharp.ts";
import { decodePicture } from "../../src/io/picture_bytes.ts";
import { BROWSER } from "../explore/browser.ts";
import { lastLine, runTask } from "../tasks/children.ts";
import { difference, withRun } from "./fixture.ts";

export type * as Checked from "../../src/serve/page/app.ts"; // nothing else imports the page's own programs,
export type * as CheckedToo from "../../src/serve/page/worker.ts"; // so that their types are looked at here

const ARGS = ["--disable-gpu", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

/** A plain server of a folder under a path of its own. */
function serveFolder(dir: string): { readonly url: string; readonly server: Deno.HttpServer } {
  const types: Record<string, string> = {
    html: "text/html",
    css: "text/css",
    js: "text/javascript",
    wasm: "application/wasm",
  };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const path = new URL(request.url).pathname.replace("/some/where/", "");
    const name = path === "" ? "index.html" : path;
    const type = types[name.split(".").pop()!] ?? "application/octet-stream";
    try {
      return new Response(await Deno.readFile(`${dir}/${name}`), { headers: { "Content-Type": type } });
    } catch {
      return new Response("none", { status: 404 });
    }
  });
  return { url: `http://127.0.0.1:${(server.addr as Deno.NetAddr).port}/some/where/`, server };
}

interface Opened {
  readonly page: Page;
  readonly url: string;
  readonly requests: readonly string[];
  readonly complaints: string[];
}

/** Opens an exported page and waits until its network is ready. */
async function withPage(dir: string, width: number, body: (opened: Opened) => Promise<void>): Promise<void> {
  const { url, server } = serveFolder(dir);
  const browser: Browser = await chromium.launch({ executablePath: BROWSER, chromiumSandbox: false, args: ARGS });
  try {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const requests: string[] = [], complaints: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(`${error}`));
    await page.goto(url);
    await page.waitForSelector("body[data-ready], #status.wrong");
    await body({ page, url, requests, complaints });
  } finally {
    await browser.close();
    await server.shutdown();
  }
}

/** Drops a file onto the page, and waits for the answer: the probabilities by class, unrounded. */
async function drop(page: Page, path: string, type = "image/jpeg"): Promise<Record<string, number>> {
  await page.evaluate(([bytes, type]) => {
    const file = new File([Uint8Array.from(atob(bytes), (sign) => sign.charCodeAt(0))], "dropped", { type });
    const transfer = new DataTransfer();
    transfer.items.add(file);
    delete document.body.dataset.answered;
    document.getElementById("stage")!.dispatchEvent(
      new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }),
    );
  }, [(await Deno.readFile(path)).toBase64(), type] as const);
  await page.waitForSelector("body[data-answered]");
  return await answer(page);
}

async function answer(page: Page): Promise<Record<string, number>> {
  return Object.fromEntries(
    await page.$$eval(
      "#classes li",
      (rows) =>
        rows.map((row) => [row.querySelector(".name")!.textContent, Number((row as HTMLElement).dataset.value)]),
    ),
  );
}

const best = (found: Record<string, number>) => Object.keys(found).reduce((a, b) => found[b]! > found[a]! ? b : a);

const ignore = BROWSER === undefined;

Deno.test({
  name: "a dropped photograph has the class and the probabilities of deno task predict; nothing goes elsewhere",
  ignore,
  fn: () =>
    withRun(async ({ dir, data, paths, run }) => {
      const line = lastLine(await runTask("export_web", "--run", run.dir, "--out", `${dir}/page`));
      assertMatch(line, /^1 models, 1\.\d\d MB \(0\.\d\d gzipped\): /);
      const flags = ["--run", run.dir, "--data", data, "--part", "train", "--out", `${dir}/out`];
      await runTask("predict", ...flags);
      const predicted = await mf.loadPredictions(`${dir}/out/predictions.parquet`);
      const answers = mf.decide(predicted), seen = new Set<string>();
      await withPage(`${dir}/page`, 1280, async ({ page, url, requests, complaints }) => {
        for (const row of [0, 8, 16, 24, 40]) {
          const found = await drop(page, paths[row]!), off = difference(found, predicted, row);
          assert(off < 1e-3, `probabilities of ${predicted.ids[row]} are off by ${off}`);
          assertEquals(best(found), predicted.classes[answers[row]!]);
          seen.add(JSON.stringify(found));
          const sums = await page.$$eval("#attributes li", (rows) =>
            rows.reduce((sum, row) => sum + Number((row as HTMLElement).dataset.value), 0));
          assert(Math.abs(sums - 3) < 1e-5, "three attributes sum to 1 each");
        }
        assertEquals(seen.size, 5, "pictures differ");
        assertEquals(
          requests.filter((address) =>
            !address.startsWith(url) && !address.startsWith("blob:")
          ),
          [],
        );
        assertEquals(complaints, []);
      });
    }),
});

Deno.test({
  name: "the page shows heat when asked, refuses what is no picture, works by keyboard and fits a telephone",
  ignore,
  fn: () =>
    withRun(async (place) => {
      await mf.exportWeb([place.run], { dir: place.dir, title: `<b>"Faces" & masks` });
      await withPage(place.dir, 400, async ({ page, complaints }) => {
        assertEquals(await page.title(), `<b>"Faces" & masks`);
        const reached: (string | undefined)[] = [];
        for (let i = 0; i < 4; i++) {
          await page.keyboard.press("Tab");
          reached.push(await page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName));
        }
        assertEquals(reached, ["file", "camera", "heat-switch", "SUMMARY"]);
        const plain = await drop(page, place.paths[0]!);
        assert(!await page.isVisible("#heat"));
        assertEquals(await page.evaluate(() => document.documentElement.scrollWidth), 400);
        await page.focus("#heat-switch");
        await page.keyboard.press("Space");
        await page.waitForSelector("#heat:not([hidden])");
        assertEquals(await answer(page), plain);
        const colours = await page.$eval("#heat", (canvas) => {
          const { width, height } = canvas as HTMLCanvasElement;
          const { data } = (canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height);
          return new Set(new Uint32Array(data.buffer)).size;
        });
        assert(colours > 50, `the heat has ${colours} colours`);
        await Deno.writeTextFile(`${place.dir}/text.txt`, "no picture");
        await page.setInputFiles("#file", `${place.dir}/text.txt`);
        await page.waitForSelector("#status.wrong");
        assertStringIncludes((await page.textContent("#status"))!, "no picture that the browser can read");
        assertEquals(await drop(page, place.paths[0]!), plain);
        assertEquals(complaints, []);
      });
    }),
});

Deno.test({
  name: "the page asks again and again while the camera is on, and stops with it",
  ignore,
  fn: () =>
    withRun(async (place) => {
      await withPage(place.page, 1280, async ({ page, complaints }) => {
        await page.click("#camera");
        await page.waitForSelector("body[data-answered]");
        const first = await page.getAttribute("body", "data-answered");
        await page.waitForFunction((first) => document.body.dataset.answered !== first, first);
        assert(await page.isVisible("#video") && !await page.isVisible("#photo"));
        await page.click("#camera");
        assert(!await page.isVisible("#video"));
        assertEquals(await page.textContent("#verdict"), "Nothing yet.");
        assertEquals(complaints, []);
      });
    }),
});

Deno.test({
  name:
    "a page of two members in half precision says what that changes, and is calibrated; it works in older browsers; lying photographs are stood up",
  ignore,
  fn: () =>
    withRun(async (place) => {
      const { dir, data, run, predicted: plain, paths } = place, { config } = run;
      const images = await mf.packDataset(await mf.loadFaces(data), config);
      const calibration: mf.Calibration = { method: "temperature", classes: plain.classes, temperature: 0.5 };
      const predicted = mf.applyCalibration(plain, calibration);
      const { model } = await mf.exportWeb([run, run], { dir: `${dir}/page`, half: images, calibration });
      images.close();
      const old = "delete Uint8Array.fromHex; delete Response.prototype.bytes; delete globalThis.Float16Array;\n";
      await Deno.writeTextFile(`${dir}/page/worker.js`, old + await Deno.readTextFile(`${dir}/page/worker.js`));
      assertEquals(model.members.map(({ file }) => file), ["weights-0.safetensors", "weights-1.safetensors"]);
      assertEquals([model.dtype, model.difference!.pictures], ["F16", predicted.ids.length]);
      assert(model.difference!.most > 0 && model.difference!.most < 0.05, `${model.difference!.most}`);
      const sharp = await loadSharp();
      await Deno.writeFile(
        `${dir}/lying.png`,
        await sharp(paths[8]!).rotate(-90).withMetadata({ orientation: 6 }).png().toBuffer(),
      );
      const upright = await decodePicture(await Deno.readFile(`${dir}/lying.png`), { maxPixels: 1e6 });
      assertEquals(upright, await decodePicture(await Deno.readFile(paths[8]!), { maxPixels: 1e6 }));
      await withPage(`${dir}/page`, 1280, async ({ page, complaints }) => {
        for (const [path, row, type] of [[paths[0]!, 0], [`${dir}/lying.png`, 8, "image/png"]] as const) {
          const off = difference(await drop(page, path, type), predicted, row);
          assert(off <= model.difference!.most + 1e-3, `${path} is off by ${off}`);
        }
        assert(difference(await drop(page, paths[0]!), plain, 0) > 1e-2, "the calibration changes something");
        await page.click("summary");
        assertStringIncludes((await page.textContent("#about"))!, "2 of them");
        assertStringIncludes((await page.textContent("#about"))!, model.members[0]!.sha256);
        assertEquals(complaints, []);
      });
    }),
});

Deno.test({
  name: "the page refuses weights that are not those of its model.json",
  ignore,
  fn: () =>
    withRun(async ({ dir, run }) => {
      await mf.exportWeb([run], { dir });
      const bytes = await Deno.readFile(`${dir}/weights.safetensors`);
      bytes[bytes.length - 1]! ^= 1;
      await Deno.writeFile(`${dir}/weights.safetensors`, bytes);
      await withPage(dir, 800, async ({ page, complaints }) => {
        assertStringIncludes((await page.textContent("#status"))!, "is not the file that model.json names");
        assertEquals(complaints, []);
      });
    }),
});
