#!/usr/bin/env python3
"""Writes gazetteers/places.csv and gazetteers/demonyms.csv.

Usage: places.py WORK, where WORK is the folder that fetch.sh filled. Reads
the packages there and the hand-written CSV files beside this script, and
writes the same bytes each time. places-ids.csv keeps the id that each
GeoNames place got once, so that a newer package never changes an id.
"""

import csv
import json
import re
import sys
import unicodedata
from pathlib import Path

sys.dont_write_bytecode = True
from gazetteer_rows import COLUMNS, LANGUAGES, OUT, Place, middle, nfc, place_id, position, read, split  # noqa: E402
from place_cities import Cities, own_cues, read_cities  # noqa: E402


def countries(work, cities):
    territories = {}
    for language in LANGUAGES:
        with open(work / f"cldr-localenames-full/package/main/{language}/territories.json", encoding="utf-8") as file:
            territories[language] = json.load(file)["main"][language]["localeDisplayNames"]["territories"]
    for hand in read("places-hand-countries.csv"):
        code = hand["code"]
        place = Place(place_id(hand["slug"]), hand["name"])
        for name in split(hand["aliases"]):
            place.add("", name)
        for language in LANGUAGES:
            own = hand.get(f"name:{language}") or ("" if language != "en" else hand["name"])
            place.set_title(language, own)
            for key in (code, f"{code}-alt-short", f"{code}-alt-variant", f"{code}-alt-chagos"):
                name = nfc(territories[language].get(key, ""))
                # Not `Congo (RDC)`, `R.A.S. chinoise de …`, `UK`; nor a
                # name that the hand-written file replaces on purpose.
                if not name or re.search(r"[()]|R\.A\.S\.|SAR |Đặc khu|\.-|^[A-Z]{2}$", name):
                    continue
                if (code, name) in {("MU", "Maurice"), ("DM", "Dominique"), ("RE", "Réunion")}:
                    continue
                if "&" in name and language == "en":
                    place.add("", name)
                place.set_title(language, name)
            for name in split(hand[f"aliases:{language}"]):
                place.add(language, name)
        place.acronyms = split(hand["acronyms"])
        place.sovereign = not hand["territory"]
        if code != "XK":  # in use, but not in the standard
            place.fields["same_as"] = f"iso:{code}"
        place.fields.update(prior=hand["prior"], geonames=hand["geonames"], wikidata=hand["wikidata"], country=code, important="true")
        if hand["parent"]:
            place.fields["parent"] = place_id(hand["parent"])
        place.fields["lat"], place.fields["lon"] = middle([c for c in cities if c["country"] == code])
        yield place


def regions(cities, by_geonames):
    admin = {}
    for row in read("places-admin1.csv"):
        admin.setdefault(row["slug"], row)
    words = {row["name"]: row for row in read("places-words.csv")}
    for hand in read("places-hand.csv"):
        place = Place(place_id(hand["slug"]), hand["name"])
        for name in split(hand["aliases"]):
            place.add("", name)
        for language in LANGUAGES:
            place.set_title(language, hand.get(f"name:{language}"))
            for name in split(hand[f"aliases:{language}"]):
                place.add(language, name)
        place.fields.update(prior=hand["prior"], country=hand["country"], important=hand["important"])
        place.fields["needs"] = own_cues(words.get(place.name))
        if hand["iso"]:
            place.fields["same_as"] = f"iso:{hand['iso']}"
        if hand["parent"]:
            place.fields["parent"] = place_id(hand["parent"])
        if hand["point"]:
            place.fields["lat"], place.fields["lon"] = position(by_geonames[hand["point"]])
        elif hand["slug"] in admin:
            row = admin[hand["slug"]]
            level = "admin1" if row["admin1"] else "admin2"
            inside = [c for c in cities if (c["country"], c[level]) == (row["country"], row[level])]
            place.fields["lat"], place.fields["lon"] = middle(inside)
        yield place


def demonyms():
    for hand in read("demonyms-hand.csv"):
        place = Place(f"gz:demonym/{hand['slug']}", hand["name"], "demonym")
        for language in LANGUAGES:
            place.set_title(language, hand.get(f"name:{language}"))
            for name in split(hand[f"aliases:{language}"]):
                place.add(language, name)
        place.fields["parent"] = place_id(hand["parent"])
        yield place


def write(name, places, columns):
    with open(OUT / name, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        for place in places:
            writer.writerow(place.row())


def check(places, all_ids):
    problems = []
    seen = set()
    for place in places:
        if place.id in seen:
            problems.append(f"{place.id}: id twice")
        seen.add(place.id)
        if not re.fullmatch("gz:(place|demonym)/[a-z0-9]+(-[a-z0-9]+)*", place.id):
            problems.append(f"{place.id}: not a slug")
        if place.fields["parent"] and place.fields["parent"] not in all_ids:
            problems.append(f"{place.id}: no parent `{place.fields['parent']}`")
        titles = list(place.title.values())
        listed = [place.name, *sum(place.aliases.values(), []), *place.acronyms]
        if len(set(listed)) != len(listed) or set(titles) & (set(listed) - {place.name}):
            problems.append(f"{place.id}: a name twice")
        for name in place.names():
            if not name or name != name.strip() or "|" in name or not unicodedata.is_normalized("NFC", name):
                problems.append(f"{place.id}: bad name `{name}`")
    for place in places:  # no circles
        at, steps = place.fields["parent"], 0
        by_id = check.by_id
        while at and steps < 20:
            at, steps = by_id[at].fields["parent"] if at in by_id else "", steps + 1
        if at:
            problems.append(f"{place.id}: parents go in a circle")
    return problems


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: places.py WORK")
    work = Path(sys.argv[1])
    cities = list(read_cities(work))
    by_geonames = {city["geonames"]: city for city in cities}
    others = [*countries(work, cities), *regions(cities, by_geonames)]
    for place in others:
        place.settle()
    places = [*others, *Cities(work, cities, others).all()]
    people = list(demonyms())
    for place in [*places, *people]:
        place.settle()
        if place.kind == "place":
            place.add_saint_forms()
            place.settle()
    check.by_id = {place.id: place for place in places}
    problems = check(places, set(check.by_id)) + check(people, set(check.by_id))
    if problems:
        sys.exit("\n".join(problems))
    places.sort(key=lambda place: place.id)
    people.sort(key=lambda place: place.id)
    write("places.csv", places, COLUMNS)
    write("demonyms.csv", people, [c for c in COLUMNS if c not in ("acronyms", "prior", "needs", "same_as", "geonames", "wikidata", "country", "lat", "lon", "important")])


if __name__ == "__main__":
    main()
