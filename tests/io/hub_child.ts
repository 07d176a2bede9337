/** Fetches a file and writes what came of it as JSON: `deno run hub_child.ts REPO FILE`. @module */
import { fetchHubFile } from "../../src/io/hub.ts";

const [repo, file] = Deno.args as [string, string];
console.log(JSON.stringify(await fetchHubFile({ repo, file })));
