#!/usr/bin/env python3
"""Times bare matching, JSON Lines to a CSV of mentions on one thread, and adds a line each to a CSV of records.

    matching.py --binary GAZETIER --corpus FILE.jsonl --records FILE.csv [--repeat N] NAMES.csv…

The figure is the CPU time of the whole process (user and system, start and reading of the gazetteer included), the
median of the repeats; MB are millions of bytes of the corpus file. Every repeat must find the same number of mentions:
a fast wrong engine fails. Python 3 on Unix, nothing else.
"""
import argparse
import csv
import datetime
import os
import statistics
import subprocess
import sys
import tempfile

from measure import commit, cpu

COLUMNS = ["date", "commit", "cpu", "corpus_bytes", "names", "mentions", "cpu_seconds", "cpu_seconds_min",
           "cpu_seconds_max", "mb_per_cpu_second", "peak_mb"]


def run(binary, corpus, names, out):
    command = [binary, "extract", corpus, "--no-builtin", "--no-resolve", "--no-config", "--quiet", "-j", "1",
               "-t", "mentions", "-o", out, "-g", names]
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"failed: {' '.join(command)}")
    with open(out, encoding="utf8") as file:
        mentions = sum(1 for _ in csv.reader(file)) - 1
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, mentions


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--records", required=True)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("names", nargs="+")
    args = parser.parse_args()
    size = os.path.getsize(args.corpus)
    rows = []
    for names in args.names:
        with tempfile.TemporaryDirectory(prefix="gazetier-") as folder:
            runs = [run(args.binary, args.corpus, names, os.path.join(folder, "m.csv")) for _ in range(args.repeat)]
        if len({mentions for _, _, mentions in runs}) != 1:
            sys.exit(f"{names}: the repeats differ in their mentions")
        times = [seconds for seconds, _, _ in runs]
        with open(names, encoding="utf8") as file:
            count = sum(1 for _ in file) - 1
        rows.append({
            "date": datetime.date.today().isoformat(),
            "commit": commit(),
            "cpu": cpu(),
            "corpus_bytes": size,
            "names": count,
            "mentions": runs[0][2],
            "cpu_seconds": f"{statistics.median(times):.3f}",
            "cpu_seconds_min": f"{min(times):.3f}",
            "cpu_seconds_max": f"{max(times):.3f}",
            "mb_per_cpu_second": f"{size / 1e6 / statistics.median(times):.1f}",
            "peak_mb": f"{max(peak for _, peak, _ in runs):.0f}",
        })
        print("  ".join(f"{key} {rows[-1][key]}" for key in COLUMNS[4:]), flush=True)
    new = not os.path.exists(args.records)
    with open(args.records, "a", encoding="utf8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
