/**
 * One kind of fault: where it was found, what it looks like, and what would correct it; and its files.
 *
 * @module
 */
import { join } from "node:path";
import { type DataFrame, writeCsvFrame } from "../frame/mod.ts";
import { ensureDir, exists } from "../io/files.ts";
import { type LabelCorrection, writeLabelPatch } from "../io/label_patches.ts";
import type { ReportPicture } from "./html_report.ts";

/** The kinds of faults, by the names of their files. */
export type FindingName = "faults" | "conflicts" | "duplicates" | "same_people" | "label_errors";

/** One kind of fault, and where it was found. */
export interface Finding {
  /** What files of it are called. */
  readonly name: FindingName;
  /** What was sought. */
  readonly title: string;
  /** How it was sought, and what the rows say. */
  readonly text: string;
  /** A row a fault, the gravest first; no rows is the good case. */
  readonly rows: DataFrame;
  /** Corrections of labels that follow, for a person to check; none where nothing can be corrected by a label. */
  readonly corrections: readonly LabelCorrection[];
  /** Contact sheets of the first rows. */
  readonly pictures: readonly ReportPicture[];
}

/** What the rows of each kind are. */
const ROWS: Readonly<Record<FindingName, string>> = {
  faults: "faults of files and tables",
  conflicts: "conflicts",
  duplicates: "pairs of copies",
  same_people: "pairs of persons who may be one",
  label_errors: "labels contradicted by predictions",
};

/**
 * What was found, in a line: "2 faults of files and tables, 0 conflicts, ...".
 *
 * @example
 * ```ts
 * import { describeFindings, makeFrame } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = await makeFrame({ a: ["1"], b: ["2"] });
 * const finding = { name: "duplicates", title: "", text: "", rows, corrections: [], pictures: [] } as const;
 * assertEquals(describeFindings([finding]), "1 pairs of copies");
 * ```
 *
 * @param findings What `findFaults` gave.
 */
export function describeFindings(findings: readonly Finding[]): string {
  return findings.map(({ name, rows }) => `${rows.height.toLocaleString("en")} ${ROWS[name]}`).join(", ");
}

/**
 * Writes what was found: the rows of each kind as `<name>.csv`, those without a row too, and the corrections drafted of it as
 * `<name>.patch.csv`, which `readLabelPatch` reads. An older draft of which nothing is left is emptied.
 *
 * @param findings What `findFaults` gave.
 * @param dir The folder; made if it is missing.
 * @returns The paths of the drafts that hold corrections.
 */
export async function writeFindings(findings: readonly Finding[], dir: string): Promise<string[]> {
  await ensureDir(dir);
  const drafts: string[] = [];
  for (const { name, rows, corrections } of findings) {
    await writeCsvFrame(rows, join(dir, `${name}.csv`));
    const draft = join(dir, `${name}.patch.csv`);
    if (corrections.length > 0 || await exists(draft)) await writeLabelPatch(draft, corrections);
    if (corrections.length > 0) drafts.push(draft);
  }
  return drafts;
}
