import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  cacheDirOf,
  endpointOf,
  type EnvironmentVariables,
  homeDir,
  isOffline,
  secondsOf,
  tokenFor,
} from "../../src/io/hub_settings.ts";
import { withDir, write } from "./fixtures.ts";

const HUB = new URL("https://hub.example/path");

Deno.test("cacheDirOf() goes by the caller, HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME and the home folder, in this order", () => {
  const env: Record<string, string> = { HOME: "/u/me" };
  const dirs = [cacheDirOf({}, env)];
  for (
    const [name, value] of [
      ["XDG_CACHE_HOME", "/xdg"],
      ["HF_HOME", "/hf"],
      ["HUGGINGFACE_HUB_CACHE", "/old"],
      ["HF_HUB_CACHE", "/cache"],
    ] as const
  ) {
    env[name] = value;
    dirs.push(cacheDirOf({}, env));
  }
  dirs.push(cacheDirOf({ cacheDir: "/mine" }, env));
  assertEquals(dirs, ["/u/me/.cache/huggingface/hub", "/xdg/huggingface/hub", "/hf/hub", "/old", "/cache", "/mine"]);
});

Deno.test("homeDir() fills in ~ and variables, takes empty ones for unset, and says what is missing", () => {
  assertEquals(homeDir({ HF_HOME: "~/a/${USER}/$B/~", HOME: "/u", USER: "me" }), "/u/a/me/$B/~");
  assertEquals(homeDir({ HF_HOME: "", XDG_CACHE_HOME: "$HOME/c", HOME: "/u" }), "/u/c/huggingface");
  assertEquals(homeDir({ USERPROFILE: "/profile" }), "/profile/.cache/huggingface");
  assertThrows(() => homeDir({}), TypeError, "HF_HOME or HOME");
});

Deno.test("endpointOf() goes by the caller, HF_ENDPOINT and the public hub, and refuses what is no address", () => {
  assertEquals(endpointOf({}, {}).href, "https://huggingface.co/");
  assertEquals(endpointOf({}, { HF_ENDPOINT: "http://hub.example/hf//" }).href, "http://hub.example/hf");
  assertEquals(endpointOf({ endpoint: "https://a.example" }, { HF_ENDPOINT: "http://b.example" }).host, "a.example");
  for (const endpoint of ["", "a.example", "ftp://a.example", "https://me:secret@a.example", "https://a.example/?x"]) {
    const error = assertThrows(() => endpointOf({ endpoint }, {}), TypeError, "HF_ENDPOINT");
    assertEquals(error.message.includes("secret"), false);
  }
});

Deno.test("tokenFor() goes by the caller, HF_TOKEN and the token's file", async () => {
  await withDir(async (dir) => {
    await write(`${dir}/token`, "hf_file\n");
    await write(`${dir}/other`, "  hf_other ");
    const value = async (env: EnvironmentVariables, token?: string | false) =>
      (await tokenFor(HUB, { token }, env))?.value;
    const env = { HF_HOME: dir };
    assertEquals(await value(env), "hf_file");
    assertEquals(await value({ ...env, HF_TOKEN_PATH: `${dir}/other` }), "hf_other");
    assertEquals(await value({ ...env, HUGGING_FACE_HUB_TOKEN: "hf_old" }), "hf_old");
    assertEquals(await value({ ...env, HF_TOKEN: "hf_env\n", HUGGING_FACE_HUB_TOKEN: "hf_old" }), "hf_env");
    assertEquals(await value({ ...env, HF_TOKEN: "hf_env", HF_HUB_DISABLE_IMPLICIT_TOKEN: "1" }), undefined);
    assertEquals(await value({ ...env, HF_TOKEN: "hf_env" }, "hf_mine"), "hf_mine");
    assertEquals(await value({ ...env, HF_TOKEN: "hf_env" }, false), undefined);
    assertEquals(await value({ HF_HOME: `${dir}/nowhere` }), undefined);
    assertEquals((await tokenFor(HUB, { token: "hf_mine" }, {}))?.origin, "https://hub.example");
  });
});

Deno.test("tokenFor() refuses what could not be a header, without showing it", async () => {
  const error = await assertRejects(() => tokenFor(HUB, { token: "hf_a\r\nX: b" }, {}), TypeError, "HF_TOKEN");
  assertEquals(error.message.includes("hf_a"), false);
});

Deno.test("isOffline() takes 1, on, yes and true for on, whatever the case", () => {
  for (const value of ["1", "ON", "yes", "True"]) assertEquals(isOffline({}, { HF_HUB_OFFLINE: value }), true, value);
  for (const value of ["", "0", "off", "2"]) assertEquals(isOffline({}, { HF_HUB_OFFLINE: value }), false, value);
  assertEquals(isOffline({ offline: false }, { HF_HUB_OFFLINE: "1" }), false);
  assertEquals(isOffline({}, { TRANSFORMERS_OFFLINE: "1" }), true);
});

Deno.test("secondsOf() reads a variable, and refuses what is no time", () => {
  assertEquals([secondsOf("A", {}), secondsOf("A", { A: "2.5" })], [undefined, 2.5]);
  for (const A of ["x", "-1", "0"]) assertThrows(() => secondsOf("A", { A }), RangeError, "seconds above 0");
});
