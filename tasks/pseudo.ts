/**
 * Flags of pseudo-labels: confident predictions of the eval part, trained on in every fold and validated on in none.
 *
 * @module
 */
import * as mf from "maskfold";
import { z } from "./flags.ts";
import { whole } from "./setup.ts";

/** Which pseudo-labels are trained on. */
export const pseudoFlags = {
  pseudo: z.string().optional().describe(
    "Pseudo-labels: a .parquet file of predictions of the eval part (faces layout), such as an ensemble's.",
  ),
  pseudoThreshold: z.coerce.number().min(0).max(1).default(0.9).describe(
    "Least probability of a pseudo-label's class.",
  ),
  pseudoPerClass: whole().min(0).optional().describe(
    "Pseudo-labels of a class at most, the most probable first (default: all).",
  ),
  pseudoSoft: z.boolean().default(false).describe(
    "Train pseudo-labelled images with all classes' probabilities, not with the likeliest class.",
  ),
};

/** The pseudo-labels that the flags ask for, if any; prints how many there are. */
export async function readPseudo(
  { pseudo, pseudoThreshold, pseudoPerClass, pseudoSoft, data, layout, lenient }:
    & z.output<
      z.ZodObject<typeof pseudoFlags>
    >
    & { readonly data: string; readonly layout: string; readonly lenient: boolean },
): Promise<mf.AddPseudoLabelsOptions | undefined> {
  if (pseudo === undefined) return undefined;
  if (layout !== "faces") {
    throw new TypeError(`Cannot use --pseudo as the layout must be faces, which has an eval part: it is ${layout}`);
  }
  const pool = await mf.loadFaces(data, { part: "eval", mode: lenient ? "lenient" : "strict" });
  const predictions = await mf.loadPredictions(pseudo);
  const rows = mf.pseudoLabels(predictions, { threshold: pseudoThreshold, quota: pseudoPerClass, soft: pseudoSoft });
  const classes = new Set(rows.map(({ label }) => label)).size;
  console.log(
    `${rows.length} ${
      pseudoSoft ? "soft" : "hard"
    } pseudo-labels of ${classes} classes, of ${predictions.ids.length} ` +
      `predictions: ${pseudo}`,
  );
  return { pool, rows };
}
