#!/usr/bin/env python3
"""Measures what a Python user has: each engine that can be imported, on the documents and names of a folder.

    peers_python.py --folder FOLDER [--records FILE.csv] [--sizes 100,10k,100k,1m] [--rounds 3] [--engines WORD,…]

FOLDER holds corpus.jsonl and names-SIZE.txt. The slow engines get the first documents only, as many megabytes as their
line in ENGINES says (the column text_bytes has it), and no more names than it says. The figure is the CPU time of the
process. Engines: spaCy, FlashText, pyahocorasick, ahocorasick_rs, hyperscan (which is Vectorscan or Hyperscan, case-
sensitive literals); none of them is needed, one that is not there is skipped with a message.

Each engine must find the same number every time; engines of the same work must agree on the documents that both have
seen; those by words must find nine tenths of what a slow search finds in a sample: a fast wrong engine fails.
"""
import argparse
import ctypes
import gc
import importlib
import importlib.metadata
import json
import os
import sys
import time

import record


def spacy_matcher(names):
    spacy = importlib.import_module("spacy")
    matcher_module = importlib.import_module("spacy.matcher")
    language = spacy.blank("fr")
    language.max_length = 1 << 30
    matcher = matcher_module.PhraseMatcher(language.vocab)
    matcher.add("name", [language.make_doc(name) for name in names])
    util = importlib.import_module("spacy.util")

    def find(text):
        document = language.make_doc(text)
        spans = util.filter_spans(matcher(document, as_spans=True))
        return [(span.start_char, span.end_char) for span in spans]

    return find


def flashtext(names):
    processor = importlib.import_module("flashtext").KeywordProcessor(case_sensitive=True)
    for name in names:
        processor.add_keyword(name)
    return lambda text: [(start, end) for _, start, end in processor.extract_keywords(text, span_info=True)]


def pyahocorasick(names):
    automaton = importlib.import_module("ahocorasick").Automaton()
    for name in names:
        automaton.add_word(name, len(name))
    automaton.make_automaton()
    return lambda text: [(end + 1 - length, end + 1) for end, length in automaton.iter_long(text)]


def ahocorasick_rs(names):
    package = importlib.import_module("ahocorasick_rs")
    automaton = package.AhoCorasick(names, matchkind=package.MatchKind.LeftmostLongest)
    return lambda text: [(start, end) for _, start, end in automaton.find_matches_as_indexes(text)]


def hyperscan(names):
    package = importlib.import_module("hyperscan")
    database = package.Database(mode=package.HS_MODE_BLOCK)
    database.compile(expressions=[name.encode() for name in names], ids=list(range(len(names))), elements=len(names),
                     literal=True)
    scratch = package.Scratch(database)
    database.scratch = scratch
    lengths = [len(name.encode()) for name in names]

    def find(text):
        found = []

        def hit(number, _start, end, _flags, _context):
            found.append((end - lengths[number], end))

        database.scan(text.encode(), match_event_handler=hit, scratch=scratch)
        return found

    return find


# Name, module, package, builder, megabytes, most names, what it finds: "raw" is every place in leftmost-longest order,
# "overlapping" every place, "words" words as the engine sees them.
ENGINES = [
    ("ahocorasick_rs", "ahocorasick_rs", "ahocorasick_rs", ahocorasick_rs, 100, 1_000_000, "raw"),
    ("pyahocorasick", "ahocorasick", "pyahocorasick", pyahocorasick, 10, 1_000_000, "raw"),
    ("hyperscan", "hyperscan", "hyperscan", hyperscan, 100, 100_000, "overlapping"),
    ("FlashText", "flashtext", "flashtext", flashtext, 4, 1_000_000, "words"),
    ("spaCy PhraseMatcher", "spacy", "spacy", spacy_matcher, 1, 100_000, "words"),
]


def in_word(text, at):
    return 0 <= at < len(text) and (text[at].isalnum() or text[at] == "_" or "\u0300" <= text[at] <= "\u036f")


def word_bounded(text, names, longest):
    """The slow search: names that begin and end where words may, the longest at each place, left to right."""
    found, behind = [], 0
    for start in range(len(text)):
        if start < behind or not in_word(text, start) or in_word(text, start - 1):
            continue
        for end in range(min(len(text), start + longest), start, -1):
            if not in_word(text, end) and text[start:end] in names:
                found.append((start, end))
                behind = end
                break
    return found


def resident_mb():
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
        with open("/proc/self/statm", encoding="utf8") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, AttributeError):
        return 0.0


def slice_of(texts, megabytes):
    taken, size = [], 0
    for text in texts:
        if size >= megabytes * 1_000_000:
            break
        taken.append(text)
        size += len(text.encode())
    return taken, size


def check(engine, work, find, texts, names, agreed):
    """What may be asked of an engine besides the same number every time."""
    sample = texts[:300]
    if work == "words":
        known, longest = set(names), max(map(len, names))
        wanted = found = 0
        for text in sample:
            spans = find(text)
            plain = word_bounded(text, known, longest)
            wanted += len(plain)
            found += sum(any(a < end and start < b for a, b in spans) for start, end in plain)
        if found < wanted * 0.9:
            sys.exit(f"{engine}: {found} of {wanted} found in a sample")
    if work == "raw":
        spans = [find(text) for text in sample]
        # A search that is leftmost-longest in one engine may restart elsewhere in another: one in a thousand may differ.
        count = sum(map(len, spans))
        other = agreed.setdefault(len(names), (engine, count))
        if abs(other[1] - count) > other[1] / 1000 + 1:
            sys.exit(f"{engine}: {count} matches in a sample, {other[0]} {other[1]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--records")
    parser.add_argument("--sizes", default="100,10k,100k,1m")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", default="")
    args = parser.parse_args()
    with open(os.path.join(args.folder, "corpus.jsonl"), encoding="utf8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    words, agreed = args.engines.split(","), {}
    engines = []
    for engine in ENGINES:
        if any(word in engine[0] for word in words):
            try:
                importlib.import_module(engine[1])
                engines.append(engine)
            except ImportError:
                print(f"skipped: {engine[0]} is not installed")
    for size in args.sizes.split(","):
        with open(os.path.join(args.folder, f"names-{size}.txt"), encoding="utf8") as file:
            names = file.read().splitlines()
        for name, _, package, build, megabytes, most, work in engines:
            if len(names) > most:
                continue
            taken, text_bytes = slice_of(texts, megabytes)
            resident, begun = resident_mb(), time.process_time()
            find = build(names)
            build_seconds, memory = time.process_time() - begun, resident_mb() - resident
            check(name, work, find, texts, names, agreed)
            seconds, counts = [], set()
            for _ in range(args.rounds):
                begun = time.process_time()
                counts.add(sum(len(find(text)) for text in taken))
                seconds.append(time.process_time() - begun)
            if len(counts) != 1:
                sys.exit(f"{name}: {counts} matches in equal passes")
            record.add(args.records, {
                "part": "python", "engine": name, "version": importlib.metadata.version(package), "names": len(names),
                "threads": 1, "clock": "cpu", "count": counts.pop(), "build_s": f"{build_seconds:.3f}",
                "rss_mb": f"{memory:.1f}", **record.speeds(text_bytes, seconds),
            })
            del find


if __name__ == "__main__":
    main()
