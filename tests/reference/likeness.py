"""Writes likeness.json to standard output: the log odds of one person against two by full normal densities of SciPy 1.10.1.

Debian: apt-get install python3-scipy; python3 likeness.py > likeness.json
"""
import json

import numpy as np
from scipy.stats import multivariate_normal

rng = np.random.default_rng(7)
PERSONS, WIDTH = 30, 4
counts = [1 + p % 3 for p in range(PERSONS)]
groups = np.repeat(np.arange(PERSONS), counts)
mix = rng.normal(size=(WIDTH, WIDTH))
own = rng.normal(size=(PERSONS, WIDTH)) * [3, 2, 1, 0.02]
features = (own[groups] + 0.5 * rng.normal(size=(len(groups), WIDTH))) @ mix + 5
features = features.astype(np.float32).astype(np.float64)

means = np.stack([features[groups == p].mean(0) for p in range(PERSONS)])
away = features - means[groups]
within = away.T @ away / (len(groups) - PERSONS)
within += 0.01 * np.trace(within) / WIDTH * np.eye(WIDTH)
factor = np.linalg.cholesky(within)
whitened = np.linalg.solve(factor, (means - means.mean(0)).T).T
values, vectors = np.linalg.eigh(whitened.T @ whitened / PERSONS)
noise = np.mean(1 / np.array(counts))
kept = values > noise
between = np.diag(values[kept] - noise)
at = whitened @ vectors[:, kept]
size = int(kept.sum())

pairs = []
for a, b in [(0, 1), (0, 2), (1, 2), (2, 5), (4, 17), (29, 3), (11, 11)]:
    m, n = np.eye(size) / counts[a], np.eye(size) / counts[b]
    both = np.concatenate([at[a], at[b]])
    one = np.block([[between + m, between], [between, between + n]])
    log = multivariate_normal(np.zeros(2 * size), one).logpdf(both)
    log -= multivariate_normal(np.zeros(size), between + m).logpdf(at[a])
    log -= multivariate_normal(np.zeros(size), between + n).logpdf(at[b])
    pairs.append([a, b, float(log)])

print(json.dumps({
    "groups": groups.tolist(),
    "directions": size,
    "features": [float(np.float32(x)) for x in features.ravel()],
    "pairs": pairs,
}))
