import { assert, assertEquals, assertRejects } from "@std/assert";
import { createModel, findWeights, saveWeights } from "../../src/models/mod.ts";
import { modelTensors } from "../../src/models/weights.ts";

/** Runs a test with a folder, weights in it, and a server that is a hub with them; the environment points to both. */
function hubTest(name: string, run: (place: { dir: string; url: string; asked: string[] }) => Promise<void>): void {
  Deno.test(name, async () => {
    const dir = await Deno.makeTempDir(), asked: string[] = [];
    const before = Object.fromEntries(["HF_HOME", "HF_ENDPOINT"].map((key) => [key, Deno.env.get(key)]));
    const source = await createModel({ name: "efficientnet_nano" }, { classes: 7, seed: 5 });
    await saveWeights(source, `${dir}/source.safetensors`);
    source.dispose();
    const weights = await Deno.readFile(`${dir}/source.safetensors`);
    const config = new TextEncoder().encode(JSON.stringify({
      architecture: "efficientnet_nano",
      pretrained_cfg: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.25, 0.5], interpolation: "bicubic" },
    }));
    const files: Readonly<Record<string, Uint8Array>> = {
      "/me/nano.v1/resolve/main/model.safetensors": weights,
      "/me/nano.v1/resolve/main/config.json": config,
      "/me/bare/resolve/main/model.safetensors": weights,
      "/w/plain.safetensors": weights,
    };
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
      const { pathname } = new URL(request.url);
      asked.push(`${request.method} ${pathname}`);
      const found = files[pathname.replace(/resolve\/[0-9a-f]{40}/, "resolve/main")];
      if (!found) return new Response(null, { status: 404, headers: { "x-error-code": "EntryNotFound" } });
      const headers = {
        "etag": `"${pathname.length}"`,
        "x-repo-commit": "a".repeat(40),
        "content-length": `${found.length}`,
      };
      return new Response(request.method === "HEAD" ? null : new Uint8Array(found), { headers });
    });
    const url = `http://127.0.0.1:${server.addr.port}`;
    Deno.env.set("HF_HOME", `${dir}/cache`);
    Deno.env.set("HF_ENDPOINT", url);
    try {
      await run({ dir, url, asked });
    } finally {
      await server.shutdown();
      for (const [key, value] of Object.entries(before)) {
        value === undefined ? Deno.env.delete(key) : Deno.env.set(key, value);
      }
      await Deno.remove(dir, { recursive: true });
    }
  });
}

const stem = async (where: string) => {
  const model = await createModel({ name: "efficientnet_nano", weights: where }, { classes: 3, seed: 1 });
  const { data } = (await modelTensors(model))["conv_stem.weight"]!;
  const { input } = model;
  model.dispose();
  return { data, input };
};

hubTest("createModel() starts from a file, an address and a hub name alike", async ({ dir, url }) => {
  const file = await stem(`${dir}/source.safetensors`);
  assertEquals((await stem(`${url}/w/plain.safetensors`)).data, file.data);
  assertEquals((await stem("me/nano.v1")).data, file.data);
  assertEquals((await stem("hf-hub:me/nano.v1@main")).data, file.data);
});

hubTest("createModel() prepares images as the weights on the hub want them", async () => {
  const { input } = await stem("me/nano.v1");
  assertEquals([input.mean, input.std, input.interpolation], [[0.5, 0.5, 0.5], [0.5, 0.25, 0.5], "bicubic"]);
  assertEquals(input.size, [64, 64]);
});

hubTest("findWeights() does without a config, and takes what the file itself says", async () => {
  const { input, notes } = await findWeights("me/bare");
  assertEquals([input?.mean, notes], [[0.485, 0.456, 0.406], []]);
});

hubTest("findWeights() asks for a file once, and then only whether it is the same", async ({ asked }) => {
  await findWeights("me/nano.v1");
  const gets = () => asked.filter((line) => line.startsWith("GET")).length;
  const first = gets();
  assert(first >= 1);
  await findWeights("me/nano.v1");
  assertEquals(gets(), first);
});

hubTest("findWeights() says where it looked when there is nothing", async ({ dir, url }) => {
  await assertRejects(() => findWeights(`${dir}/none.safetensors`), Deno.errors.NotFound, "none.safetensors");
  await assertRejects(() => findWeights("nonsense"), Deno.errors.NotFound, '"nonsense"');
  await assertRejects(() => findWeights("me/nobody"), Deno.errors.NotFound, "me/nobody");
  await assertRejects(() => findWeights(`${url}/w/none.safetensors`), Deno.errors.NotFound, "none.safetensors");
});
