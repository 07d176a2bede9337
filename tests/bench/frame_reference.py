"""Answers frame.ts's questions with pandas: reads the same table, then for each line that names a question prints the
milliseconds it took, those of the processor, and what was found; null for what this pandas cannot do.

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
    # As maskfold reads it: text such as NA is text, an empty number is missing. It costs no time.
    return pandas.read_csv(path, dtype=types, keep_default_na=False, na_values={"age": [""]})


frame = read()
rows = len(frame)
table = ((numpy.arange(rows * classes) % 128) / 128).astype("float32").reshape(rows, classes)
predictions = pandas.DataFrame(table, columns=[f"p({c})" for c in range(classes)])
predictions.insert(0, "id", frame["id"].to_numpy()[::-1])


def count_classes():
    return frame.groupby("class", sort=False, observed=True).agg(images=("id", "size"), persons=("group", "nunique"))


def cross():
    groups = frame.groupby(["gender", "ageGroup"], sort=False, observed=True)
    return groups["group"].nunique().unstack(fill_value=0)


def join():
    return frame.merge(predictions, on="id", how="left")


def ends(found):
    rows = [found.iloc[i].tolist() for i in (0, -1)]
    return {"rows": len(found), "ages": float(found["age"].sum()), "first": rows[0], "last": rows[1]}


with tempfile.TemporaryDirectory() as folder:
    csv, parquet = os.path.join(folder, "a.csv"), os.path.join(folder, "a.parquet")
    queries = {
        "counts of the classes, images and persons": (count_classes, lambda found: found.T.to_dict("list")),
        "gender x age group, persons": (cross, lambda found: found.to_dict("index")),
        "join with predictions by id": (join, lambda found: [len(found), found["id"][1], float(found["p(3)"][1])]),
        "CSV read": (read, ends),
        "CSV write": (lambda: frame.to_csv(csv, index=False), lambda _: rows),
    }
    if importlib.util.find_spec("pyarrow") or importlib.util.find_spec("fastparquet"):
        queries["Parquet write"] = (lambda: frame.to_parquet(parquet, compression="zstd"), lambda _: rows)
        queries["Parquet read"] = (lambda: pandas.read_parquet(parquet), ends)
    versions = {"python": platform.python_version(), "pandas": pandas.__version__, "numpy": numpy.__version__}
    print(json.dumps(versions), flush=True)
    for line in sys.stdin:
        query = queries.get(line.strip())
        if query is None:
            print("null", flush=True)
            continue
        run, found = query
        start, start_on_processor = time.perf_counter(), time.process_time()
        result = run()
        ms, on_processor = time.perf_counter() - start, time.process_time() - start_on_processor
        print(json.dumps({"ms": 1000 * ms, "onProcessor": 1000 * on_processor, "found": found(result)}, default=int), flush=True)
        del result
