/** The shape of a notebook's outputs: of what kinds they are, and how many, whatever stands in them. @module */

/** The part of a cell that is looked at; https://nbformat.readthedocs.io/en/latest/format_description.html */
export interface Cell {
  /** "code" or "markdown". */
  readonly cell_type: string;
  /** Its tags: "picture" has a picture, "live" shows how work goes on, which differs where some was done before. */
  readonly metadata: { readonly tags?: readonly string[] };
  /** Its text. */
  readonly source: string | readonly string[];
  /** What it gave, if it is of code. */
  readonly outputs?: readonly Output[];
}

/** One output of a cell. */
export interface Output {
  /** "stream", "display_data", "execute_result" or "error". */
  readonly output_type: string;
  /** A stream's name. */
  readonly name?: string;
  /** Forms by media type. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** An error's name. */
  readonly ename?: string;
  /** An error's message. */
  readonly evalue?: string;
}

/**
 * The kinds of a cell's outputs, in order. What is written to one stream in several pieces is one output.
 *
 * @param cell The cell.
 * @returns For each output its type, and a stream's name or the media types of its forms.
 */
export function shapeOf({ outputs = [] }: Cell): string[] {
  const kinds = outputs.map(({ output_type, name, data = {} }) =>
    [output_type, name, ...Object.keys(data).sort()].filter(Boolean).join(" ")
  );
  return kinds.filter((kind, i) => !(kind.startsWith("stream") && kind === kinds[i - 1]));
}

/** Whether a cell has a picture. */
export function hasPicture({ outputs = [] }: Cell): boolean {
  return outputs.some(({ data = {} }) => "image/png" in data || "image/svg+xml" in data);
}

/**
 * Whether all that cells lack is text at the end of a cell. Deno's kernel reads what a program prints from a pipe, beside
 * its answers, and can say that a cell has ended before the text is on its way, which then is lost: another run tells.
 *
 * @param after The cells as they are after running.
 * @param before The same cells as they are stored.
 * @returns Whether each cell has the stored kinds of outputs, or those but for a last stream, and one has not all.
 */
export function lacksLastText(after: readonly Cell[], before: readonly Cell[]): boolean {
  const faulty = after.flatMap((cell, i) => faultsIn([cell], [before[i]!]).length > 0 ? [i] : []);
  return faulty.length > 0 && faulty.every((i) => {
    const stored = shapeOf(before[i]!);
    return stored.at(-1)?.startsWith("stream") && shapeOf(after[i]!).join("; ") === stored.slice(0, -1).join("; ");
  });
}

/**
 * What is wrong with cells that were run: errors, pictures that their tags call for and that are missing, and outputs of
 * other kinds than the stored ones.
 *
 * @param after The cells as they are after running.
 * @param before The same cells as they are stored; without them shapes are not compared.
 * @returns A sentence a fault.
 */
export function faultsIn(after: readonly Cell[], before?: readonly Cell[]): string[] {
  return after.flatMap((cell, i) => {
    const errors = (cell.outputs ?? []).filter(({ output_type }) => output_type === "error");
    const tags = cell.metadata.tags ?? [];
    const [found, stored] = [shapeOf(cell), before && !tags.includes("live") ? shapeOf(before[i]!) : undefined];
    return [
      ...errors.map(({ ename, evalue }) => `${ename}: ${evalue}`),
      ...tags.includes("picture") && !hasPicture(cell) ? ["it has no picture"] : [],
      ...errors.length === 0 && stored && found.join("; ") !== stored.join("; ")
        ? [`it has the outputs [${found.join("; ")}], where [${stored.join("; ")}] are stored`]
        : [],
    ].map((fault) => `cell ${i + 1}: ${fault}`);
  });
}
