/**
 * The contest's part without labels: `eval/info.csv`, which lists the images of `eval/images/` by ImageID.
 *
 * @module
 */
import { join } from "node:path";
import { type Fault, type Schema, UNKNOWN_LABEL } from "../core/mod.ts";
import { statIfThere } from "./files.ts";
import { levelNames } from "./labels.ts";
import { listFiles } from "./listing.ts";
import { type Candidate, type Finding, readRows } from "./validate.ts";

const TABLE = "eval/info.csv";
const IMAGES = "eval/images";

/**
 * Reads the eval part.
 *
 * @param root The data set's folder.
 * @param schema What the class numbers mean.
 * @param answers A CSV file of ImageID and ans, the class number.
 * @returns Samples in the order of the table, which is that of a submission; attributes are levels' names where the answer
 * is known, else there are none.
 */
export async function readFaceEval(root: string, schema: Schema, answers: string | undefined): Promise<Finding> {
  const { rows, faults } = await readRows(join(root, TABLE), TABLE, ["ImageID"]);
  const candidates: Candidate[] = [];
  const found = [...faults];
  if (!(await statIfThere(join(root, IMAGES)))?.isDirectory) {
    found.push({ kind: "missing-folder", message: `The folder "${IMAGES}" is not there.`, path: IMAGES });
    return { root, schema, candidates, faults: found };
  }
  const known = answers === undefined ? undefined : await readAnswers(answers, schema);
  found.push(...known?.faults ?? []);
  const lines = new Map<string, number>();
  for (const { row, values } of rows) {
    const id = values["ImageID"]!;
    const path = `${IMAGES}/${id}`;
    const first = lines.get(id);
    if (first !== undefined) {
      const message = `Row ${row} of ${TABLE} has the ImageID "${id}", which row ${first} has already.`;
      found.push({ kind: "duplicate-id", message, path, row, id });
      continue;
    }
    lines.set(id, row);
    const label = known?.labels.get(id) ?? UNKNOWN_LABEL;
    if (known && !known.rows.has(id)) {
      const message = `Row ${row} of ${TABLE} has the ImageID "${id}", which has no row in "${answers}".`;
      found.push({ kind: "disagreement", message, path, row, id });
    }
    const sample = { id, path, group: id, label, attributes: levelNames(schema, label) };
    candidates.push({ sample, source: { table: TABLE, row } });
  }
  for (const name of rows.length > 0 ? await listFiles(join(root, IMAGES)) : []) {
    const path = `${IMAGES}/${name}`;
    if (lines.has(name)) continue;
    found.push({ kind: "disagreement", message: `The file "${path}" has no row in ${TABLE}.`, path, id: name });
  }
  return { root, schema, candidates, faults: found };
}

async function readAnswers(
  path: string,
  { classes }: Schema,
): Promise<{ labels: Map<string, number>; rows: Set<string>; faults: Fault[] }> {
  const { rows, faults } = await readRows(path, path, ["ImageID", "ans"]);
  const found = [...faults];
  const labels = new Map<string, number>();
  const seen = new Set<string>();
  for (const { row, values } of rows) {
    const [id, answer] = [values["ImageID"]!, values["ans"]!];
    const place = { path, row, id };
    if (seen.has(id)) {
      const message = `Row ${row} of "${path}" has the ImageID "${id}", which an earlier row has already.`;
      found.push({ kind: "duplicate-id", message, ...place });
    } else if (/^\d+$/.test(answer) && Number(answer) < classes.length) {
      labels.set(id, Number(answer));
    } else {
      const rule = `where a class number from 0 to ${classes.length - 1} is expected`;
      found.push({
        kind: "unknown-value",
        message: `Row ${row} of "${path}" has the ans "${answer}" ${rule}.`,
        ...place,
      });
    }
    seen.add(id);
  }
  return { labels, rows: seen, faults: found };
}
