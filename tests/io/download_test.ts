import { assert, assertEquals, assertRejects } from "@std/assert";
import { download, type DownloadOptions } from "../../src/io/download.ts";
import { withDir } from "./fixtures.ts";
import { type Hub, noise, sha256, startHub } from "./hub_server.ts";

const BYTES = noise(100_003), CHANGED = noise(90_001);

/** A server of one file at `/a%20b.csv?key=secret`, which can be changed. */
interface Site {
  readonly hub: Hub;
  readonly url: string;
  etag?: string;
  lastModified?: string;
  bytes: Uint8Array;
  cuts: number[];
}

async function withSite(run: (site: Site, options: DownloadOptions, dir: string) => Promise<void>): Promise<void> {
  await withDir(async (dir) => {
    await using hub = startHub({});
    const site: Site = { hub, url: `${hub.endpoint}/a%20b.csv?key=secret`, etag: '"1"', bytes: BYTES, cuts: [] };
    hub.behaviour.answer = ({ headers }) => {
      const told = {
        ...site.etag && { etag: site.etag },
        ...site.lastModified && { "last-modified": site.lastModified },
      };
      const is = (name: string, value?: string) => value !== undefined && headers.get(name) === value;
      if (is("if-none-match", site.etag) || is("if-modified-since", site.lastModified)) {
        return new Response(null, { status: 304, headers: told });
      }
      const same = !headers.has("if-range") || is("if-range", site.etag) || is("if-range", site.lastModified);
      const start = same ? Number(/\d+/.exec(headers.get("range") ?? "")?.[0] ?? 0) : 0;
      const rest = site.bytes.slice(start), cut = site.cuts.shift();
      const body = new ReadableStream({
        async start(controller) {
          controller.enqueue(rest.subarray(0, cut));
          if (cut !== undefined) await new Promise((resolve) => setTimeout(resolve, 30));
          controller.close();
        },
      });
      const range = start > 0 && { "content-range": `bytes ${start}-${site.bytes.length - 1}/${site.bytes.length}` };
      return new Response(body, {
        status: range ? 206 : 200,
        headers: { ...told, ...range, "content-length": `${rest.length}` },
      });
    };
    await run(site, { cacheDir: `${dir}/urls`, env: {}, pauses: [0.01, 0.01] }, dir);
  });
}

const asked = ({ hub }: Site, name: string) => hub.seen.map(({ headers }) => headers.get(name));

Deno.test("download() keeps a file by its address and asks only whether it has changed", async () => {
  await withSite(async (site, options, dir) => {
    const first = await download(site.url, options);
    const place = await sha256(new TextEncoder().encode(site.url));
    const path = `${dir}/urls/${place}/a_b.csv`;
    assertEquals(first, { path, sha256: await sha256(BYTES), fromCache: false });
    assertEquals(await Deno.readFile(path), BYTES);
    assertEquals([...Deno.readDirSync(`${dir}/urls`)].map(({ name }) => name.replace(place, "*")).sort(), [
      "*",
      "*.json",
      "*.lock",
      "CACHEDIR.TAG",
    ]);
    assertEquals(await download(`${site.url}#part`, options), { ...first, fromCache: true });
    assertEquals(asked(site, "if-none-match"), [null, '"1"']);
    Object.assign(site, { etag: '"2"', bytes: CHANGED });
    assertEquals((await download(site.url, options)).fromCache, false);
    assertEquals(await Deno.readFile(path), CHANGED);
  });
});

Deno.test("download() goes by the date where there is no ETag, and fetches anew where there is neither", async () => {
  await withSite(async (site, options) => {
    Object.assign(site, { etag: undefined, lastModified: "Wed, 21 Oct 2015 07:28:00 GMT" });
    await download(site.url, options);
    assertEquals((await download(site.url, options)).fromCache, true);
    assertEquals(asked(site, "if-modified-since"), [null, site.lastModified]);
    site.lastModified = undefined;
    assertEquals((await download(site.url, options)).fromCache, false);
    assertEquals((await download(site.url, options)).fromCache, false);
  });
});

Deno.test("download() goes on where it broke off if the file is still the same", async () => {
  await withSite(async (site, options) => {
    site.cuts = [30_000, 20_000];
    assertEquals(await Deno.readFile((await download(site.url, options)).path), BYTES);
    assertEquals(asked(site, "range"), [null, "bytes=30000-", "bytes=50000-"]);
    assertEquals(asked(site, "if-range"), [null, '"1"', '"1"']);
  });
});

Deno.test("download() goes on with what an earlier call has left, and starts over if the file is another by now", async () => {
  for (const changed of [false, true]) {
    await withSite(async (site, options) => {
      site.cuts = [30_000];
      await assertRejects(() => download(site.url, { ...options, pauses: [] }), Deno.errors.NotConnected, "/a%20b.csv");
      if (changed) Object.assign(site, { etag: '"2"', bytes: CHANGED });
      const { path, sha256: digest } = await download(site.url, options);
      const right = changed ? CHANGED : BYTES;
      assertEquals([await Deno.readFile(path), digest], [right, await sha256(right)]);
      assertEquals(asked(site, "range"), [null, "bytes=30000-"]);
    });
  }
});

Deno.test("download() starts over where nothing tells whether the file is the same, unless its SHA-256 is known", async () => {
  for (const pinned of [false, true]) {
    await withSite(async (site, options) => {
      Object.assign(site, { etag: 'W/"1"', cuts: [30_000] });
      const digest = await sha256(BYTES);
      const { path } = await download(site.url, { ...options, ...pinned && { sha256: digest } });
      assertEquals(await Deno.readFile(path), BYTES);
      assertEquals(asked(site, "range"), [null, pinned ? "bytes=30000-" : null]);
    });
  }
});

Deno.test("download() refuses another SHA-256 than the one asked for and keeps what was there", async () => {
  await withSite(async (site, options, dir) => {
    const { path } = await download(site.url, options);
    site.etag = '"2"';
    const wrong = await sha256(CHANGED);
    const work = () => download(site.url, { ...options, sha256: wrong });
    const { message } = await assertRejects(work, Deno.errors.InvalidData, wrong);
    assert(message.includes(await sha256(BYTES)) && !message.includes("secret"), message);
    assertEquals(await Deno.readFile(path), BYTES);
    assertEquals([...Deno.readDirSync(`${dir}/urls`)].filter(({ name }) => name.endsWith(".incomplete")), []);
    site.bytes = CHANGED;
    assertEquals((await work()).sha256, wrong);
    site.hub.seen.length = 0;
    const again = await download(site.url, { ...options, sha256: wrong.toUpperCase() });
    assertEquals([again.fromCache, again.reason, site.hub.seen.length], [true, undefined, 0]);
  });
});

Deno.test("download() puts a copy where it is asked to, in place of what is there", async () => {
  await withSite(async (site, options, dir) => {
    for (const bytes of [BYTES, CHANGED]) {
      Object.assign(site, { bytes, etag: `"${bytes.length}"` });
      const { path } = await download(site.url, { ...options, path: `${dir}/data/faces.csv` });
      assertEquals([path, await Deno.readFile(path)], [`${dir}/data/faces.csv`, bytes]);
    }
    assertEquals([...Deno.readDirSync(`${dir}/data`)].map(({ name }) => name), ["faces.csv"]);
  });
});

Deno.test("download() takes what is there and says why when offline or out of reach", async () => {
  await withSite(async (site, options) => {
    const offline = { ...options, env: { HF_HUB_OFFLINE: "1" } };
    await assertRejects(() => download(site.url, offline), Deno.errors.NotFound, "offline");
    await download(site.url, options);
    const count = site.hub.seen.length;
    assertEquals((await download(site.url, offline)).reason, "offline");
    assertEquals(site.hub.seen.length, count);
    site.hub.behaviour.answer = () => new Response(null, { status: 503 });
    const { reason, fromCache } = await download(site.url, { ...options, pauses: [60] }); // which are not waited for
    assert(fromCache && reason!.startsWith("out of reach: ") && reason!.includes("503"), reason);
    site.hub.behaviour.answer = () => new Response(null, { status: 404 });
    await assertRejects(() => download(site.url, options), Deno.errors.NotFound, "404");
  });
});

Deno.test("download() at once in one process fetches once", async () => {
  await withSite(async (site, options) => {
    const all = await Promise.all(Array.from({ length: 3 }, () => download(site.url, options)));
    assertEquals(all.map(({ fromCache }) => fromCache).toSorted(), [false, true, true]);
    assertEquals(asked(site, "if-none-match"), [null, '"1"', '"1"']);
  });
});

Deno.test("download() refuses what is no web address or no digest", async () => {
  for (const url of ["faces.csv", "file:///etc/passwd", "ftp://a.example/x", "https://me:secret@a.example/x"]) {
    const { message } = await assertRejects(() => download(url, { env: {} }), TypeError, "http or https");
    assert(!message.includes("secret"), message);
  }
  const work = () => download("https://a.example/x", { env: {}, sha256: "abc" });
  await assertRejects(work, TypeError, "64 hexadecimal digits");
});

Deno.test("download() calls a file by the end of its address, harmless on any system", async () => {
  await withSite(async (site, options) => {
    for (
      const [end, name] of [["/", "download"], ["/..%2f..%2fx", "_.._x"], ["/.%2e%2f", "__"], [
        "/a:b*c.txt",
        "a_b_c.txt",
      ]]
    ) {
      const { path } = await download(`${site.hub.endpoint}/d${end}`, options);
      assertEquals(path.split("/").at(-1), name);
      assert(path.startsWith(options.cacheDir!));
    }
  });
});
