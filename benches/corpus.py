#!/usr/bin/env python3
"""Writes a corpus of any size in which every document differs: JSON Lines on standard output.

    corpus.py SIZE [TEXT…] [--names CSV…] [--seed N]

SIZE is a number of bytes (64M, 2G). TEXT are .txt or .jsonl files or folders (default: the package's seeds); their
paragraphs are dealt out anew, and names of the gazetteers (default: gazetteers/people.csv, organizations.csv,
places.csv) take the place of other names of the same kind, so that neither documents nor paragraphs repeat. The same
arguments give the same bytes. Python 3, nothing else.
"""
import argparse
import csv
import json
import os
import random
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def size(text):
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([KMG]?)", text.upper())
    if not match:
        raise argparse.ArgumentTypeError(f"not a size such as 64M: {text}")
    return int(float(match[1]) * UNITS[match[2]])


def texts(paths):
    """(language or None, text) of all files."""
    for path in paths:
        if os.path.isdir(path):
            yield from texts(sorted(os.path.join(path, name) for name in os.listdir(path)))
        elif path.endswith(".jsonl"):
            with open(path, encoding="utf8") as lines:
                for line in lines:
                    record = json.loads(line)
                    yield record.get("lang"), record["text"]
        elif path.endswith(".txt"):
            with open(path, encoding="utf8") as file:
                name = os.path.basename(path)
                yield (name[:2] if re.match(r"(fr|vi|en)-", name) else None), file.read()


def names(paths):
    """kind → list of names."""
    kinds = {}
    for path in paths:
        kind = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf8", newline="") as file:
            for row in csv.DictReader(file):
                for column in ("name", "canonical"):
                    if row.get(column):
                        kinds.setdefault(row.get("kind") or kind, []).append(row[column])
    return kinds


def slots(paragraph, kind_of, pattern):
    """The paragraph as pieces: text, kind, text, kind, …, text."""
    pieces, at = [], 0
    for match in pattern.finditer(paragraph):
        pieces += [paragraph[at:match.start()], kind_of[match[0]]]
        at = match.end()
    return pieces + [paragraph[at:]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=size)
    parser.add_argument("texts", nargs="*", default=[os.path.join(ROOT, "seeds")])
    default = [os.path.join(ROOT, "gazetteers", f"{stem}.csv") for stem in ("people", "organizations", "places")]
    parser.add_argument("--names", nargs="+", default=default)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    kinds = names(args.names)
    kind_of = {name: kind for kind, listed in kinds.items() for name in listed if len(name) > 4}
    words = re.compile(r"\w+")
    # Only names that stand in the texts can be replaced: one look at each pair and triple of words finds them.
    languages = {}
    for lang, text in texts(args.texts):
        for paragraph in re.split(r"\n\s*\n|\n", text):
            if len(paragraph) > 20:
                languages.setdefault(lang, []).append(paragraph)
    if not languages:
        sys.exit("no paragraphs in " + " ".join(args.texts))
    present = set()
    for paragraphs in languages.values():
        for paragraph in paragraphs:
            spans = [match.span() for match in words.finditer(paragraph)]
            for i, (start, _) in enumerate(spans):
                for k in range(i, min(i + 5, len(spans))):
                    surface = paragraph[start:spans[k][1]]
                    if surface in kind_of:
                        present.add(surface)
    pattern = re.compile("|".join(map(re.escape, sorted(present, key=lambda n: (-len(n), n)))) or r"(?!)")
    dealt = {lang: [slots(p, kind_of, pattern) for p in paragraphs] for lang, paragraphs in languages.items()}
    order = sorted(dealt, key=str)
    share = [sum(len(p) for p in languages[lang]) for lang in order]
    written, number = 0, 0
    out = open(sys.stdout.fileno(), "w", encoding="utf8", newline="\n", buffering=1 << 20)
    while written < args.size:
        lang = rng.choices(order, share)[0]
        parts = []
        for pieces in rng.choices(dealt[lang], k=rng.randint(4, 14)):
            text = "".join(p if i % 2 == 0 else rng.choice(kinds[p]) for i, p in enumerate(pieces))
            # Sentences trade places, and one or two are left out, so that few paragraphs are the same.
            sentences = re.split(r"(?<=[.!?…]) +", text)
            if len(sentences) > 2:
                sentences.pop(rng.randrange(len(sentences)))
                rng.shuffle(sentences)
            parts.append(" ".join(sentences))
        day = number % 28 + 1
        record = {"id": f"d{number}", "date": f"2025-{number // 28 % 12 + 1:02}-{day:02}"}
        if lang:
            record["lang"] = lang
        record["title"] = " – ".join(rng.choice(listed) for listed in kinds.values())
        record["text"] = "\n\n".join(parts) + f"\n\nNo {number}"
        line = json.dumps(record, ensure_ascii=False) + "\n"
        out.write(line)
        written += len(line.encode())
        number += 1
    out.close()
    print(f"{number} documents, {written} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
