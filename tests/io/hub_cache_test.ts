import { assertEquals, assertRejects } from "@std/assert";
import { putLink } from "../../src/io/download_place.ts";
import { fetchHubFile } from "../../src/io/hub.ts";
import { lookUp, repoPaths } from "../../src/io/hub_cache.ts";
import { withDir, write } from "./fixtures.ts";
import { COMMIT, gitSha1, noise, REPO, startHub } from "./hub_server.ts";

const BYTES = noise(1001), folder = "models--timm--tiny.test_in1k";

/** A cache as the documentation of Python's library describes it, made by hand. */
async function writeCache(dir: string): Promise<string> {
  const etag = await gitSha1(BYTES);
  await write(`${dir}/${folder}/blobs/${etag}`, BYTES);
  await write(`${dir}/${folder}/refs/main`, COMMIT);
  await write(`${dir}/${folder}/.no_exist/${COMMIT}/absent.json`, "");
  await Deno.mkdir(`${dir}/${folder}/snapshots/${COMMIT}/deep`, { recursive: true });
  await Deno.symlink(`../../../blobs/${etag}`, `${dir}/${folder}/snapshots/${COMMIT}/deep/config.json`);
  return `${dir}/${folder}/snapshots/${COMMIT}/deep/config.json`;
}

Deno.test("fetchHubFile() finds what Python's library has laid out, and leaves it as it is", async () => {
  await withDir(async (dir) => {
    const path = await writeCache(dir);
    await using hub = startHub({ "deep/config.json": BYTES });
    const options = { endpoint: hub.endpoint, cacheDir: dir, env: {}, token: false } as const;
    const found = await fetchHubFile({ repo: REPO, file: "deep/config.json" }, options);
    assertEquals(found, { path, commit: COMMIT, fromCache: true });
    assertEquals(hub.seen.map(({ method }) => method), ["HEAD"]);
    assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name), [folder]); // a cache may be read-only
  });
});

Deno.test("fetchHubFile() links to contents that another commit or file has brought", async () => {
  await withDir(async (dir) => {
    await writeCache(dir);
    await using hub = startHub({ "again.json": BYTES });
    const options = { endpoint: hub.endpoint, cacheDir: dir, env: {}, token: false } as const;
    const { path, fromCache } = await fetchHubFile({ repo: REPO, file: "again.json" }, options);
    assertEquals([fromCache, await Deno.readFile(path)], [true, BYTES]);
    assertEquals(hub.seen.map(({ method }) => method), ["HEAD"]);
  });
});

Deno.test("fetchHubFile() mends a link whose contents are gone", async () => {
  await withDir(async (dir) => {
    const path = await writeCache(dir);
    await Deno.remove(`${dir}/${folder}/blobs/${await gitSha1(BYTES)}`);
    await using hub = startHub({ "deep/config.json": BYTES });
    const options = { endpoint: hub.endpoint, cacheDir: dir, env: {}, token: false } as const;
    const got = await fetchHubFile({ repo: REPO, file: "deep/config.json", revision: COMMIT }, options);
    assertEquals([got.path, got.fromCache, await Deno.readFile(path)], [path, false, BYTES]);
  });
});

Deno.test("lookUp() tells what is there, what is known not to be, and what is not known", async () => {
  await withDir(async (dir) => {
    const path = await writeCache(dir);
    const paths = repoPaths(dir, REPO);
    for (const revision of ["main", COMMIT]) {
      assertEquals(await lookUp(paths, revision, "deep/config.json"), { commit: COMMIT, path });
      assertEquals(await lookUp(paths, revision, "absent.json"), { commit: COMMIT, missing: true });
      assertEquals(await lookUp(paths, revision, "deep"), { commit: COMMIT, missing: false }); // a folder is no file
    }
    assertEquals(await lookUp(paths, "dev", "deep/config.json"), {});
    await write(`${dir}/${folder}/refs/odd`, "../../elsewhere");
    assertEquals(await lookUp(paths, "odd", "deep/config.json"), {});
  });
});

Deno.test("putLink() copies where links cannot be made, and leaves nothing where neither can be", async () => {
  await withDir(async (dir) => {
    await write(`${dir}/blobs/a`, "contents");
    const refuse = () => Promise.reject(new Deno.errors.PermissionDenied("no links here"));
    await putLink(`${dir}/blobs/a`, `${dir}/snapshots/x/a`, refuse);
    assertEquals((await Deno.lstat(`${dir}/snapshots/x/a`)).isFile, true);
    assertEquals(await Deno.readTextFile(`${dir}/snapshots/x/a`), "contents");
    await assertRejects(() => putLink(`${dir}/blobs/none`, `${dir}/snapshots/x/b`, refuse), Deno.errors.NotFound);
    assertEquals([...Deno.readDirSync(`${dir}/snapshots/x`)].map(({ name }) => name), ["a"]);
  });
});
