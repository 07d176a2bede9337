"""Writes sampling.json: weights and probabilities of torchsampler's ImbalancedDatasetSampler, as its published rule has them.

The rule (https://github.com/ufoym/imbalanced-dataset-sampler, torchsampler/imbalanced.py): count the labels, weigh each
example by one over the count of its label, and draw as many examples as there are with torch.multinomial, with
replacement. The numbers are computed here with NumPy; torch.multinomial divides the weights by their sum.
"""

import json
import pathlib

import numpy as np

rng = np.random.default_rng(5)


def case(name, labels):
    labels = np.asarray(labels)
    classes, counts = np.unique(labels, return_counts=True)
    weights = 1.0 / counts[np.searchsorted(classes, labels)]
    return {
        "name": name,
        "labels": labels.tolist(),
        "draws": len(labels),
        "weights": weights.tolist(),
        "probabilities": (weights / weights.sum()).tolist(),
    }


out = [
    case("18 classes, very unequal", rng.choice(18, 120, p=rng.dirichlet(np.full(18, 0.5)))),
    case("class numbers with gaps", rng.choice([0, 3, 11], 37, p=[0.7, 0.2, 0.1])),
    case("one class", [4, 4, 4, 4, 4]),
    case("one example", [2]),
]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
