/**
 * Views as a command line names them.
 *
 * @module
 */
import { resolveSpec } from "../core/parts.ts";
import { VIEWS, type ViewSpec } from "../predict/mod.ts";
import { parseValue, splitValues } from "./vary.ts";

/**
 * Reads views: names, and JSON where a view has options, with commas between them; or a JSON list of both.
 *
 * @example
 * ```ts
 * import { parseViews } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseViews('flip,{"name":"rotation","degrees":[-5,5],"weight":0.5}'), [
 *   { name: "flip" },
 *   { name: "rotation", degrees: [-5, 5], weight: 0.5 },
 * ]);
 * ```
 *
 * @param text The views.
 * @returns Their specs, checked.
 * @throws {SyntaxError} If a view is unknown, or its JSON or options are wrong; all such faults are listed.
 */
export function parseViews(text: string): readonly ViewSpec[] {
  const faults: string[] = [];
  const specs = splitValues(text).flatMap((part): ViewSpec[] => {
    try {
      const given = [parseValue(part)].flat().map((view) => typeof view === "string" ? { name: view } : view);
      return given.map((view) => {
        resolveSpec("view", VIEWS, Object(view) as ViewSpec);
        return view as ViewSpec;
      });
    } catch (error) {
      faults.push((error as Error).message);
      return [];
    }
  });
  if (specs.length === 0 && faults.length === 0) faults.push("there must be at least one");
  if (faults.length > 0) throw new SyntaxError(`Cannot read views as ${faults.join("; ")}`);
  return specs;
}
