/** All kernels: the entry of the build. */
export { levels, relight } from "./lightness";
export { blendTiles, countLevels } from "./tiles";
export { addEdges, blurRows, luma } from "./edges";
