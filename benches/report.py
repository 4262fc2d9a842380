#!/usr/bin/env python3
"""Writes the README's tables and the plot from the newest record of peers.

    report.py            rewrites README.md between `<!-- benchmark:begin -->` and `<!-- benchmark:end -->`, and
                         docs/benchmark.svg
    report.py --check    only compares; exit code 1 if they are not what the record gives

The newest record is the last benches/records/DATE-peers.csv. Of each part it takes the rows of the commit that comes
last, and of rows for the same thing the last. Standard library only.
"""
import argparse
import csv
import glob
import math
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BEGIN, END = "<!-- benchmark:begin -->", "<!-- benchmark:end -->"

# Part, engine, name shown, what it finds, class of the line in the plot (none: not drawn).
MATCHING = [
    ("peers", "gazetier hits", "**Gazetier**", "words; case, marks and gaps as each name allows", "own"),
    ("peers", "gazetier hits over built-in", "**Gazetier**, the built-in gazetteers beneath",
     "the same, and 17,000 names more", None),
    ("peers", "fold + daachorse + boundaries", "folding + daachorse + boundaries", "folded words", "c1"),
    ("peers", "daachorse bytewise", "daachorse, by bytes", "bytes anywhere", "c2"),
    ("peers", "daachorse bytewise trained", "the same, layout trained", "bytes anywhere", None),
    ("peers", "daachorse charwise", "daachorse, by characters", "bytes anywhere", None),
    ("peers", "aho-corasick DFA", "aho-corasick, DFA", "bytes anywhere", None),
    ("peers", "aho-corasick contiguous NFA", "aho-corasick, contiguous NFA", "bytes anywhere", "c3"),
    ("peers", "aho-corasick non-contiguous NFA", "aho-corasick, non-contiguous NFA", "bytes anywhere", None),
    ("peers", "fst from word starts", "fst walked from word starts", "words, exact", "c4"),
    ("peers-gpl", "flashtext2", "flashtext2", "words, exact", None),
    ("peers-gpl", "flashtext2 caseless", "flashtext2, caseless", "words, any case", "c5"),
    ("python", "hyperscan", "hyperscan (Python)", "bytes anywhere, overlapping", None),
    ("python", "ahocorasick_rs", "ahocorasick_rs (Python)", "bytes anywhere", None),
    ("python", "pyahocorasick", "pyahocorasick (Python)", "bytes anywhere", None),
    ("python", "FlashText", "FlashText (Python)", "words, exact", None),
    ("python", "spaCy PhraseMatcher", "spaCy PhraseMatcher (Python)", "tokens, exact", "c6"),
]
WHOLE = [
    ("whole", "gazetier extract", 1, "**`gazetier extract`**, bare (`--no-builtin --no-resolve`)", "own"),
    ("whole", "gazetier extract over built-in", 1, "**`gazetier extract`**, bare, over the built-in gazetteers", None),
    ("whole", "gazetier extract resolving", 1, "**`gazetier extract`** as it comes: built-in gazetteers, resolution",
     "c3"),
    ("whole", "pipeline", 1, "serde_json + folding + daachorse + csv", "c1"),
    ("whole", "gazetier extract", 2, "**`gazetier extract`**, bare, two threads, by the clock on the wall", None),
]
SIZES = [100, 10_000, 100_000, 1_000_000, 10_000_000]


class Rows:
    """The rows of the newest record by part, engine, names and threads."""

    def __init__(self):
        files = sorted(glob.glob(os.path.join(ROOT, "benches", "records", "*-peers.csv")))
        if not files:
            sys.exit("there is no record benches/records/DATE-peers.csv")
        self.file = os.path.relpath(files[-1], ROOT)
        with open(files[-1], encoding="utf8", newline="") as file:
            rows = list(csv.DictReader(file))
        last = {row["part"]: row["commit"] for row in rows}
        self.all = [row for row in rows if row["commit"] == last[row["part"]]]
        self.rows = {(r["part"], r["engine"], int(r["names"]), int(r["threads"])): r for r in self.all}
        for size in SIZES:
            whole, part = self.get("whole", "pipeline", size), self.get("peers", "fold + daachorse + boundaries", size)
            if whole and part and whole["count"] != part["count"]:
                sys.exit(f"the pipeline writes {whole['count']} rows with {size} names, its parts find {part['count']}")

    def get(self, part, engine, names, threads=1):
        row = self.rows.get((part, engine, names, threads))
        # The clock on the wall says nothing where others wanted the cores.
        if row and row["clock"] == "wall" and float(row["load"] or 0) > int(row["cores"]) + 0.5:
            return None
        return row

    def speed(self, part, engine, names, threads=1):
        row = self.get(part, engine, names, threads)
        return float(row["mb_per_s"]) if row and row["mb_per_s"] else None


def shown(speed):
    if speed is None:
        return "–"
    return f"{speed:.0f}" if speed >= 10 else f"{speed:.1f}" if speed >= 1 else f"{speed:.2f}"


def label(size):
    return {100: "100", 10_000: "10 k", 100_000: "100 k", 1_000_000: "1 M", 10_000_000: "10 M"}[size]


def table(head, lines):
    # The first columns are words, the rest figures.
    words = sum(1 for name in head if not name[:1].isdigit() and name in ("engine", "finds", "run", "names"))
    rule = ["---"] * words + ["---:"] * (len(head) - words)
    return ["| " + " | ".join(row) + " |" for row in [head, rule, *lines]]


def tables(rows):
    first = rows.all[-1]
    commits = sorted({row["commit"] for row in rows.all})
    out = [BEGIN, f"Measured on {first['date']} at {' and '.join(commits)} ({first['cpu']}, {first['cores']} cores); "
           f"[`{rows.file}`]({rows.file}) holds every figure, its spread, versions, counts and memory.", "",
           "![MB/s by the number of names](docs/benchmark.svg)", "",
           "Matching alone, text in memory, MB/s of one thread's CPU time by the number of names:", ""]
    sizes = SIZES[:4]
    lines = []
    for part, engine, name, finds, _ in MATCHING:
        speeds = [rows.speed(part, engine, size) for size in sizes]
        if any(speed is not None for speed in speeds):
            lines.append([name, finds, *map(shown, speeds)])
    out += table(["engine", "finds", *map(label, sizes)], lines)
    out += ["", "Whole runs, JSON Lines to a CSV of mentions, MB/s of the process's CPU time, start included:", ""]
    lines = []
    for part, engine, threads, name, _ in WHOLE:
        speeds = [rows.speed(part, engine, size, threads) for size in SIZES]
        if any(speed is not None for speed in speeds):
            lines.append([name, *map(shown, speeds)])
    out += table(["run", *map(label, SIZES)], lines)
    alone = rows.speed("whole", "gazetier extract resolving", 0)
    if alone:
        out += ["", f"With the built-in gazetteers alone, `gazetier extract` does {shown(alone)} MB/s."]
    lines = []
    for size in SIZES:
        compiled, opened = rows.get("whole", "gazetier compile", size), rows.get("whole", "gazetier open", size)
        if compiled and opened:
            over = (int(compiled["file_bytes"]) - int(compiled["text_bytes"])) / size
            lines.append([label(size), f"{float(compiled['build_s']):.2f} s", f"{compiled['peak_mb']} MB",
                          f"{int(compiled['file_bytes']) / 1e6:.1f} MB", f"{over:.1f}",
                          f"{float(opened['build_s']) * 1e3:.0f} ms"])
    if lines:
        out += ["", "Compiled gazetteers (`gazetier compile`): CPU time and peak memory of compiling, size of the file, "
                "bytes a name beyond its text, and CPU time of a process from its start to its first mention:", ""]
        out += table(["names", "compile", "peak", "file", "bytes a name", "to first mention"], lines)
    return out + [END]


def readme(rows):
    with open(os.path.join(ROOT, "README.md"), encoding="utf8") as file:
        text = file.read()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        sys.exit(f"README.md has not one `{BEGIN}` and one `{END}`")
    before, rest = text.split(BEGIN)
    return before + "\n".join(tables(rows)) + rest.split(END)[1]


STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #57606a }
  .title { font-weight: 600 }
  .grid { stroke: #8c959f; stroke-opacity: .3 }
  polyline { fill: none; stroke-width: 1.6 }
  .own { stroke: #d1242f } .c1 { stroke: #0969da } .c2 { stroke: #8250df } .c3 { stroke: #1a7f37 }
  .c4 { stroke: #9a6700 } .c5 { stroke: #bf3989 } .c6 { stroke: #57606a }
  polyline.own { stroke-width: 3.2 }
  circle { stroke: none }
  circle.own, text.own { fill: #d1242f } circle.c1, text.c1 { fill: #0969da } circle.c2, text.c2 { fill: #8250df }
  circle.c3, text.c3 { fill: #1a7f37 } circle.c4, text.c4 { fill: #9a6700 } circle.c5, text.c5 { fill: #bf3989 }
  circle.c6, text.c6 { fill: #57606a }
  text.own, text.c1, text.c2, text.c3, text.c4, text.c5, text.c6 { stroke: none }
  @media (prefers-color-scheme: dark) {
    text, circle.c6, text.c6 { fill: #9198a1 } .c6 { stroke: #9198a1 }
    .own { stroke: #ff7b72 } circle.own, text.own { fill: #ff7b72 }
    .c1 { stroke: #58a6ff } circle.c1, text.c1 { fill: #58a6ff }
    .c2 { stroke: #bc8cff } circle.c2, text.c2 { fill: #bc8cff }
    .c3 { stroke: #3fb950 } circle.c3, text.c3 { fill: #3fb950 }
    .c4 { stroke: #d29922 } circle.c4, text.c4 { fill: #d29922 }
    .c5 { stroke: #f778ba } circle.c5, text.c5 { fill: #f778ba }
  }
"""
TOP, BOTTOM, WIDTH = 40, 330, 250


def spread(wanted, least):
    """Places for labels as near to those wanted as their height allows, ascending."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    places = [0.0] * len(wanted)
    last = -math.inf
    for i in order:
        places[i] = last = max(wanted[i], last + least)
    over = last - (BOTTOM - 2)
    for i in reversed(order):
        if over <= 0:
            break
        places[i] -= over
        below = [places[j] for j in order if places[j] < places[i]]
        over = max(0, (max(below) + least - places[i])) if below else 0
    return places


def panel(left, title, series, sizes, bounds):
    low, high = (math.log10(bound) for bound in bounds)
    steps = [math.log10(size) for size in sizes]

    def x(size):
        return left + WIDTH * (math.log10(size) - steps[0]) / (steps[-1] - steps[0])

    def y(speed):
        return BOTTOM - (BOTTOM - TOP) * (math.log10(speed) - low) / (high - low)

    out = [f'<text class="title" x="{left}" y="22">{title}</text>']
    for exponent in range(math.floor(low), math.floor(high) + 1):
        for factor in (1, 2, 5):
            speed = factor * 10.0 ** exponent
            if bounds[0] <= speed <= bounds[1]:
                out.append(f'<line class="grid" x1="{left}" x2="{left + WIDTH}" y1="{y(speed):.1f}" y2="{y(speed):.1f}"/>')
                out.append(f'<text x="{left - 6}" y="{y(speed) + 4:.1f}" text-anchor="end">{speed:g}</text>')
    for size in sizes:
        out.append(f'<text x="{x(size):.1f}" y="{BOTTOM + 18}" text-anchor="middle">{label(size)}</text>')
    out.append(f'<text x="{left + WIDTH / 2}" y="{BOTTOM + 36}" text-anchor="middle">names</text>')
    places = spread([y(points[-1][1]) for _, _, points in series], 15)
    for (name, style, points), place in zip(series, places):
        path = " ".join(f"{x(size):.1f},{y(speed):.1f}" for size, speed in points)
        out.append(f'<polyline class="{style}" points="{path}"/>')
        out += [f'<circle class="{style}" cx="{x(s):.1f}" cy="{y(v):.1f}" r="{4 if style == "own" else 2.5}"/>'
                for s, v in points]
        out.append(f'<text class="{style}" x="{left + WIDTH + 10}" y="{place + 4:.1f}">{name}</text>')
    return out


def bounds_of(series):
    speeds = [speed for _, _, points in series for _, speed in points]
    return min(speeds) / 1.25, max(speeds) * 1.25


def plot(rows):
    def series(lines, sizes):
        found = []
        for part, engine, threads, name, style in lines:
            points = [(size, rows.speed(part, engine, size, threads)) for size in sizes]
            points = [(size, speed) for size, speed in points if speed is not None]
            if style and points:
                found.append((name.replace("**", "").replace("`", "").split(" (", 1)[0], style, points))
        return found

    matching = series([(part, engine, 1, name, style) for part, engine, name, _, style in MATCHING], SIZES[:4])
    whole = series([(part, engine, threads, {"own": "gazetier extract, bare", "c3": "gazetier extract, resolving",
                                             "c1": "serde_json + daachorse + csv"}.get(style, name), style)
                    for part, engine, threads, name, style in WHOLE], SIZES)
    height, second = BOTTOM + 50, 560
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1010 {height}" role="img" '
           'aria-label="MB/s by the number of names">', f"<style>{STYLE}</style>"]
    out += panel(50, "Matching alone, MB/s", matching, SIZES[:4], bounds_of(matching))
    if whole:
        out += panel(second, "Whole runs, JSONL to CSV, MB/s", whole, SIZES, bounds_of(whole))
    return "\n".join(out) + "\n</svg>\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    rows = Rows()
    stale = []
    for path, wanted in (("README.md", readme(rows)), (os.path.join("docs", "benchmark.svg"), plot(rows))):
        full = os.path.join(ROOT, path)
        there = ""
        if os.path.exists(full):
            with open(full, encoding="utf8") as file:
                there = file.read()
        if there == wanted:
            continue
        if check:
            stale.append(path)
        else:
            with open(full, "w", encoding="utf8") as file:
                file.write(wanted)
    if stale:
        sys.exit(f"{' and '.join(stale)}: not what {rows.file} gives; run `python3 benches/report.py`")


if __name__ == "__main__":
    main()
