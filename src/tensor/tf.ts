/**
 * TensorFlow.js, re-exported: the only file that names the package, so that everything else imports it from here.
 *
 * @module
 */
export * from "@tensorflow/tfjs";
