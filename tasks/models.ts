/** Lists the networks and their published weights: `deno task models`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { table } from "./setup.ts";

await runTask({
  name: "models",
  summary: "Lists the networks, and published weights to start from.",
  options: z.strictObject({
    name: z.string().optional().describe(
      "Tell all of this network: its weights, how they want images, and their licences.",
    ),
    json: z.boolean().default(false).describe("Print JSON."),
  }),
}, ({ name, json }) => {
  const networks = Object.entries(mf.ARCHITECTURES).filter(([key]) => name === undefined || key === name);
  if (networks.length === 0) {
    throw new RangeError(
      `Cannot tell of "${name}" as the name must be one of ${Object.keys(mf.ARCHITECTURES).join(", ")}`,
    );
  }
  if (json) {
    console.log(JSON.stringify(Object.fromEntries(networks.map(([key, { about }]) => [key, about])), null, 2));
    return Promise.resolve();
  }
  if (name !== undefined) describe(name, networks[0]![1].about);
  else {
    console.log(table(networks.map(([key, { about: { parameters, gmacs, size, weights: [first] } }]) => ({
      network: key,
      "parameters, M": Number((parameters / 1e6).toFixed(2)),
      "GMACs": Number(gmacs.toFixed(3)),
      size,
      "weights (first of several)": first?.hub ?? "-",
      "ImageNet top 1, %": first?.top1?.toFixed(1) ?? "-",
      licence: first?.licence ?? "-",
    }))));
    console.log(`${networks.length} networks; --name NAME tells all weights of one`);
  }
  return Promise.resolve();
});

/** Everything that is known of a network. */
function describe(name: string, { paper, parameters, gmacs, size, weights }: mf.Description): void {
  console.log(`${name}: ${parameters} parameters, ${gmacs} GMACs at ${size} x ${size}, ${paper}`);
  for (const { hub, size: side, crop, interpolation, mean, std, top1, source, licence } of weights) {
    const accuracy = top1 === undefined ? "" : `, top 1 ${top1} % (${source})`;
    const input = mean && std ? `, mean [${mean}], deviation [${std}]` : "";
    console.log(`  ${hub}: ${side} x ${side}, crop ${crop}, ${interpolation}${input}, ${licence}${accuracy}`);
  }
}
