"""Rows of the wide form, and the helpers that places.py and place_cities.py
share: reading the hand-written files, cleaning names, making ids."""

import csv
import math
import re
import unicodedata
from pathlib import Path

BUILD = Path(__file__).resolve().parent
OUT = BUILD.parent
LANGUAGES = ("fr", "vi", "en")
COLUMNS = [
    "id", "kind", "name", "aliases", "name:fr", "aliases:fr", "name:vi", "aliases:vi",
    "name:en", "aliases:en", "acronyms", "prior", "parent", "needs", "same_as", "geonames",
    "wikidata", "country", "lat", "lon", "important",
]  # fmt: skip
FIELDS = ("prior", "parent", "needs", "same_as", "geonames", "wikidata", "country", "lat", "lon", "important")


def nfc(text):
    return unicodedata.normalize("NFC", text).replace("’", "'").replace("Ð", "Đ").strip()


def read(name):
    with open(BUILD / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def split(cell):
    return [nfc(item) for item in (cell or "").split("|") if item.strip()]


def fold(text):
    """Small letters without marks, as search keys are made."""
    for letter, ascii_letters in (("đ", "d"), ("ø", "o"), ("ł", "l"), ("ß", "ss"), ("æ", "ae"), ("œ", "oe"), ("ı", "i"), ("ə", "a"), ("'", "")):
        text = text.lower().replace(letter, ascii_letters)
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def slug(text):
    return re.sub("[^a-z0-9]+", "-", fold(text)).strip("-")


def cue(text):
    """A name as a cue of the column `needs`: folded words with a space between."""
    return re.sub("[^a-z0-9]+", " ", fold(text.replace("'", " "))).strip()


def place_id(text):
    return f"gz:place/{text}"


def marked_word(name):
    """One word with a mark: tagging it lets text without marks match."""
    one_word = not re.search(r"[^\w]", name)
    return one_word and any(unicodedata.combining(c) or c in "đĐłŁøØœŒæÆ" for c in unicodedata.normalize("NFD", name))


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


class Place:
    """One row: names by column, each name once (see `add`)."""

    def __init__(self, id, name, kind="place"):
        self.id, self.kind, self.name = id, kind, nfc(name)
        self.title = {}  # language -> name:xx
        self.aliases = {"": [], "fr": [], "vi": [], "en": []}
        self.acronyms = []
        self.fields = dict.fromkeys(FIELDS, "")
        self.sovereign = None  # of a country: whether it is a sovereign state

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
