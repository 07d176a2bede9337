"""Writes calibration.json: what scikit-learn and SciPy say of small predictions.

scikit-learn: calibration_curve, brier_score_loss, log_loss, f1_score, IsotonicRegression, and CalibratedClassifierCV for
isotonic calibration of several classes. SciPy: minimize for temperature and vector scaling, which are written down here in
another way than in the package. All numbers are of the probabilities rounded to single precision.
"""

import json
import pathlib

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_softmax, logsumexp, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV, calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, f1_score, log_loss

rng = np.random.default_rng(11)
ROWS, CLASSES, PENALTY = 150, 4, 1e-3


def draw(rows, classes, sharpness):
    """Overconfident probabilities, rounded to three digits of the logits so that some are equal, and labels."""
    logits = rng.normal(size=(rows, classes)) * 1.5 + np.log(np.arange(1, classes + 1))
    labels = np.array([rng.choice(classes, p=softmax(row)) for row in logits])
    skewed = sharpness * logits + np.linspace(-0.5, 0.5, classes)
    return softmax(np.round(skewed, 1), axis=1).astype(np.float32).astype(np.float64), labels


p, labels = draw(ROWS, CLASSES, 2.2)
fresh, _ = draw(40, CLASSES, 2.2)
logs, fresh_logs = np.log(p), np.log(fresh)
hits = np.eye(CLASSES)[labels]


def curve(truth, probability, strategy, bins):
    frequency, confidence = calibration_curve(truth, probability, n_bins=bins, strategy=strategy)
    return {"frequency": frequency.tolist(), "confidence": confidence.tolist()}


def error(truth, probability, bins):
    """Expected and maximum error with bins of equal width, bin by bin from their definition."""
    which = np.clip(np.ceil(probability * bins) - 1, 0, bins - 1)
    gaps = [(np.mean(which == b), abs(probability[which == b].mean() - truth[which == b].mean())) for b in set(which)]
    return {"expected": sum(share * gap for share, gap in gaps), "maximum": max(gap for _, gap in gaps)}


right, top = (p.argmax(axis=1) == labels).astype(float), p.max(axis=1)
class_errors = [error(hits[:, c], p[:, c], 10) for c in range(CLASSES)]
reliability = {
    "equalWidth": curve(right, top, "uniform", 10),
    "equalMass": curve(right, top, "quantile", 7),
    "classWise": [curve(hits[:, c], p[:, c], "uniform", 10) for c in range(CLASSES)],
    "topLabelError": error(right, top, 10),
    "classWiseError": {
        "expected": np.mean([e["expected"] for e in class_errors]),
        "maximum": max(e["maximum"] for e in class_errors),
    },
}

binary_p, binary_labels = draw(60, 2, 1.5)
binary = {
    "probabilities": binary_p.ravel().tolist(),
    "labels": binary_labels.tolist(),
    "brier": brier_score_loss(binary_labels, binary_p[:, 1]),
}


def mean_loss(scores):
    return -log_softmax(scores, axis=1)[np.arange(ROWS), labels].mean()


found = minimize_scalar(lambda t: mean_loss(logs / np.exp(t)), bounds=(-3, 3), method="bounded", options={"xatol": 1e-12})
temperature = np.exp(found.x)
hot = softmax(logs / temperature, axis=1)


def penalised(values):
    scale, bias = values[:CLASSES], values[CLASSES:]
    scores = logs * scale + bias
    q = softmax(scores, axis=1)
    value = np.mean(logsumexp(scores, axis=1) - scores[np.arange(ROWS), labels])
    value += PENALTY / 2 * (np.sum((scale - 1) ** 2) + np.sum(bias**2))
    slope = np.concatenate([((q - hits) * logs).mean(axis=0), (q - hits).mean(axis=0)])
    return value, slope + PENALTY * np.concatenate([scale - 1, bias])


start = np.concatenate([np.ones(CLASSES), np.zeros(CLASSES)])
vector = minimize(penalised, start, jac=True, method="BFGS", options={"gtol": 1e-10, "maxiter": 10000})


class Given(ClassifierMixin, BaseEstimator):
    """A classifier whose input is its output."""

    classes_ = np.arange(CLASSES)

    def fit(self, X, y):
        return self

    def predict_proba(self, X):
        return np.asarray(X)


isotonic = CalibratedClassifierCV(Given(), method="isotonic", cv="prefit").fit(p, labels)
curves = [IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(p[:, c], hits[:, c]) for c in range(CLASSES)]

offsets = [0.4, -0.3, 0.0, -1.1]
out = {
    "classes": CLASSES,
    "probabilities": p.ravel().tolist(),
    "labels": labels.tolist(),
    "fresh": fresh.ravel().tolist(),
    "brier": np.mean(np.sum((p - hits) ** 2, axis=1)),
    "binary": binary,
    "reliability": reliability,
    "temperature": {
        "temperature": temperature,
        "logLoss": log_loss(labels, hot),
        "before": log_loss(labels, p),
        "fresh": softmax(fresh_logs / temperature, axis=1).ravel().tolist(),
    },
    "vectorScaling": {
        "penalty": PENALTY,
        "scales": vector.x[:CLASSES].tolist(),
        "biases": vector.x[CLASSES:].tolist(),
        "fresh": softmax(fresh_logs * vector.x[:CLASSES] + vector.x[CLASSES:], axis=1).ravel().tolist(),
    },
    "isotonic": {
        "curves": [np.asarray(curve.predict(fresh[:, c])).tolist() for c, curve in enumerate(curves)],
        "fresh": isotonic.predict_proba(fresh).ravel().tolist(),
    },
    "offsets": {
        "offsets": offsets,
        "macroF1": f1_score(labels, (logs + offsets).argmax(axis=1), average="macro"),
    },
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out) + "\n")
