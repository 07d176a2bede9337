"""Answers frame.ts's questions with pandas: reads the same table, then for each line that names a question prints the
milliseconds it took and a number that tells whether the answer is the same; null for what this pandas cannot do.

    echo "CSV read" | python3 tests/bench/frame_reference.py table.csv 18
"""

import importlib.util
import json
import os
import platform
import sys
import tempfile
import time

import numpy
import pandas

path, classes = sys.argv[1], int(sys.argv[2])
types = {name: str for name in ["id", "path", "group", "class", "mask", "gender", "ageGroup", "fold"]}
types.update(label="int32", age="float64")


def read():
    return pandas.read_csv(path, dtype=types)


frame = read()
rows = len(frame)
table = ((numpy.arange(rows * classes) % 128) / 128).astype("float32").reshape(rows, classes)
predictions = pandas.DataFrame(table, columns=[f"p({c})" for c in range(classes)])
predictions.insert(0, "id", frame["id"].to_numpy()[::-1])


def count_classes():
    found = frame.groupby("class").agg(images=("id", "size"), persons=("group", "nunique"))
    return int(found["persons"].sum())


def cross():
    found = frame.groupby(["gender", "ageGroup"])["group"].nunique().unstack(fill_value=0)
    return int(found.sum(axis=1).sum())


def join():
    joined = frame.merge(predictions, on="id", how="left")
    return len(joined) + float(joined["p(3)"].iloc[0])


with tempfile.TemporaryDirectory() as folder:
    csv, parquet = os.path.join(folder, "a.csv"), os.path.join(folder, "a.parquet")
    queries = {
        "counts of the classes, images and persons": count_classes,
        "gender x age group, persons": cross,
        "join with predictions by id": join,
        "CSV read": lambda: len(read()),
        "CSV write": lambda: frame.to_csv(csv, index=False) or rows,
    }
    if importlib.util.find_spec("pyarrow") or importlib.util.find_spec("fastparquet"):
        queries["Parquet write"] = lambda: frame.to_parquet(parquet, compression="zstd") or rows
        queries["Parquet read"] = lambda: len(pandas.read_parquet(parquet))
    versions = {"python": platform.python_version(), "pandas": pandas.__version__, "numpy": numpy.__version__}
    print(json.dumps(versions), flush=True)
    for line in sys.stdin:
        query = queries.get(line.strip())
        if query is None:
            print("null", flush=True)
            continue
        start = time.perf_counter()
        answer = query()
        print(json.dumps({"ms": 1000 * (time.perf_counter() - start), "answer": answer}), flush=True)
