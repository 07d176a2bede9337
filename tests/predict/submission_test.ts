import { assertEquals } from "@std/assert";
import { writeSubmission } from "../../src/predict/mod.ts";

const predictions = {
  ids: ["000001", "b,c"],
  classes: ["common", "rare"],
  probabilities: Float32Array.of(0.6, 0.4, 0.9, 0.1),
  labels: Int32Array.of(-1, -1),
};

async function written(options?: Parameters<typeof writeSubmission>[2]): Promise<string> {
  const dir = await Deno.makeTempDir();
  try {
    await writeSubmission(predictions, `${dir}/answer.csv`, options);
    return (await Deno.readTextFile(`${dir}/answer.csv`)).replaceAll("\r\n", "\n").trimEnd();
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("writeSubmission() writes the most probable classes under the contest's names", async () => {
  assertEquals(await written(), `ImageID,ans\n000001,0\n"b,c",0`);
});

Deno.test("writeSubmission() writes what offsets decide for, under names of one's own", async () => {
  const offsets = { classes: predictions.classes, offsets: [0, 1] };
  assertEquals(await written({ offsets, columns: ["id", "class"] }), `id,class\n000001,1\n"b,c",0`);
});
