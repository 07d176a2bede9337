"""Writes split.json: label sets with groups, and how scikit-learn 1.2.1 splits them into five folds.

The people have the contest's imbalance: 1 man for 1.6 women, 47 % below 30, 7 % of 60 and over (all recorded as 60), and
seven photographs each: five with the mask worn, one worn incorrectly, one without. In the second set both the number of
photographs and their classes vary freely.
"""

import json
import pathlib
import warnings

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

warnings.simplefilter("ignore")  # classes with fewer members than folds are part of the case
FOLDS = 5
rng = np.random.default_rng(3)


def people(count):
    gender = (rng.random(count) >= 1 / 2.6).astype(int)
    part = rng.random(count)
    age = np.where(part < 0.47, rng.integers(18, 30, count), np.where(part < 0.93, rng.integers(30, 60, count), 60))
    level = (age >= 30).astype(int) + (age >= 60)
    mask = np.array([0, 0, 0, 0, 0, 1, 2])
    labels = mask[None] * 6 + gender[:, None] * 3 + level[:, None]
    return {
        "name": "people",
        "classes": 18,
        "labels": labels.ravel().tolist(),
        "groups": np.repeat(np.arange(count), 7).tolist(),
        "ages": np.repeat(age, 7).tolist(),
    }


def irregular(count):
    groups = np.repeat(np.arange(count), rng.integers(1, 10, count))
    share = rng.dirichlet(np.full(8, 0.8))
    return {"name": "irregular", "classes": 8, "labels": rng.choice(8, len(groups), p=share).tolist(), "groups": groups.tolist()}


def outcome(splitter, labels, groups, classes):
    """Class counts of each fold, and the worst deviation of a class share, relative to the share of the whole."""
    labels = np.asarray(labels)
    whole = np.bincount(labels, minlength=classes)
    counts = [
        np.bincount(labels[valid], minlength=classes) for _, valid in splitter.split(labels, labels, groups)
    ]
    present = whole > 0
    worst = max(
        np.abs(c[present] / c.sum() / (whole[present] / whole.sum()) - 1).max() for c in counts
    )
    return {"counts": [c.tolist() for c in counts], "maxShareError": worst}


sets = []
for data in (people(300), irregular(120)):
    labels, groups, classes = data["labels"], data["groups"], data["classes"]
    data["stratifiedKFold"] = outcome(StratifiedKFold(FOLDS, shuffle=True, random_state=0), labels, groups, classes)
    data["stratifiedGroupKFold"] = [
        outcome(StratifiedGroupKFold(FOLDS), labels, groups, classes),
        *(outcome(StratifiedGroupKFold(FOLDS, shuffle=True, random_state=s), labels, groups, classes) for s in range(3)),
    ]
    sets.append(data)
    for row in data["stratifiedGroupKFold"]:
        print(data["name"], [sum(c) for c in row["counts"]], row["maxShareError"])
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps({"folds": FOLDS, "sets": sets}) + "\n")
