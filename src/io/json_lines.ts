/**
 * JSON lines: a text file with a JSON value on each line, https://jsonlines.org
 *
 * @module
 */

/**
 * Reads a file of JSON lines; empty lines are passed over.
 *
 * @param path The file.
 * @returns The values in order, unchecked.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If a line is not JSON; the message names the file and the line.
 */
export async function readJsonLines(path: string): Promise<unknown[]> {
  const lines = (await Deno.readTextFile(path)).split(/\r?\n/);
  return lines.flatMap((line, i) => {
    if (line.trim() === "") return [];
    try {
      return [JSON.parse(line)];
    } catch (error) {
      throw new SyntaxError(`Cannot read line ${i + 1} of "${path}" as it must be JSON: ${(error as Error).message}`, {
        cause: error,
      });
    }
  });
}
