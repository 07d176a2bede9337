import { assert, assertEquals, assertRejects } from "@std/assert";
import { fetchHubFile, type HubOptions } from "../../src/io/hub.ts";
import { exists } from "../../src/io/files.ts";
import { withDir } from "./fixtures.ts";
import { COMMIT, type Hub, noise, REPO, startHub } from "./hub_server.ts";

const MODEL = { repo: REPO, file: "model.safetensors" };
const FILES = { "model.safetensors": noise(3001) };
const folder = "models--timm--tiny.test_in1k";

async function withHub(run: (hub: Hub, options: HubOptions, dir: string) => Promise<void>) {
  await withDir(async (dir) => {
    await using hub = startHub(FILES);
    await run(hub, { endpoint: hub.endpoint, cacheDir: `${dir}/hub`, env: {}, token: false, pauses: [] }, dir);
  });
}

type Refusal = [name: string, spec: object, token: string | false, kind: new () => Error, ...parts: string[]];

const { NotFound, PermissionDenied, InvalidData, NotConnected } = Deno.errors;

const REFUSALS: Refusal[] = [
  ["repository", { repo: "no/body" }, "hf_x", NotFound, "404", "no/body", "name", "was sent"],
  [
    "repository when no token is sent",
    { repo: "no/body" },
    false,
    NotFound,
    "401",
    "RepoNotFound",
    "HF_TOKEN must be set",
  ],
  ["revision", { revision: "v9" }, false, NotFound, `"v9"`, "revision", "RevisionNotFound"],
  ["file", { file: "nothing.json" }, false, NotFound, `"nothing.json"`, "EntryNotFound", REPO],
];

for (const [name, change, token, kind, ...parts] of REFUSALS) {
  Deno.test(`fetchHubFile() names the ${name} that is not there`, async () => {
    await withHub(async (_hub, options) => {
      const work = fetchHubFile({ ...MODEL, ...change }, { ...options, token });
      const { message } = await assertRejects(() => work, kind);
      for (const part of parts) assert(message.includes(part), `${part} is not in ${message}`);
      assert(!message.includes("hf_x"));
    });
  });
}

for (
  const [status, code, ...parts] of [[403, "GatedRepo", "ask for access on", "HF_TOKEN"], [
    401,
    "",
    "HF_TOKEN",
  ]] as const
) {
  Deno.test(`fetchHubFile() says what to do about a repository that is closed with ${status}`, async () => {
    await withHub(async (hub, options) => {
      const headers: HeadersInit = code ? { "x-error-code": code } : {};
      hub.behaviour.answer = () => new Response(null, { status, headers });
      const { message } = await assertRejects(() => fetchHubFile(MODEL, options), PermissionDenied);
      for (const part of [...parts, REPO, MODEL.file, `${status}`]) {
        assert(message.includes(part), `${part}: ${message}`);
      }
    });
  });
}

Deno.test("fetchHubFile() notes that a commit has no such file, and says so offline", async () => {
  await withHub(async (_hub, options, dir) => {
    await fetchHubFile(MODEL, options);
    const spec = { repo: REPO, file: "sub/no.json" };
    await assertRejects(() => fetchHubFile(spec, options), NotFound);
    assertEquals((await Deno.stat(`${dir}/hub/${folder}/.no_exist/${COMMIT}/sub/no.json`)).size, 0);
    await assertRejects(() => fetchHubFile(spec, { ...options, offline: true }), NotFound, "has no such file");
  });
});

Deno.test("fetchHubFile() offline asks nobody: it finds what is there and says what is not", async () => {
  await withHub(async (hub, options, dir) => {
    const offline = { ...options, offline: true };
    const work = fetchHubFile(MODEL, offline);
    const { message } = await assertRejects(() => work, NotFound, "offline (HF_HUB_OFFLINE)");
    for (const part of [REPO, MODEL.file, `${dir}/hub/${folder}`]) assert(message.includes(part), message);
    assert(!await exists(`${dir}/hub`));
    const { path } = await fetchHubFile(MODEL, options);
    hub.seen.length = 0;
    assertEquals(await fetchHubFile(MODEL, offline), { path, commit: COMMIT, fromCache: true, reason: "offline" });
    const variable = { ...options, env: { HF_HUB_OFFLINE: "yes" } };
    assertEquals((await fetchHubFile(MODEL, variable)).reason, "offline");
    assertEquals(hub.seen, []);
  });
});

Deno.test("fetchHubFile() takes what is there and says why when the hub is out of reach", async () => {
  await withDir(async (dir) => {
    const options: HubOptions = { cacheDir: dir, env: {}, token: false, pauses: [0.01] };
    let path: string, endpoint: string;
    {
      await using hub = startHub(FILES);
      endpoint = hub.endpoint;
      path = (await fetchHubFile(MODEL, { ...options, endpoint })).path;
      hub.behaviour.answer = () => new Response(null, { status: 502 });
      const busy = await fetchHubFile(MODEL, { ...options, endpoint });
      assertEquals([busy.path, busy.fromCache], [path, true]);
      assert(busy.reason!.includes("502"), busy.reason);
    }
    const refused = await fetchHubFile(MODEL, { ...options, endpoint });
    assertEquals([refused.path, refused.fromCache], [path, true]);
    assert(refused.reason!.startsWith("out of reach: Cannot reach http://127.0.0.1"), refused.reason);
    const work = fetchHubFile({ ...MODEL, file: "other" }, { ...options, endpoint });
    const { message } = await assertRejects(() => work, NotConnected, `"other"`);
    assert(message.includes(`${dir}/${folder}`), message);
    const unknown = { ...options, endpoint: "http://hub.invalid" };
    assert((await fetchHubFile(MODEL, unknown)).reason!.includes("http://hub.invalid"));
  });
});

Deno.test("fetchHubFile() does not take what is there when the hub refuses", async () => {
  await withHub(async (hub, options) => {
    await fetchHubFile(MODEL, options);
    hub.behaviour.answer = () => new Response(null, { status: 403, headers: { "x-error-code": "GatedRepo" } });
    await assertRejects(() => fetchHubFile(MODEL, options), PermissionDenied);
  });
});

for (const etag of ['"../../../../evil"', '"a/b"', '"a\\b"', '""', '"."', `"${"a".repeat(200)}"`, '"x.incomplete"']) {
  Deno.test(`fetchHubFile() refuses the ETag ${etag.slice(0, 20)} as a file's name`, async () => {
    await withHub(async (hub, options, dir) => {
      hub.behaviour.etags[MODEL.file] = etag;
      await assertRejects(() => fetchHubFile(MODEL, options), InvalidData, "ETag");
      assert(!await exists(`${dir}/hub`));
    });
  });
}

for (const commit of ["../../evil", "main", COMMIT.toUpperCase(), ""]) {
  Deno.test(`fetchHubFile() refuses the commit ${JSON.stringify(commit)}`, async () => {
    await withHub(async (hub, options, dir) => {
      hub.behaviour.commit = commit;
      await assertRejects(() => fetchHubFile(MODEL, options), InvalidData, "X-Repo-Commit");
      assert(!await exists(`${dir}/hub`));
    });
  });
}

Deno.test("fetchHubFile() refuses a hub that has another commit than the one asked for", async () => {
  await withHub(async (hub, options) => {
    const other = "a".repeat(40);
    hub.behaviour.answer = () => new Response(null, { headers: { "x-repo-commit": COMMIT, etag: '"a"' } });
    await assertRejects(() => fetchHubFile({ ...MODEL, revision: other }, options), InvalidData, other);
  });
});

Deno.test("fetchHubFile() refuses names that lead out of the cache before it asks anybody", async () => {
  await withHub(async (hub, options, dir) => {
    const bad = ["../x", "a/../../x", "/etc/passwd", "a//b", "a/", "a\\b", "C:/x", "a\0b", "a\nb", ".", ""];
    for (const file of bad) {
      await assertRejects(() => fetchHubFile({ ...MODEL, file }, options), TypeError, "file must");
    }
    for (const revision of [...bad, "a..b", "a b", ".a", "a/.b", "a.lock", "a~1", "a@{1}"]) {
      await assertRejects(() => fetchHubFile({ ...MODEL, revision }, options), TypeError, "revision must");
    }
    for (const repo of [...bad, "a/b/c", "a--b", "a..b", "-a", "a-/b", "a/b.git", "a b", "é", "a/".repeat(60)]) {
      await assertRejects(() => fetchHubFile({ ...MODEL, repo }, options), TypeError, "repo must");
    }
    const { message } = await assertRejects(() => fetchHubFile({ repo: "a--b", file: "../x" }, options), TypeError);
    assert(message.includes("repo must") && message.includes("file must"), message);
    assertEquals([hub.seen.length, await exists(`${dir}/hub`)], [0, false]);
  });
});
