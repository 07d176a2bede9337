"""Writes bootstrap.json: differences of macro F1 and accuracy by scikit-learn 1.2.1, and their intervals over persons drawn
with replacement, rows copied and scored anew in each of 4,000 draws."""

import json
import pathlib

import numpy as np
from sklearn.metrics import accuracy_score, f1_score

rng = np.random.default_rng(11)
CLASSES, PERSONS = 6, 50
base = np.repeat(rng.choice(3, PERSONS, p=[0.5, 0.35, 0.15]), 4)
groups = np.repeat(np.arange(PERSONS), 4)
labels = base + 3 * np.tile([0, 0, 1, 1], PERSONS)
ease = np.repeat(rng.random(PERSONS), 4)


def predict(skill):
    right = rng.random(labels.size) < skill + (1 - skill) * (ease - 0.3)
    return np.where(right, labels, rng.integers(0, CLASSES, labels.size))


first = [predict(0.5), predict(0.55)]
second = [predict(0.65), predict(0.6)]


def scores(side, rows):
    return np.mean([
        (f1_score(labels[rows], p[rows], average="macro", zero_division=0), accuracy_score(labels[rows], p[rows]))
        for p in side
    ], axis=0)


def difference(rows):
    return scores(second, rows) - scores(first, rows)


rows_of = [np.flatnonzero(groups == g) for g in range(PERSONS)]
draws = np.array([
    difference(np.concatenate([rows_of[g] for g in rng.integers(0, PERSONS, PERSONS)])) for _ in range(4000)
])
everyone = np.arange(labels.size)
low, high = np.quantile(draws, [0.025, 0.975], axis=0)
keys = ("macroF1", "accuracy")
out = {
    "classes": CLASSES,
    "labels": labels.tolist(),
    "groups": [f"person {g}" for g in groups],
    "first": [p.tolist() for p in first],
    "second": [p.tolist() for p in second],
    "score": dict(zip(keys, scores(first, everyone))),
    "difference": dict(zip(keys, difference(everyone))),
    "low": dict(zip(keys, low)),
    "high": dict(zip(keys, high)),
    "above": dict(zip(keys, (draws > 0).mean(axis=0))),
    "deviation": dict(zip(keys, draws.std(axis=0))),
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out) + "\n")
