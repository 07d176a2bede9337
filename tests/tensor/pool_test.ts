import { assert, assertEquals, assertThrows } from "@std/assert";
import { bestInstructions, loadBuild } from "../../src/tensor/wasm/builds.ts";
import { makePool } from "../../src/tensor/wasm/pool.ts";

const SIZE = 100_000;

/** A pool on memory of its own, where array A holds 1, 2, 3, ... */
async function sumOnPool(threads: number) {
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536, shared: true });
  const pool = makePool(await loadBuild(bestInstructions(), true), memory, threads);
  const a = new Float32Array(memory.buffer, 1024, SIZE).map((_, i) => i + 1);
  new Float32Array(memory.buffer, 1024, SIZE).set(a);
  const y = new Float32Array(memory.buffer, 1024 + SIZE * 4, SIZE);
  return { pool, run: () => pool.run("add", [1024, 1024, 1024 + SIZE * 4], SIZE, { grain: 16 }), a, y };
}

Deno.test("makePool() runs every part of the work, with any number of threads, also after close()", async () => {
  for (const threads of [1, 2, 5]) {
    const { pool, run, a, y } = await sumOnPool(threads);
    for (let round = 0; round < 200; round++) {
      y.fill(0);
      assertEquals(run(), 8);
      assert(y.every((value, i) => value === 2 * a[i]!), `round ${round} with ${threads} threads`);
      if (round % 50 === 7) pool.close();
      if (round % 50 === 9) await new Promise((done) => setTimeout(done, 20)); // lets workers go to sleep
    }
    pool.close();
  }
});

Deno.test("makePool() gives small work to one thread as one part", async () => {
  const { pool } = await sumOnPool(2);
  assertEquals(pool.run("add", [1024, 1024, 2048], 10, { grain: 16 }), 1);
  pool.close();
});

Deno.test("a kernel that traps, on whatever thread, is an error of the call, and the pool lives on", async () => {
  const { pool, run, a, y } = await sumOnPool(3);
  run();
  await new Promise((done) => setTimeout(done, 200)); // the workers are there
  for (let i = 0; i < 20; i++) {
    assertThrows(() => pool.run("add", [1024, 2 ** 31, 2 ** 31], 1e6, { grain: 16 }), Error, "add: RuntimeError");
  }
  run();
  assert(y.every((value, i) => value === 2 * a[i]!));
  pool.close();
});

Deno.test("a script that used the pool ends by itself", async () => {
  const engine = new URL("../../src/tensor/mod.ts", import.meta.url),
    tf = new URL("../../src/tensor/tf.ts", import.meta.url);
  const script = `
    import { conv2d, initBackend } from ${JSON.stringify(engine.href)};
    import * as tf from ${JSON.stringify(tf.href)};
    await initBackend({ need: "train", prefer: "wasm", threads: 2 });
    const y = conv2d(tf.ones([2, 32, 32, 8]), tf.ones([3, 3, 8, 8]), { padding: 1 });
    await new Promise((done) => setTimeout(done, 300));
    console.log((await tf.max(y).data())[0]);`;
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/script.ts`, script);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "-A", "--config", config, `${dir}/script.ts`],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
    const { success, stdout, stderr } = await child.output();
    clearTimeout(timer);
    assert(success, new TextDecoder().decode(stderr));
    assertEquals(new TextDecoder().decode(stdout).trim(), "72");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
