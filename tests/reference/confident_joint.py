"""Writes confident_joint.json: the confident joint by equation 1 of Northcutt et al., 2021, written with sets in NumPy 1.24.2, on
out-of-fold predictions of scikit-learn 1.2.1 for noisy labels.

Debian: apt-get install python3-sklearn
"""
import json
import os

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

cases = []
for seed, (examples, classes) in enumerate([(61, 2), (127, 3), (90, 5)]):
    rng = np.random.default_rng(seed)
    true = rng.integers(0, classes, examples)
    points = np.eye(classes)[true] * 2 + rng.normal(size=(examples, classes))
    recorded = true.copy()
    wrong = rng.random(examples) < 0.2
    recorded[wrong] = rng.integers(0, classes, wrong.sum())
    model = LogisticRegression()
    p = cross_val_predict(model, points, recorded, cv=3, method="predict_proba").astype(np.float32).round(6)
    p = p.astype(np.float64)
    thresholds = [p[recorded == j, j].mean() for j in range(classes)]
    members = {(i, j): [] for i in range(classes) for j in range(classes)}
    for x in range(examples):
        above = {j: p[x, j] for j in range(classes) if p[x, j] >= thresholds[j]}
        if above:
            members[recorded[x], max(above, key=above.get)].append(x)
    counts = np.array([[len(members[i, j]) for j in range(classes)] for i in range(classes)])
    sizes = np.bincount(recorded, minlength=classes)
    joint = counts / counts.sum(axis=1, keepdims=True) * sizes[:, None]
    cases.append({
        "classes": classes,
        "labels": recorded.tolist(),
        "probabilities": p.ravel().tolist(),
        "thresholds": thresholds,
        "counts": counts.ravel().tolist(),
        "joint": (joint / joint.sum()).ravel().tolist(),
        "errors": sorted(x for (i, j), found in members.items() if i != j for x in found),
    })

with open(os.path.join(os.path.dirname(__file__), "confident_joint.json"), "w") as file:
    json.dump(cases, file, separators=(",", ":"))
    file.write("\n")
