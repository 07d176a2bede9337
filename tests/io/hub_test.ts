import { assert, assertEquals, assertGreater, assertMatch, assertRejects } from "@std/assert";
import { fetchHubFile, type HubOptions } from "../../src/io/hub.ts";
import { withDir, write } from "./fixtures.ts";
import { COMMIT, gitSha1, type Hub, noise, REPO, sha256, startHub } from "./hub_server.ts";

const WEIGHTS = noise(200_001), CONFIG = new TextEncoder().encode(`{"hidden": 3}\n`);
const FILES = { "model.safetensors": WEIGHTS, "sub/a config.json": CONFIG };
const MODEL = { repo: REPO, file: "model.safetensors" };
const OTHER_COMMIT = "f".repeat(40);

/** A new hub and an empty cache for a test. */
async function withHub(run: (hub: Hub, options: HubOptions, dir: string) => Promise<void>, files = FILES) {
  await withDir(async (dir) => {
    await using hub = startHub({ ...files });
    await run(
      hub,
      { endpoint: hub.endpoint, cacheDir: `${dir}/hub`, env: {}, token: false, pauses: [0.01, 0.01] },
      dir,
    );
  });
}

/** All files and links below a folder, with what links lead to. */
function tree(dir: string, prefix = ""): string[] {
  return [...Deno.readDirSync(`${dir}/${prefix}`)].flatMap(({ name, isDirectory, isSymlink }) => {
    const path = `${prefix}${name}`;
    if (isDirectory) return tree(dir, `${path}/`);
    return isSymlink ? `${path} -> ${Deno.readLinkSync(`${dir}/${path}`)}` : path;
  }).sort();
}

const gets = (hub: Hub) => hub.seen.filter(({ method }) => method === "GET");
const folder = "models--timm--tiny.test_in1k";

Deno.test("fetchHubFile() lays the cache out as documented and leaves nothing else", async () => {
  await withHub(async (_hub, options, dir) => {
    const told: number[] = [];
    const fetched = await fetchHubFile(MODEL, {
      ...options,
      onProgress: (
        { file, done, total },
      ) => (assertEquals([file, total], [MODEL.file, WEIGHTS.length]), told.push(done)),
    });
    const config = await fetchHubFile({ ...MODEL, file: "sub/a config.json" }, options);
    const [lfs, git] = [await sha256(WEIGHTS), await gitSha1(CONFIG)];
    assertEquals(
      tree(`${dir}/hub`),
      [
        `.locks/${folder}/${git}.lock`,
        `.locks/${folder}/${lfs}.lock`,
        "CACHEDIR.TAG",
        `${folder}/blobs/${git}`,
        `${folder}/blobs/${lfs}`,
        `${folder}/refs/main`,
        `${folder}/snapshots/${COMMIT}/model.safetensors -> ../../blobs/${lfs}`,
        `${folder}/snapshots/${COMMIT}/sub/a config.json -> ../../../blobs/${git}`,
      ].sort(),
    );
    assertEquals(await Deno.readTextFile(`${dir}/hub/${folder}/refs/main`), COMMIT);
    assertMatch(await Deno.readTextFile(`${dir}/hub/CACHEDIR.TAG`), /^Signature: 8a477f597d28d172789f06886806bc55\n/);
    const path = `${dir}/hub/${folder}/snapshots/${COMMIT}/model.safetensors`;
    assertEquals(fetched, { path, commit: COMMIT, fromCache: false, checksum: "sha256" });
    assertEquals(config.checksum, "git");
    assertEquals(await Deno.readFile(fetched.path), WEIGHTS);
    assertEquals(await Deno.readFile(config.path), CONFIG);
    assertEquals(told.at(-1), WEIGHTS.length);
    assertEquals(told, told.toSorted((a, b) => a - b));
  });
});

Deno.test("fetchHubFile() asks about a branch and fetches nothing again; a commit is not even asked about", async () => {
  await withHub(async (hub, options) => {
    const { path } = await fetchHubFile(MODEL, options);
    hub.seen.length = 0;
    assertEquals(await fetchHubFile(MODEL, options), { path, commit: COMMIT, fromCache: true });
    assertEquals(hub.seen.map(({ method }) => method), ["HEAD"]);
    const pinned = await fetchHubFile({ ...MODEL, revision: COMMIT }, options);
    assertEquals(pinned, { path, commit: COMMIT, fromCache: true });
    assertEquals(hub.seen.length, 1);
  });
});

Deno.test("fetchHubFile() keeps contents once when a branch moves on, and keeps the old commit", async () => {
  await withHub(async (hub, options, dir) => {
    const old = await fetchHubFile(MODEL, options);
    hub.behaviour.commit = OTHER_COMMIT;
    hub.seen.length = 0;
    const now = await fetchHubFile(MODEL, options);
    assertEquals([now.commit, now.fromCache, gets(hub).length], [OTHER_COMMIT, true, 0]);
    assertEquals(await Deno.readTextFile(`${dir}/hub/${folder}/refs/main`), OTHER_COMMIT);
    assertEquals(await Deno.realPath(now.path), await Deno.realPath(old.path));
  });
});

Deno.test("fetchHubFile() writes the ref of a pull request into folders and asks for it as one word", async () => {
  await withHub(async (hub, options, dir) => {
    await fetchHubFile({ ...MODEL, revision: "refs/pr/1" }, options);
    assertEquals(await Deno.readTextFile(`${dir}/hub/${folder}/refs/refs/pr/1`), COMMIT);
    assertEquals(hub.seen[0]!.at, `127.0.0.1:${hub.port}/${REPO}/resolve/refs%2Fpr%2F1/model.safetensors`);
  });
});

Deno.test("fetchHubFile() goes on by a range where the connection broke, again and again", async () => {
  await withHub(async (hub, options) => {
    hub.behaviour.cuts = [50_000, 40_000, 1_000, 30_000, 20_000]; // more breaks than pauses: each got further
    const { path } = await fetchHubFile(MODEL, options);
    assertEquals(await Deno.readFile(path), WEIGHTS);
    const ranges = gets(hub).filter(({ at }) => at.startsWith("localhost")).map(({ range }) => range);
    assertEquals(ranges, [null, ...[50_000, 90_000, 91_000, 121_000, 141_000].map((start) => `bytes=${start}-`)]);
    assertEquals(hub.sent(), WEIGHTS.length);
  });
});

Deno.test("fetchHubFile() goes on with what an earlier call, or another library, has left", async () => {
  await withHub(async (hub, options, dir) => {
    hub.behaviour.cuts = [50_000, 0, 0, 0];
    const error = await assertRejects(() => fetchHubFile(MODEL, options), Deno.errors.ConnectionAborted);
    assert(
      error.message.includes(`"${MODEL.file}" of "${REPO}"`) || error.message.startsWith("Cannot read on"),
      error.message,
    );
    const partial = `${dir}/hub/${folder}/blobs/${await sha256(WEIGHTS)}.incomplete`;
    assertEquals(await Deno.readFile(partial), WEIGHTS.slice(0, 50_000));
    hub.behaviour.cuts = [];
    hub.seen.length = 0;
    assertEquals(await Deno.readFile((await fetchHubFile(MODEL, options)).path), WEIGHTS);
    assertEquals(gets(hub).at(-1)!.range, "bytes=50000-");
    assertEquals(hub.sent(), WEIGHTS.length);
    await assertRejects(() => Deno.stat(partial), Deno.errors.NotFound);
  });
});

Deno.test("fetchHubFile() starts over where the server ignores ranges", async () => {
  await withHub(async (hub, options) => {
    Object.assign(hub.behaviour, { cuts: [50_000], ignoresRange: true });
    assertEquals(await Deno.readFile((await fetchHubFile(MODEL, options)).path), WEIGHTS);
    assertEquals(hub.sent(), 50_000 + WEIGHTS.length);
  });
});

Deno.test("fetchHubFile() gives up after as many breaks at the same place as there are pauses", async () => {
  await withHub(async (hub, options) => {
    Object.assign(hub.behaviour, { cuts: Array(20).fill(50_000), ignoresRange: true });
    await assertRejects(() => fetchHubFile(MODEL, options), Deno.errors.ConnectionAborted);
    assertEquals(hub.sent(), 3 * 50_000);
  });
});

Deno.test("fetchHubFile() uses a partial file that is whole, and starts over one that is too long", async () => {
  for (const left of [WEIGHTS, noise(300_000)]) {
    await withHub(async (hub, options, dir) => {
      await write(`${dir}/hub/${folder}/blobs/${await sha256(WEIGHTS)}.incomplete`, left);
      assertEquals(await Deno.readFile((await fetchHubFile(MODEL, options)).path), WEIGHTS);
      assertEquals(hub.sent(), left === WEIGHTS ? 0 : WEIGHTS.length);
    });
  }
});

Deno.test("fetchHubFile() starts over by itself where what was left turns out to be at fault", async () => {
  for (const size of [50_000, WEIGHTS.length]) {
    await withHub(async (hub, options, dir) => {
      await write(`${dir}/hub/${folder}/blobs/${await sha256(WEIGHTS)}.incomplete`, new Uint8Array(size));
      assertEquals(await Deno.readFile((await fetchHubFile(MODEL, options)).path), WEIGHTS);
      assertEquals(gets(hub).at(-1)!.range, null);
    });
    await withHub(async (hub, options, dir) => {
      await write(`${dir}/hub/${folder}/blobs/${await sha256(WEIGHTS)}.incomplete`, new Uint8Array(size));
      hub.behaviour.lies[MODEL.file] = WEIGHTS.toReversed();
      await assertRejects(() => fetchHubFile(MODEL, options), Deno.errors.InvalidData, await sha256(WEIGHTS));
      assertEquals(tree(`${dir}/hub`).filter((path) => path.includes("blobs")), []);
    });
  }
});

for (const [file, kind] of [["model.safetensors", "SHA-256"], ["sub/a config.json", "git SHA-1"]] as const) {
  Deno.test(`fetchHubFile() refuses contents of another ${kind} and keeps nothing of them`, async () => {
    await withHub(async (hub, options, dir) => {
      const right = FILES[file], wrong = right.slice();
      wrong[5]! ^= 1;
      hub.behaviour.lies[file] = wrong;
      const error = await assertRejects(() => fetchHubFile({ repo: REPO, file }, options), Deno.errors.InvalidData);
      const digest = kind === "SHA-256" ? sha256 : gitSha1;
      for (const part of [`"${file}"`, REPO, kind, await digest(right), await digest(wrong)]) {
        assert(error.message.includes(part), `${part} is not in ${error.message}`);
      }
      assertEquals(tree(`${dir}/hub`).filter((path) => /blobs|snapshots|refs/.test(path)), []);
      delete hub.behaviour.lies[file];
      assertEquals(await Deno.readFile((await fetchHubFile({ repo: REPO, file }, options)).path), right);
    });
  });
}

Deno.test("fetchHubFile() refuses contents that are longer than told before they fill the disk", async () => {
  await withHub(async (hub, options, dir) => {
    hub.behaviour.lies["model.safetensors"] = noise(300_000);
    await assertRejects(() => fetchHubFile(MODEL, options), Deno.errors.InvalidData, `${WEIGHTS.length} bytes`);
    assertEquals(tree(`${dir}/hub`).filter((path) => path.includes("blobs")), []);
  });
});

Deno.test("fetchHubFile() checks git's SHA-1 where no size is told, and takes other ETags without a checksum", async () => {
  await withHub(async (hub, options) => {
    const answer = (etag: string, bytes: Uint8Array) => ({ method }: Request) => {
      const body = method === "HEAD"
        ? null
        : new ReadableStream({ start: (c) => (c.enqueue(bytes.slice()), c.close()) });
      return new Response(body, { headers: { etag, "x-repo-commit": COMMIT } }); // chunked: no length
    };
    hub.behaviour.answer = answer(`"${await gitSha1(CONFIG)}"`, CONFIG);
    assertEquals((await fetchHubFile({ repo: REPO, file: "a" }, options)).checksum, "git");
    hub.behaviour.answer = answer(`"${"0".repeat(40)}"`, CONFIG);
    await assertRejects(
      () => fetchHubFile({ repo: REPO, file: "b" }, options),
      Deno.errors.InvalidData,
      "0".repeat(40),
    );
    hub.behaviour.answer = answer(`"mirror-7"`, CONFIG);
    const other = await fetchHubFile({ repo: REPO, file: "c" }, options);
    assertEquals([other.checksum, await Deno.readFile(other.path)], [undefined, CONFIG]);
  });
});

Deno.test("fetchHubFile() sends the token to the hub and not where it redirects to", async () => {
  await withHub(async (hub, options) => {
    await fetchHubFile(MODEL, { ...options, token: "hf_secret" });
    const at = (host: string) =>
      hub.seen.filter(({ at }) => at.startsWith(host)).map(({ authorization }) => authorization);
    assertEquals(at("127.0.0.1"), ["Bearer hf_secret", "Bearer hf_secret"]);
    assertEquals(at("localhost"), [null]);
  });
});

Deno.test("fetchHubFile() follows the hub to a repository's new name", async () => {
  await withHub(async (hub, options) => {
    hub.behaviour.answer = ({ url }) => {
      const { pathname } = new URL(url);
      if (!pathname.startsWith("/old/name/")) return undefined;
      return new Response(null, { status: 307, headers: { location: pathname.replace("/old/name/", `/${REPO}/`) } });
    };
    const { path } = await fetchHubFile({ ...MODEL, repo: "old/name" }, options);
    assertEquals(await Deno.readFile(path), WEIGHTS);
    assertMatch(path, /models--old--name/);
  });
});

Deno.test("fetchHubFile() waits as a busy server asks, and no longer than there are pauses", async () => {
  await withHub(async (hub, options) => {
    let busy = 1;
    hub.behaviour.answer = () =>
      busy-- > 0 ? new Response(null, { status: 429, headers: { "retry-after": "1" } }) : undefined;
    const started = performance.now();
    await fetchHubFile(MODEL, options);
    assertGreater(performance.now() - started, 990);
    hub.behaviour.answer = () => new Response(null, { status: 503 });
    hub.seen.length = 0;
    const error = await assertRejects(
      () => fetchHubFile({ ...MODEL, file: "other" }, options),
      Deno.errors.NotConnected,
    );
    assert(error.message.includes("503"), error.message);
    assertEquals(hub.seen.length, 3);
  });
});

Deno.test("fetchHubFile() gives up a server that falls silent and goes on afterwards", async () => {
  await withHub(async (hub, options) => {
    hub.behaviour.delay = 400;
    const work = fetchHubFile(MODEL, { ...options, timeout: 0.1, pauses: [] });
    await assertRejects(() => work, Deno.errors.TimedOut, "0.1 seconds");
    hub.behaviour.delay = 0;
    hub.seen.length = 0;
    assertEquals(await Deno.readFile((await fetchHubFile(MODEL, options)).path), WEIGHTS);
    assertEquals(gets(hub).at(-1)!.range, `bytes=${WEIGHTS.length >> 1}-`);
  });
});

Deno.test("fetchHubFile() leaves a partial file that is gone on with when it is aborted", async () => {
  await withHub(async (hub, options) => {
    hub.behaviour.delay = 200;
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    const work = fetchHubFile(MODEL, { ...options, signal: controller.signal, onProgress });
    await assertRejects(() => work, Error, "enough");
    hub.behaviour.delay = 0;
    hub.seen.length = 0;
    assertEquals(await Deno.readFile((await fetchHubFile(MODEL, options)).path), WEIGHTS);
    const start = Number(/\d+/.exec(gets(hub).at(-1)!.range ?? "")?.[0]);
    assertGreater(start, 0);
  });
});

Deno.test({
  name: "fetchHubFile() leaves nothing under a final name when the disk is full",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await withHub(async (_hub, options, dir) => {
      const blobs = `${dir}/hub/${folder}/blobs`;
      await Deno.mkdir(blobs, { recursive: true });
      await Deno.symlink("/dev/full", `${blobs}/${await gitSha1(CONFIG)}.incomplete`);
      const work = fetchHubFile({ repo: REPO, file: "sub/a config.json" }, options);
      const error = await assertRejects(() => work, Error, "disk");
      assert(error.message.includes("a config.json"), error.message);
      assertEquals(tree(`${dir}/hub`).filter((path) => /blobs|snapshots|refs/.test(path)).length, 1);
    });
  },
});

Deno.test("fetchHubFile() in two processes at once fetches once", async () => {
  await withHub(async (hub, _options, dir) => {
    hub.behaviour.delay = 500;
    const child = new URL("hub_child.ts", import.meta.url).pathname;
    const run = async () => {
      const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "-q", "--no-check", child, MODEL.repo, MODEL.file],
        env: { HF_ENDPOINT: hub.endpoint, HF_HOME: dir, HF_HUB_OFFLINE: "0", HF_HUB_CACHE: "", HF_TOKEN: "hf_secret" },
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      return JSON.parse(new TextDecoder().decode(stdout));
    };
    const [a, b] = await Promise.all([run(), run()]);
    assertEquals([a.fromCache, b.fromCache].toSorted(), [false, true]);
    assertEquals(a.path, `${dir}/hub/${folder}/snapshots/${COMMIT}/model.safetensors`);
    assertEquals(await Deno.readFile(b.path), WEIGHTS);
    assertEquals(hub.seen.filter(({ at, method }) => method === "GET" && at.startsWith("localhost")).length, 1);
    assertEquals(hub.seen[0]!.authorization, "Bearer hf_secret");
  });
});
