import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as mf from "../../mod.ts";
import { describeOption, findOption, type Option, optionsOf } from "../../tasks/choices.ts";
import { startTask } from "./children.ts";

const OPTIONS = optionsOf(mf.configJsonSchema());

/** Every option and choice, with the way to it. */
function walk(options: readonly Option[], way: string): (readonly [way: string, help: string])[] {
  return options.flatMap((option) => {
    const here = `${way}${option.name}`;
    return [
      [here, option.help] as const,
      ...option.choices.flatMap((choice) => [
        [`${here}=${choice.name}`, choice.help] as const,
        ...walk(choice.options, `${here}=${choice.name}.`),
      ]),
      ...walk(option.members, `${here}.`),
    ];
  });
}

Deno.test("a configuration's JSON Schema has a sentence for every option and every choice", () => {
  const all = walk(OPTIONS, "");
  assert(all.length > 300, `${all.length} options and choices`);
  assertEquals(all.filter(([, help]) => !/^[A-Z].*[^\s]$/s.test(help)).map(([way]) => way), []);
});

Deno.test("a GAN's configuration has a sentence for every option and every choice too", () => {
  const all = walk(optionsOf(mf.ganConfigJsonSchema()), "");
  assert(all.length > 60, `${all.length} options and choices`);
  assertEquals(all.filter(([, help]) => !/^[A-Z].*[^\s]$/s.test(help)).map(([way]) => way), []);
});

Deno.test("train --help lists every choice with its sentence", async () => {
  const { code, stdout } = await startTask("train", "--help").done;
  assertEquals(code, 0);
  const choices = OPTIONS.flatMap(({ choices }) => choices);
  assert(choices.length > 60);
  for (const { name, help } of choices) {
    assert(stdout.split("\n").some((line) => line.trim().startsWith(name) && line.endsWith(help)), name);
  }
  for (const { name, help } of OPTIONS) assertStringIncludes(stdout, help, name);
});

Deno.test("train --help loss tells all options of each loss, with bounds and defaults", async () => {
  const { code, stdout } = await startTask("train", "--help", "loss").done;
  assertEquals(code, 0);
  for (const option of findOption(OPTIONS, "loss")!.choices.flatMap(({ options }) => options)) {
    assertStringIncludes(stdout, option.help);
  }
  assertStringIncludes(stdout, "Focusing strength: at 0 this is cross entropy. (at least 0; default 2)");
});

Deno.test("--help finds an option within a choice, and says which there is not", async () => {
  assertStringIncludes(describeOption(findOption(OPTIONS, "head")!), "Cosines to each class's direction");
  const { stdout } = await startTask("train", "--help", "lose").done;
  assertStringIncludes(stdout, "There is no option lose");
});

Deno.test("describeOption() says once what all choices take", () => {
  const text = describeOption(findOption(OPTIONS, "model")!);
  assertEquals(text.split("zeroInitLast").length, 2);
  assertStringIncludes(text, "Each of them takes");
});
