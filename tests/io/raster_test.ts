import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { withDir } from "../temporary.ts";

const raster = new URL("../../src/io/raster.ts", import.meta.url).href;

/** Digests of pictures of the letters, drawn in a child process with an environment of its own. */
async function drawIn(env: Record<string, string>, letters: string[], family = "sans-serif"): Promise<string[]> {
  const code = `
    import { rasterize } from ${JSON.stringify(raster)};
    for (const letter of ${JSON.stringify(letters)}) {
      const png = await rasterize(\`<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40">
        <text x="5" y="30" font-size="30" font-family="${family}">\${letter}</text></svg>\`);
      console.log(new Uint8Array(await crypto.subtle.digest("SHA-256", png)).toHex());
    }`;
  const { code: status, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "-q", code],
    env,
  }).output();
  assertEquals(status, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().split("\n");
}

Deno.test("rasterize() draws the same letters on a machine with no fonts", () =>
  withDir(async (dir) => {
    await Deno.mkdir(`${dir}/empty`);
    await Deno.writeTextFile(
      `${dir}/none.conf`,
      `<?xml version="1.0"?><fontconfig><dir>${dir}/empty</dir><cachedir>${dir}/c</cachedir></fontconfig>`,
    );
    const bare = { FONTCONFIG_FILE: `${dir}/none.conf`, XDG_CACHE_HOME: `${dir}/cache` };
    const letters = ["A", "g", "µ", "–"];
    const [without, withFonts] = await Promise.all([drawIn(bare, letters), drawIn({}, letters)]);
    assertEquals(new Set(without).size, letters.length); // boxes would all be alike
    assertEquals(without, withFonts);
    const [mono] = await drawIn(bare, ["A"], "monospace");
    assertNotEquals(mono, without[0]);
  }));

Deno.test("rasterize() works where the cache folder cannot be written", () =>
  withDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/file`, "");
    assertEquals((await drawIn({ XDG_CACHE_HOME: `${dir}/file`, TMPDIR: dir }, ["A", "B"])).length, 2);
    const left = (await Array.fromAsync(Deno.readDir(dir))).map((entry) => entry.name);
    assert(left.some((name) => name.startsWith("maskfold-fonts-")), `${left}`);
  }));

Deno.test("rasterize() obeys scale, format and colors", async () => {
  const { rasterize } = await import("../../src/io/raster.ts");
  const { default: sharp } = await import("sharp");
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="15" height="20" fill="#c00"/></svg>`;
  for (
    const [options, format, width] of [[{}, "png", 30], [{ scale: 2 }, "png", 60], [
      { format: "jpeg" },
      "jpeg",
      30,
    ]] as const
  ) {
    const found = await sharp(await rasterize(svg, options)).metadata();
    assertEquals([found.format, found.width, found.hasAlpha], [format, width, false]);
  }
  const { data } = await sharp(await rasterize(svg, { colors: 4 })).removeAlpha().raw().toBuffer({
    resolveWithObject: true,
  });
  assertEquals([...data.subarray(0, 3), ...data.subarray(87, 90)], [204, 0, 0, 255, 255, 255]);
});
