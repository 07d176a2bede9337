"""Writes metrics.json: confusion counts, F1, reports and log loss as scikit-learn 1.2.1 computes them."""

import json
import pathlib

import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, log_loss, precision_recall_fscore_support

rng = np.random.default_rng(7)


def labelled(name, classes, labels, predicted):
    labels, predicted = np.asarray(labels), np.asarray(predicted)
    everyone = list(range(classes))
    precision, recall, f1, support = precision_recall_fscore_support(labels, predicted, labels=everyone, zero_division=0)
    mean = lambda kind: precision_recall_fscore_support(labels, predicted, average=kind, zero_division=0)[:3]
    return {
        "name": name,
        "classes": classes,
        "labels": labels.tolist(),
        "predicted": predicted.tolist(),
        "confusion": confusion_matrix(labels, predicted, labels=everyone).ravel().tolist(),
        "accuracy": accuracy_score(labels, predicted),
        "macroF1": f1_score(labels, predicted, average="macro", zero_division=0),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "macro": list(mean("macro")),
        "weighted": list(mean("weighted")),
    }


share = rng.dirichlet(np.full(18, 0.7))
labels18 = rng.choice(18, 300, p=share)
predicted18 = np.where(rng.random(300) < 0.7, labels18, rng.integers(0, 18, 300))
labels5 = rng.choice([0, 1, 4], 40)
predicted5 = rng.choice([0, 1, 2], 40)

probabilities = []
for name, dtype in (("single", np.float32), ("double", np.float64)):
    p = rng.dirichlet(np.full(4, 0.3), 30).astype(dtype)
    p[0], p[1], p[2] = (1, 0, 0, 0), (0, 0, 0, 1), (0.25, 0.25, 0.25, 0.25)
    truth = rng.integers(0, 4, 30)
    truth[0], truth[1] = 2, 3
    probabilities.append({
        "name": name,
        "classes": 4,
        "probabilities": p.astype(np.float64).ravel().tolist(),
        "labels": truth.tolist(),
        "logLoss": float(log_loss(truth, p, labels=range(4))),
        "argmax": p.argmax(1).tolist(),
    })
ties = np.array([[0.4, 0.2, 0.4], [0.2, 0.4, 0.4], [1 / 3, 1 / 3, 1 / 3], [0, 0, 0]], np.float32)

out = {
    "labelled": [
        labelled("18 classes, very unequal", 18, labels18, predicted18),
        labelled("one class never occurs, one is never predicted, one neither", 5, labels5, predicted5),
        labelled("a single class", 1, [0, 0, 0], [0, 0, 0]),
        labelled("a single example, wrong", 3, [2], [0]),
    ],
    "probabilities": probabilities,
    "ties": {"classes": 3, "probabilities": ties.astype(np.float64).ravel().tolist(), "argmax": ties.argmax(1).tolist()},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
