import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { loadFaces, paintFaces } from "maskfold";
import { withDir } from "../temporary.ts";
import { lastLine, runTask, startTask } from "./children.ts";

Deno.test("gan trains into a run, and synthesize makes a data set of faces with it", () =>
  withDir(async (dir) => {
    await paintFaces(`${dir}/data`, { people: 6, seed: 3, size: [24, 18] });
    const small = { generator: { width: 2, latent: 4, embedding: 2 }, discriminator: { width: 2 } };
    const flags = ["--resize", "16", "--crop", "16", "--folds", "2", "--batch-size", "8"];
    const networks = Object.entries(small).flatMap(([name, options]) => [`--${name}`, JSON.stringify(options)]);
    const run = `${dir}/run`, given = ["--data", `${dir}/data`, "--out", run, ...flags, ...networks, "--workers", "0"];
    const stdout = await runTask("gan", ...given, "--epochs", "2", "--limit-batches", "2");
    assertMatch(lastLine(stdout), /^losses [\d.-]+ and [\d.-]+, spread [\d.]+ of the real images' after 2 epochs: /);
    for (const name of ["losses.png", "sheets/epoch-0002.png"]) {
      assert((await Deno.readFile(`${run}/${name}`)).length > 500);
    }

    const few = ["--config", "demo", "--epochs", "1", "--batch-size", "16"];
    await runTask("train", "--data", `${dir}/data`, "--out", `${dir}/classifier`, ...flags.slice(0, 6), ...few);
    const again = await runTask(
      "gan",
      ...given,
      "--epochs",
      "2",
      "--limit-batches",
      "2",
      "--classifier",
      `${dir}/classifier`,
    );
    assertMatch(again, /^Fréchet distance +[\d.]+$/m); // of a finished run; too few are held out to say anything of
    assertMatch(again, /^wear female old +\d+ +[01]\.\d{3}$/m);
    for (const name of ["quality.json", "nearest.png"]) assert((await Deno.readFile(`${run}/${name}`)).length > 500);

    const out = `${dir}/made`, wish = ["--class", "wear female old", "--count", "3"];
    const made = await runTask("synthesize", "--run", run, "--out", out, ...wish);
    assertEquals(lastLine(made), `3 images of 1 classes: ${out}`);
    const { samples } = await loadFaces(out);
    assertEquals(samples.map(({ label, attributes }) => [label, attributes.age]), [[5, 60], [5, 60], [5, 60]]);
    const { code, stderr } = await startTask("synthesize", "--run", run, "--out", out).done;
    assertEquals(code, 1);
    assertStringIncludes(stderr, "one of --class, --like-rarest and --counts must be given");
  }));
