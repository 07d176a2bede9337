"""Writes near_cuts.json: SciPy 1.10.1's probability of each level under a normal distribution around a value.

Levels lie between cuts; each is measured from the nearer tail, so that small probabilities keep their digits.
"""

import json
import pathlib

import numpy as np
from scipy.stats import norm

rng = np.random.default_rng(11)


def masses(mean, cuts, width):
    normal = norm(mean, width)
    ends = [-np.inf, *cuts, np.inf]
    return [
        float(normal.sf(low) - normal.sf(high) if low >= mean else normal.cdf(high) - normal.cdf(low))
        for low, high in zip(ends, ends[1:])
    ]


def case(mean, cuts, width):
    return {"mean": mean, "cuts": list(cuts), "width": width, "masses": masses(mean, cuts, width)}


out = [case(age + 0.5, (30, 60), width) for age in range(18, 61) for width in (0.5, 2, 6)]
out += [
    case(float(rng.normal(0, 10)), sorted(rng.normal(0, 10, rng.integers(1, 6)).tolist()), float(rng.uniform(0.1, 20)))
    for _ in range(60)
]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
