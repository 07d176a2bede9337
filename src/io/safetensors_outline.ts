/**
 * The outline of a safetensors header, checked before its JSON is parsed: what parsing would hide, and what would make it
 * take more memory than a header is worth.
 *
 * @module
 */
import { show } from "../core/check.ts";

/** The key of the header that is no tensor's name. */
export const METADATA = "__metadata__";

/** What a tensor's entry must have. */
export const KEYS = `the keys "dtype", "shape", "data_offsets" and no others`;

/**
 * Checks that a header nests as it should and repeats no key. Of a repeated key, parsing keeps the last; millions of nested
 * lists take a hundred times their length when parsed. Up to the first fault of the JSON, which is left to the parser, this
 * sees the same brackets and texts as the parser.
 *
 * @param text The header.
 * @param fail Throws the error of the file with a rule that is broken.
 */
export function checkOutline(text: string, fail: (rule: string) => never): void {
  const keys = [new Set<string>(), new Set<string>()]; // of the header, and of the entry that is read
  let depth = 0, from = 0, to = 0, outer = "";
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if (sign === '"') {
      from = i;
      while (++i < text.length && text[i] !== '"') if (text[i] === "\\") i++;
      to = i + 1;
    } else if (sign === "{" || sign === "[") {
      if (depth === 0 && i > 0) return; // no JSON, as nothing may follow the header's object
      if (sign === "{" ? depth > 1 : depth !== 2) {
        fail(`${show(outer)} must be an object of texts${outer === METADATA ? "" : " and lists of numbers"}`);
      }
      keys[depth++]?.clear();
    } else if (sign === "}" || sign === "]") depth--;
    else if (sign === ":") {
      const known = keys[depth - 1], key = parseText(text.slice(from, to));
      if (!known || key === undefined) return; // no JSON
      if (known.has(key)) fail(`its header has ${depth === 1 ? show(key) : `${show(key)} in ${show(outer)}`} twice`);
      if (depth === 1) outer = key;
      else if (known.size === 3 && outer !== METADATA) fail(`tensor ${show(outer)} must have ${KEYS}: it has more`);
      known.add(key);
      from = to;
    }
  }
}

/** The text that a JSON string stands for, or nothing if it is none. */
function parseText(json: string): string | undefined {
  if (json !== "" && !json.includes("\\")) return json.slice(1, -1);
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
