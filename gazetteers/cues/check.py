#!/usr/bin/env python3
"""Checks the files of this folder and ../build/demonyms-hand.csv: headers, NFC, line ends, order, duplicates, values.

From anywhere: python3 gazetteers/cues/check.py
"""

import csv
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
LANGUAGES = "fr|en|vi"
ORIGINS = (
    "fr|en|vi|ar|de|es|it|pt|ru|uk|pl|tr|fa|he|nl|el|ro|cs|hu|ga|ja|ko|zh|th|my|tl|id|nordic|balkan|baltic|caucasus|"
    "centralasia|african|indian|pakistani|afghan|khmer-lao|pacific|sea|other"
)
COUNTRY = re.compile("[A-Z]{2}")

# file: (columns, key columns, {column: allowed values, `a|b` = a list of them}, least rows)
FILES = {
    "titles.csv": (
        "title lang kind position class", "title lang",
        {"lang": LANGUAGES, "kind": "person", "position": "before|after|both",
         "class": "address|honorific|rank|academic|religious|nobility"}, 500),
    "roles.csv": (
        "role lang gender class", "role lang",
        {"lang": LANGUAGES, "gender": "m|f|mf",
         "class": "state|government|party|parliament|local|military|justice|business|media|science|religion|sport|"
                  "culture|international"}, 750),
    "legal-forms.csv": ("form position countries", "form", {"position": "before|after|both"}, 200),
    "organization-heads.csv": ("head lang", "head lang", {"lang": LANGUAGES}, 360),
    "place-heads.csv": ("head lang", "head lang", {"lang": LANGUAGES}, 200),
    "place-prepositions.csv": (
        "preposition lang strength", "preposition lang", {"lang": LANGUAGES, "strength": "strong|weak"}, 60),
    "given-names.csv": (
        "name lang_or_origin gender strength part also", "name",
        {"gender": "m|f|mf", "strength": "sure|ambiguous"}, 3500),
    "surnames.csv": ("name origin strength also", "name", {"strength": "sure|ambiguous"}, 1800),
    "kinship.csv": ("word lang use", "word lang", {"lang": LANGUAGES}, 200),
    "calendar.csv": (
        "word lang class", "word lang",
        {"lang": LANGUAGES, "class": "month|day|season|feast|period|year"}, 150),
}  # fmt: skip
LISTS = {
    "lang_or_origin": (ORIGINS, False),
    "origin": (ORIGINS, False),
    "part": ("given|middle", False),
    "also": ("word|place|surname|given", True),
    "use": ("address|family|possessive", False),
}
# Columns whose values must differ in more than capitals.
FOLDED = {"titles.csv", "roles.csv", "organization-heads.csv", "place-heads.csv", "calendar.csv"}


def read(path, problems):
    raw = path.read_bytes()
    if b"\r" in raw or not raw.endswith(b"\n") or raw.startswith(b"\xef\xbb\xbf"):
        problems.append(f"{path.name}: line ends, last line end or byte order mark")
    text = raw.decode("utf-8")
    for number, line in enumerate(text.split("\n"), 1):
        if not unicodedata.is_normalized("NFC", line):
            problems.append(f"{path.name}:{number}: not NFC `{line}`")
    rows = list(csv.reader(text.splitlines()))
    return rows[0], rows[1:]


def check(name, problems):
    columns, key, allowed, least = FILES[name]
    columns, key = columns.split(), key.split()
    header, rows = read(HERE / name, problems)
    if header != columns:
        problems.append(f"{name}: header is not `{','.join(columns)}`")
        return []
    if rows != sorted(rows):
        problems.append(f"{name}: rows are not sorted")
    if len(rows) < least:
        problems.append(f"{name}: {len(rows)} rows, {least} wanted")
    seen = set()
    for number, cells in enumerate(rows, 2):
        where = f"{name}:{number}"
        if len(cells) != len(columns):
            problems.append(f"{where}: {len(cells)} cells")
            continue
        row = dict(zip(columns, cells))
        for column, value in row.items():
            if value != " ".join(value.split()):
                problems.append(f"{where}: spaces in `{value}`")
            if not value and column not in ("countries", "also"):
                problems.append(f"{where}: no {column}")
            if column in allowed and value not in allowed[column].split("|"):
                problems.append(f"{where}: {column} `{value}`")
            if column in LISTS:
                values, may_be_empty = LISTS[column]
                parts = value.split("|") if value else []
                if len(set(parts)) != len(parts) or not set(parts) <= set(values.split("|")) or not (parts or may_be_empty):
                    problems.append(f"{where}: {column} `{value}`")
            if column == "countries" and value:
                parts = value.split("|")
                if parts != sorted(set(parts)) or not all(COUNTRY.fullmatch(part) for part in parts):
                    problems.append(f"{where}: countries `{value}`")
        if "also" in row and (row["strength"] == "sure") != (not row["also"]):
            problems.append(f"{where}: strength and also disagree")
        entry = tuple(row[column].casefold() if name in FOLDED else row[column] for column in key)
        if entry in seen:
            problems.append(f"{where}: twice `{cells[0]}`")
        seen.add(entry)
    return [dict(zip(columns, cells)) for cells in rows]


def check_demonyms(problems):
    path = HERE.parent / "build" / "demonyms-hand.csv"
    header, rows = read(path, problems)
    with open(HERE.parent / "places.csv", encoding="utf-8", newline="") as file:
        places = {row["id"].removeprefix("gz:place/") for row in csv.DictReader(file)}
    slugs = set()
    for number, cells in enumerate(rows, 2):
        where = f"{path.name}:{number}"
        row = dict(zip(header, cells))
        if len(cells) != len(header) or not row["name"]:
            problems.append(f"{where}: cells")
            continue
        if row["slug"] in slugs or not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", row["slug"]):
            problems.append(f"{where}: slug `{row['slug']}`")
        slugs.add(row["slug"])
        if row["parent"] not in places:
            problems.append(f"{where}: no place `{row['parent']}`")
        names = [[row[f"name:{lang}"], *row[f"aliases:{lang}"].split("|")] for lang in ("fr", "vi")]
        names.append([row["name"], *row["aliases:en"].split("|")])
        for listed in names:
            listed = [value for value in listed if value]
            if len(set(listed)) != len(listed):
                problems.append(f"{where}: a name twice")
            if any(value != value.strip() for value in listed):
                problems.append(f"{where}: spaces")
    return len(rows)


def main():
    problems = []
    for name in FILES:
        rows = check(name, problems)
        column = next((c for c in ("lang", "lang_or_origin", "origin") if rows and c in rows[0]), None)
        counts = Counter(part for row in rows for part in row[column].split("|")) if column else Counter()
        print(f"{name}: {len(rows)}", ", ".join(f"{key} {count}" for key, count in counts.most_common()))
    print(f"demonyms-hand.csv: {check_demonyms(problems)}")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
