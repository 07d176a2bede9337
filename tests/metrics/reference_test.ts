import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  accuracy,
  classificationReport,
  confusionMatrix,
  logLoss,
  macroF1,
  predictedClasses,
} from "../../src/metrics/mod.ts";
import reference from "../reference/metrics.json" with { type: "json" };

const near = (actual: number, expected: number, what: string) => assertAlmostEquals(actual, expected, 1e-12, what);

for (const { name, classes, labels, predicted, ...expected } of reference.labelled) {
  Deno.test(`confusionMatrix(), accuracy() and macroF1() agree with scikit-learn: ${name}`, () => {
    assertEquals([...confusionMatrix(predicted, labels, { classes })], expected.confusion);
    near(accuracy(predicted, labels), expected.accuracy, "accuracy");
    near(macroF1(predicted, labels, { classes }), expected.macroF1, "macro F1");
  });

  Deno.test(`classificationReport() agrees with scikit-learn: ${name}`, () => {
    const names = Array.from({ length: classes }, (_, c) => `class ${c}`);
    const report = classificationReport(predicted, labels, { classes: names });
    assertEquals(report.perClass.map((row) => row.name), names);
    assertEquals(report.perClass.map((row) => row.support), expected.support);
    for (const key of ["precision", "recall", "f1"] as const) {
      report.perClass.forEach((row, c) => near(row[key], expected[key][c]!, `${key} of class ${c}`));
    }
    for (const mean of ["macro", "weighted"] as const) {
      const { precision, recall, f1 } = report[mean];
      [precision, recall, f1].forEach((value, k) => near(value, expected[mean][k]!, `${mean} ${k}`));
    }
    near(report.accuracy, expected.accuracy, "accuracy");
    assertEquals(report.count, labels.length);
  });
}

for (const { name, classes, probabilities, labels, ...expected } of reference.probabilities) {
  Deno.test(`logLoss() agrees with scikit-learn in ${name} precision, with clipping`, () => {
    const values = name === "single" ? Float32Array.from(probabilities) : Float64Array.from(probabilities);
    const loss = logLoss(values, labels, { classes });
    // scikit-learn sums single precision in single precision
    assertAlmostEquals(loss, expected.logLoss, name === "single" ? 1e-5 : 1e-12);
    assert(loss > 0.5); // row 0 is a certain miss: without clipping this would be infinite
  });

  Deno.test(`predictedClasses() agrees with NumPy's argmax in ${name} precision`, () => {
    const ids = labels.map((_, i) => `${i}`);
    const names = Array.from({ length: classes }, (_, c) => `${c}`);
    const predicted = predictedClasses({ ids, classes: names, probabilities: Float32Array.from(probabilities) });
    assertEquals([...predicted], expected.argmax);
  });
}

Deno.test("predictedClasses() takes the first of equal probabilities, as NumPy does", () => {
  const { probabilities, argmax } = reference.ties;
  const ids = argmax.map((_, i) => `${i}`);
  assertEquals([
    ...predictedClasses({ ids, classes: ["a", "b", "c"], probabilities: Float32Array.from(probabilities) }),
  ], argmax);
});
