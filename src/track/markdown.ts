/**
 * Tables as Markdown, which TensorBoard shows.
 *
 * @module
 */

/**
 * A table in Markdown.
 *
 * @param columns The columns' names.
 * @param rows A value for each column.
 */
export function markdownTable(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const line = (cells: readonly unknown[]) =>
    `| ${cells.map((cell) => `${cell ?? ""}`.replaceAll("|", "\\|").replaceAll(/\s+/g, " ")).join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}
