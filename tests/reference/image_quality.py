"""Writes image_quality.json to standard output: Frechet distances by SciPy 1.10.1's square root of a matrix, and precision,
recall, density and coverage by scikit-learn 1.2.1's neighbours.

Debian: apt-get install python3-scipy python3-sklearn python3-torch; python3 image_quality.py > image_quality.json
"""
import json

import numpy as np
from scipy.linalg import sqrtm
from sklearn.neighbors import NearestNeighbors

from lcg import uniform

cases = []
# Rows of two sets, features, neighbours; fewer rows than features make covariances without an inverse.
for seed, (made, real, dims, k) in enumerate([(40, 60, 5, 3), (9, 14, 1, 2), (12, 15, 23, 1), (70, 50, 17, 5)]):
    mix = uniform(dims * dims, 10 * seed + 1).reshape(dims, dims)
    a = uniform(made * dims, 10 * seed + 2).reshape(made, dims).astype(np.float32) * np.float32(0.75) + np.float32(0.125)
    b = (uniform(real * dims, 10 * seed + 3).reshape(real, dims) @ mix).astype(np.float32)
    x, y = a.astype(np.float64), b.astype(np.float64)
    covariances = [np.atleast_2d(np.cov(rows, rowvar=False)) for rows in (x, y)]
    root = sqrtm(covariances[0] @ covariances[1])
    apart = ((x.mean(0) - y.mean(0)) ** 2).sum()
    frechet = apart + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * np.trace(np.real(root))

    def radii(rows):
        return NearestNeighbors(n_neighbors=k + 1).fit(rows).kneighbors(rows)[0][:, k]

    distances = np.linalg.norm(x[:, None] - y[None], axis=2)
    in_real, in_made = distances <= radii(y)[None], distances <= radii(x)[:, None]
    cases.append({
        "made": made,
        "real": real,
        "dims": dims,
        "neighbours": k,
        "a": [float(v) for v in a.ravel()],
        "b": [float(v) for v in b.ravel()],
        "frechet": float(frechet),
        "precision": float(in_real.any(1).mean()),
        "recall": float(in_made.any(0).mean()),
        "density": float(in_real.sum() / (k * made)),
        "coverage": float(in_real.any(0).mean()),
    })

print(json.dumps({"cases": cases}))
