"""Writes ensemble.json: means, votes, fitted weights and stacking as NumPy, SciPy and scikit-learn compute them."""

import json
import pathlib

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax
from scipy.stats import gmean, pmean, rankdata
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, log_loss
from sklearn.preprocessing import LabelEncoder

rng = np.random.default_rng(11)
N, C, M = 61, 4, 3
labels = rng.choice(C, N, p=[0.5, 0.25, 0.15, 0.1])
truth = np.eye(C)[labels]
members = []
for strength, noise in ((2.0, 1.0), (1.8, 1.2), (0.6, 1.0)):
    logits = strength * truth + rng.normal(0, noise, (N, C))
    members.append(np.exp(log_softmax(logits, 1)))
P = np.round(np.stack(members), 2).astype(np.float32)  # two decimals, so that there are ties
P = (np.maximum(P, 0.01) / np.maximum(P, 0.01).sum(-1, keepdims=True)).astype(np.float32).astype(np.float64)
weights = np.array([0.5, 0.3, 0.2])


def scaled(values):
    return (values / values.sum(-1, keepdims=True)).ravel().tolist()


def rank_mean(weights):
    out = np.empty((N, C))
    for c in range(C):
        ranks = sum(w * (rankdata(P[m, :, c]) - 1) for m, w in enumerate(weights))
        quantiles = sum(w * np.sort(P[m, :, c]) for m, w in enumerate(weights))
        out[:, c] = np.interp(ranks, np.arange(N), quantiles)
    return scaled(out)


class Fixed(ClassifierMixin, BaseEstimator):
    """A classifier whose answers are known."""

    def __init__(self, answers):
        self.answers = answers
        self.classes_ = np.arange(C)

    def predict(self, rows):
        return self.answers[rows[:, 0]]


def vote(weights):
    voter = VotingClassifier([(str(m), None) for m in range(M)], voting="hard", weights=weights)
    voter.le_ = LabelEncoder().fit(np.arange(C))
    voter.estimators_ = [Fixed(P[m].argmax(1)) for m in range(M)]
    voter.estimators = [(str(m), e) for m, e in enumerate(voter.estimators_)]
    return voter.predict(np.arange(N)[:, None]).tolist()


own = P[:, np.arange(N), labels]


def pool_loss(w):
    mean = w @ own
    return -np.log(mean).mean(), -(own / mean).mean(1)


best = minimize(pool_loss, np.full(M, 1 / M), jac=True, method="SLSQP", bounds=[(0, 1)] * M,
                constraints={"type": "eq", "fun": lambda w: w.sum() - 1}, options={"ftol": 1e-15, "maxiter": 1000})

logs = np.log(P).transpose(1, 0, 2)  # [N, M, C]
X = logs.reshape(N, M * C)


def regression(l2):
    model = LogisticRegression(C=1 / l2, solver="newton-cg", tol=1e-10, max_iter=100000).fit(X, labels)
    return model.predict_proba(X).ravel().tolist()


def penalised(form, towards, l2):
    """The same by SciPy, for what scikit-learn has no option for."""
    size = M if form == "member" else C * M * C
    mean = np.full(M, 1 / M) if form == "member" else np.tile(np.eye(C)[:, None, :] / M, (1, M, 1)).ravel()
    centre = mean if towards == "mean" else np.zeros(size)

    def logits(theta):
        a, b = theta[:size], theta[size:]
        if form == "member":
            return np.einsum("nmc,m->nc", logs, a) + b
        return X @ a.reshape(C, M * C).T + b

    def loss(theta):
        p = np.exp(log_softmax(logits(theta), 1))
        slope = p - truth
        a = theta[:size]
        g = np.einsum("nmc,nc->m", logs, slope) if form == "member" else (slope.T @ X).ravel()
        value = -log_softmax(logits(theta), 1)[np.arange(N), labels].sum() + l2 / 2 * ((a - centre) ** 2).sum()
        return value / N, np.concatenate([g + l2 * (a - centre), slope.sum(0)]) / N

    found = minimize(loss, np.concatenate([mean, np.zeros(C)]), jac=True, method="L-BFGS-B",
                     options={"ftol": 1e-16, "gtol": 1e-9, "maxiter": 100000, "maxfun": 1000000})
    return np.exp(log_softmax(logits(found.x), 1)).ravel().tolist()


def greedy(objective, rounds):
    """Ensemble selection with replacement, member by member, as a plain loop; of equal ones the first."""
    total, picks = np.zeros((N, C)), []
    for _ in range(rounds):
        means = [(total + P[m]) / (len(picks) + 1) for m in range(M)]
        if objective == "logLoss":
            scores = [-log_loss(labels, mean, labels=range(C)) for mean in means]
        else:
            scores = [f1_score(labels, mean.argmax(1), average="macro") for mean in means]
        best = int(np.argmax(scores))
        total += P[best]
        picks.append({"member": best, "score": abs(float(scores[best]))})
    return picks


out = {
    "rows": N,
    "classes": C,
    "labels": labels.tolist(),
    "members": [P[m].ravel().tolist() for m in range(M)],
    "weights": weights.tolist(),
    "means": [
        {"mean": {"name": "arithmetic"}, "probabilities": np.average(P, axis=0, weights=weights).ravel().tolist()},
        {"mean": {"name": "geometric"}, "probabilities": scaled(gmean(P, axis=0, weights=weights[:, None, None] * np.ones_like(P)))},
        {"mean": {"name": "power", "exponent": 3}, "probabilities": scaled(pmean(P, 3, axis=0, weights=weights[:, None, None] * np.ones_like(P)))},
        {"mean": {"name": "power", "exponent": -1}, "probabilities": scaled(pmean(P, -1, axis=0, weights=weights[:, None, None] * np.ones_like(P)))},
        {"mean": {"name": "rank"}, "probabilities": rank_mean(weights)},
    ],
    "votes": [{"weights": [1, 1, 1], "decided": vote([1, 1, 1])}, {"weights": [2, 1, 1], "decided": vote([2, 1, 1])},
              {"weights": [5, 3, 2], "decided": vote([5, 3, 2])}],
    "pool": {"weights": best.x.tolist(), "loss": float(best.fun)},
    "greedy": [{"objective": name, "picks": greedy(name, 12)} for name in ("logLoss", "macroF1")],
    "stacking": [
        {"options": {"form": "full", "towards": "zero", "l2": 1}, "probabilities": regression(1)},
        {"options": {"form": "full", "towards": "zero", "l2": 5}, "probabilities": regression(5)},
        {"options": {"form": "full", "towards": "mean", "l2": 2}, "probabilities": penalised("full", "mean", 2)},
        {"options": {"form": "member", "towards": "mean", "l2": 1}, "probabilities": penalised("member", "mean", 1)},
        {"options": {"form": "member", "towards": "zero", "l2": 0}, "probabilities": penalised("member", "zero", 0)},
    ],
}
round_all = lambda v: [round_all(x) for x in v] if isinstance(v, list) else {k: round_all(x) for k, x in v.items()} if isinstance(v, dict) else float(f"{v:.9g}") if isinstance(v, float) else v
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(round_all(out)) + "\n")
