/**
 * Says whether gradients may be asked for of what runs now.
 *
 * @module
 */
import * as tf from "../tf.ts";

/** Whether operations are being recorded for gradients. */
export function onTape(): boolean {
  const { state } = tf.engine() as unknown as {
    readonly state: { readonly gradientDepth: number; readonly kernelDepth: number };
  };
  return state.gradientDepth > 0 && state.kernelDepth === 0;
}
