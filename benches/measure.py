#!/usr/bin/env python3
"""Runs `gazetier extract` over a corpus for several numbers of threads and adds a line each to a CSV of records.

    measure.py --binary GAZETIER --corpus FILE --records FILE.csv [--label WORD] [--threads 1,2] [--repeat N]
               [--gazetteer FILE]… [--no-builtin] [--max-memory MB]

Each run writes all tables into a temporary folder. The figures are those of `run.json` (the best of the repeats) and
the peak of the resident memory as the system counts it. A run that finds another number of mentions than the first
one, or takes more memory than allowed, is an error: a fast wrong engine fails. Python 3 on Unix, nothing else.
"""
import argparse
import csv
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from record import commit, cpu

COLUMNS = ["date", "version", "commit", "cpu", "cores", "label", "corpus_bytes", "documents", "names", "threads",
           "mentions", "seconds", "mb_per_second", "compile_seconds", "wall_seconds", "peak_mb"]


def measure(command, out):
    """Seconds on the wall and peak resident memory in MB of one run."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    # The usage of this child alone, not of all children so far.
    _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):
        sys.exit(f"exit code {code}: {' '.join(command)}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    with open(os.path.join(out, "run.json"), encoding="utf8") as file:
        return time.monotonic() - begun, usage.ru_maxrss / unit, json.load(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--records", required=True)
    parser.add_argument("--label", default="extract")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--gazetteer", action="append", default=[])
    parser.add_argument("--no-builtin", action="store_true")
    parser.add_argument("--max-memory", type=float)
    args = parser.parse_args()
    rows, expected = [], None
    for threads in args.threads.split(","):
        best = None
        for _ in range(args.repeat):
            out = tempfile.mkdtemp(prefix="gazetier-")
            command = [args.binary, "extract", args.corpus, "-o", out, "-j", threads, "--quiet", "--no-config"]
            command += [part for path in args.gazetteer for part in ("-g", path)]
            command += ["--no-builtin"] if args.no_builtin else []
            try:
                wall, peak, run = measure(command, out)
            finally:
                shutil.rmtree(out, ignore_errors=True)
            mentions = run["counts"]["mentions"]
            expected = mentions if expected is None else expected
            if mentions != expected:
                sys.exit(f"{mentions} mentions with {threads} threads, {expected} before")
            if args.max_memory and peak > args.max_memory:
                sys.exit(f"{peak:.0f} MB with {threads} threads, {args.max_memory:.0f} MB are allowed")
            if best is None or run["timing"]["run_seconds"] < best["timing"]["run_seconds"]:
                best, best_wall, best_peak = run, wall, peak
        timing = best["timing"]
        rows.append({
            "date": datetime.date.today().isoformat(),
            "version": best["gazetier"],
            "commit": commit(),
            "cpu": cpu(),
            "cores": os.cpu_count(),
            "label": args.label,
            "corpus_bytes": os.path.getsize(args.corpus),
            "documents": best["counts"]["documents"],
            "names": sum(layer["names"] for layer in best["gazetteer"]["layers"]),
            "threads": threads,
            "mentions": expected,
            "seconds": f"{timing['run_seconds']:.3f}",
            "mb_per_second": f"{timing['mb_per_second']:.1f}",
            "compile_seconds": f"{timing['compile_seconds']:.3f}",
            "wall_seconds": f"{best_wall:.3f}",
            "peak_mb": f"{best_peak:.0f}",
        })
        print("  ".join(f"{key} {rows[-1][key]}" for key in COLUMNS[5:]))
    new = not os.path.exists(args.records)
    with open(args.records, "a", encoding="utf8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
