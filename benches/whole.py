#!/usr/bin/env python3
"""Times whole runs as processes, and adds a row each to a CSV of records.

    whole.py --folder FOLDER --binary GAZETIER [--pipeline PIPELINE] [--records FILE.csv]
             [--sizes 100,10k,100k,1m,10m] [--rounds 5]

FOLDER holds corpus.jsonl and names-SIZE.csv (long form). One thread is timed by the CPU time of the process (user and
system, start and opening of the gazetteer included), two by the clock on the wall. The runs of one size take turns, so
that a noisy minute hits all alike. Where the binary has the verb `compile`, gazetteers are compiled first (and that is
measured too); where not, each run reads the CSV file, and more than a million names are run once and bare only.

Each repeat must write the same bytes, two threads what one wrote, and, up to 100,000 names, a compiled gazetteer what
its CSV file gives: a fast wrong engine fails. Python 3 on Unix, nothing else.
"""
import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import record

BARE = ["--no-builtin", "--no-resolve"]
# Name of the row, flags, threads.
CASES = [
    ("gazetier extract", BARE, 1),
    ("gazetier extract over built-in", ["--no-resolve"], 1),
    ("gazetier extract resolving", [], 1),
    ("gazetier extract", BARE, 2),
]
# More names take too long for all cases and rounds unless they are compiled.
MOST_READ = 1_000_000
# More names take the pipeline too much memory.
MOST_PIPELINE = 1_000_000
# How much memory must be free for more than a million names, in megabytes.
ROOM = 12_000


class Run:
    """One process that has ended well: CPU seconds, wall seconds, peak memory in MB."""

    def __init__(self, command):
        begun = time.monotonic()
        # A list with names too long to be matched makes warnings, the same ones each time.
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # The usage of this child alone, not of all children so far.
        _, status, usage = os.wait4(process.pid, 0)
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"failed: {' '.join(command)} (run it to see why)")
        self.wall = time.monotonic() - begun
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def extract(binary, corpus, out, gazetteer, flags, threads):
    command = [binary, "extract", corpus, "--no-config", "--quiet", "-j", str(threads), "-t", "mentions", "-o", out]
    return command + flags + (["-g", gazetteer] if gazetteer else [])


def digest(path):
    """A hash of a table, and how many rows it has (no field of the corpus has a line break)."""
    hashed, lines = hashlib.sha256(), 0
    # In pieces: a child's peak is never below the memory of the process that started it.
    with open(path, "rb") as file:
        while piece := file.read(1 << 16):
            hashed.update(piece)
            lines += piece.count(b"\n")
    return hashed.hexdigest(), lines - 1


def available_mb():
    try:
        with open("/proc/meminfo", encoding="utf8") as lines:
            return next(int(line.split()[1]) / 1e3 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return ROOM


class Bench:
    def __init__(self, args, scratch):
        self.binary, self.pipeline, self.records, self.rounds = args.binary, args.pipeline, args.records, args.rounds
        self.corpus = os.path.join(args.folder, "corpus.jsonl")
        with open(self.corpus, encoding="utf8") as lines:
            self.text_bytes = sum(len(json.loads(line)["text"].encode()) for line in lines)
        self.scratch = scratch
        version = subprocess.run([self.binary, "--version"], capture_output=True, text=True, check=True)
        self.version = version.stdout.split()[-1]
        verb = subprocess.run([self.binary, "compile", "--help"], capture_output=True, check=False)
        self.compiles = verb.returncode == 0

    def path(self, name):
        return os.path.join(self.scratch, name)

    def add(self, engine, names, **columns):
        version = "" if engine == "pipeline" else self.version
        record.add(self.records, {"part": "whole", "engine": engine, "version": version, "names": names, **columns})

    def compile(self, source, names, text_bytes):
        """Compiles a gazetteer; the row's `text_bytes` are those of its names."""
        out = self.path("names.gaz")
        runs = [Run([self.binary, "compile", source, "-o", out]) for _ in range(self.rounds if names < 1e6 else 1)]
        self.add("gazetier compile", names, threads=1, clock="cpu", rounds=len(runs), text_bytes=text_bytes,
                 build_s=f"{statistics.median(run.cpu for run in runs):.3f}",
                 peak_mb=f"{max(run.peak for run in runs):.0f}", file_bytes=os.path.getsize(out))
        return out

    def open(self, gazetteer, names, first):
        """From the start of the process to the first mention, in a corpus of one short document."""
        corpus = self.path("one.jsonl")
        with open(corpus, "w", encoding="utf8") as file:
            json.dump({"id": "1", "text": f"{first}."}, file)
        out, runs = self.path("one.csv"), []
        for _ in range(self.rounds if self.compiles or names < 1e6 else 1):
            runs.append(Run(extract(self.binary, corpus, out, gazetteer, BARE, 1)))
            if digest(out)[1] < 1:
                sys.exit(f"`{first}` is not found with {names} names")
        self.add("gazetier open", names, threads=1, clock="cpu", rounds=len(runs),
                 build_s=f"{statistics.median(run.cpu for run in runs):.4f}",
                 peak_mb=f"{max(run.peak for run in runs):.0f}")

    def whole(self, gazetteer, source, names, cases):
        commands = []
        for engine, flags, threads in cases:
            commands.append((engine, threads, extract(self.binary, self.corpus, self.path("out.csv"), gazetteer, flags,
                                                      threads)))
        if self.pipeline and source and names <= MOST_PIPELINE:
            commands.append(("pipeline", 1, [self.pipeline, source, self.corpus, self.path("out.csv")]))
        rounds = self.rounds if self.compiles or names <= MOST_READ else 1
        runs, found = [[] for _ in commands], {}
        for _ in range(rounds):
            for (engine, threads, command), row in zip(commands, runs):
                row.append(Run(command))
                written = digest(self.path("out.csv"))
                if found.setdefault(engine, written) != written:
                    sys.exit(f"{engine}, {names} names, {threads} threads: {written[1]} rows where {found[engine][1]} "
                             "were before, or other ones")
        if self.compiles and source and names <= 100_000:
            Run(extract(self.binary, self.corpus, self.path("out.csv"), source, BARE, 1))
            if digest(self.path("out.csv")) != found["gazetier extract"]:
                sys.exit(f"{names} names: the compiled gazetteer finds what its source does not, or not all of it")
        for (engine, threads, _), row in zip(commands, runs):
            seconds = [run.cpu if threads == 1 else run.wall for run in row]
            self.add(engine, names, threads=threads, clock="cpu" if threads == 1 else "wall", count=found[engine][1],
                     peak_mb=f"{max(run.peak for run in row):.0f}", **record.speeds(self.text_bytes, seconds))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--pipeline")
    parser.add_argument("--records")
    parser.add_argument("--sizes", default="100,10k,100k,1m,10m")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gazetier-") as scratch:
        bench = Bench(args, scratch)
        # No gazetteer but the built-in ones: what `gazetier extract FILES` does.
        bench.whole(None, None, 0, [("gazetier extract resolving", [], 1), ("gazetier extract resolving", [], 2)])
        for size in args.sizes.split(","):
            source = os.path.join(args.folder, f"names-{size}.csv")
            with open(os.path.join(args.folder, f"names-{size}.txt"), "rb") as file:
                first = next(file).decode().strip()
                names, text_bytes = 1, len(first.encode())
                for line in file:
                    names += 1
                    text_bytes += len(line) - 1
            if names > MOST_READ and available_mb() < ROOM:
                print(f"skipped: {names} names, there is not enough memory")
                continue
            gazetteer = bench.compile(source, names, text_bytes) if bench.compiles else source
            bench.open(gazetteer, names, first)
            bare = names > MOST_READ and not bench.compiles
            bench.whole(gazetteer, source, names, CASES[:1] if bare else CASES)


if __name__ == "__main__":
    main()
