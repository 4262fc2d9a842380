#!/usr/bin/env python3
"""How many names that were taken out of the gazetteers `gazetier discover` finds again.

Of the person and organization names that an annotated corpus holds at least --least times and that the gazetteers
list, a random half is removed from the gazetteers, with every name that differs in case or marks only. `discover` then
reads the texts of the corpus. A name has come back if it is the name, an alias or an acronym of one of the first --rows
rows, in the same words (case and marks aside); its kind is right if the row's is the annotated one.

    benches/discover.py target/release/gazetier gold.jsonl gazetteers/*.csv world.csv

Gold: JSON Lines with `text` and `entities` (`start`, `end` in characters, `type` PER, ORG …). Gazetteers: CSV, wide or long.
"""
import argparse
import collections
import csv
import json
import os
import random
import subprocess
import tempfile
import unicodedata

KINDS = {"PER": "person", "ORG": "organization"}


def key(name):
    folded = unicodedata.normalize("NFD", name.casefold().replace("’", "'"))
    kept = "".join(c for c in folded if not unicodedata.combining(c)).replace("đ", "d")
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())


def is_list(column):
    return column.split(":")[0] in ("aliases", "acronyms")


def is_name(column):
    return column.split(":")[0] == "name" or is_list(column)


def names_of(row):
    for column, cell in row.items():
        if cell and is_list(column):
            yield from cell.split("|")
        elif cell and is_name(column):
            yield cell


def without(row, gone):
    """The row without the names, or nothing if none is left."""
    row = dict(row)
    for column, cell in row.items():
        if cell and is_list(column):
            row[column] = "|".join(item for item in cell.split("|") if key(item) not in gone)
        elif cell and is_name(column) and key(cell) in gone:
            row[column] = ""
    if key(row.get("canonical") or "") in gone:
        # The long form: the name that is shown is one as well.
        row["canonical"] = row["name"]
    if not row["name"]:
        left = list(names_of(row))
        if not left:
            return None
        row["name"] = left[0]
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("gold")
    parser.add_argument("gazetteers", nargs="+")
    parser.add_argument("--least", type=int, default=3)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--show", action="store_true", help="list the names that did not come back, or with another kind")
    args = parser.parse_args()

    counts = collections.Counter()
    documents = []
    with open(args.gold, encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            documents.append({k: document[k] for k in ("id", "lang", "text") if k in document})
            for entity in document["entities"]:
                kind = KINDS.get(entity["type"])
                if kind:
                    name = document["text"][entity["start"]:entity["end"]]
                    counts[(kind, unicodedata.normalize("NFC", name))] += 1
    tables = []
    listed = set()
    for path in args.gazetteers:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            tables.append((os.path.basename(path), reader.fieldnames, rows))
        for row in rows:
            listed.update((row.get("kind") or "", name) for name in names_of(row))
    wanted = sorted(name for name, count in counts.items() if count >= args.least and name in listed)
    print(f"{len(wanted)} listed names with {args.least} mentions or more")

    shares, rights = [], []
    with tempfile.TemporaryDirectory() as folder:
        texts = os.path.join(folder, "texts.jsonl")
        with open(texts, "w", encoding="utf-8") as file:
            for document in documents:
                file.write(json.dumps(document, ensure_ascii=False) + "\n")
        for seed in range(1, args.seeds + 1):
            removed = random.Random(seed).sample(wanted, len(wanted) // 2)
            gone = {key(name) for _, name in removed}
            command = [args.binary, "discover", texts, "--no-builtin", "--no-config", "-q", "--rows", str(args.rows)]
            for number, (name, fields, rows) in enumerate(tables):
                path = os.path.join(folder, f"{number}-{name}")
                with open(path, "w", encoding="utf-8", newline="") as file:
                    writer = csv.DictWriter(file, fields)
                    writer.writeheader()
                    shown = "canonical" if "canonical" in fields else "name"
                    touched = (
                        without(row, gone) if key(row[shown]) in gone or any(key(n) in gone for n in names_of(row)) else row
                        for row in rows
                    )
                    writer.writerows(row for row in touched if row)
                command += ["-g", path]
            out = os.path.join(folder, "candidates.csv")
            subprocess.run([*command, "-o", out], check=True)
            back = {}
            with open(out, encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    for name in names_of({k: row[k] for k in ("name", "aliases", "acronyms")}):
                        back.setdefault(key(name), row["kind"])
            found = [(kind, name) for kind, name in removed if key(name) in back]
            right = [(kind, name) for kind, name in found if back[key(name)] == kind]
            shares.append(len(found) / len(removed))
            rights.append(len(right) / max(1, len(found)))
            print(f"seed {seed}: {len(found)} of {len(removed)} come back ({shares[-1]:.1%}), {rights[-1]:.1%} of the right kind")
            if args.show:
                print("  not back:", sorted(f"{n} {counts[(k, n)]}" for k, n in set(removed) - set(found)))
                print("  other kind:", sorted(f"{n} {back[key(n)]}" for k, n in set(found) - set(right)))
    print(f"average: {sum(shares) / len(shares):.1%} come back, {sum(rights) / len(rights):.1%} of the right kind")


main()
