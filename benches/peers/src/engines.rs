//! The engines, each built from a list of names.

use std::path::Path;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use daachorse::charwise::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder};
use daachorse::{DoubleArrayAhoCorasick, DoubleArrayAhoCorasickBuilder, MatchKind};
use gazetier::matcher::Overlaps;
use gazetier::{Document, Extractor, Gazetteer, ResolveOptions, Worker};
use gazetier_harness::Result;
use gazetier_harness::corpus::{Text, in_word, may_end};
use gazetier_harness::record::version;
use gazetier_harness::rounds::{Engine, Searcher};

use crate::fold::{self, Folder};

/// What an engine finds, which says whom it must agree with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// The bytes of a name anywhere, inside words too: leftmost, then longest.
    Raw,
    /// The same, with the layout of the automaton trained on text.
    Trained,
    /// The bytes of a name from word boundary to word boundary.
    WordBounded,
    /// Folded text and folded names; what is inside words is thrown away after the search.
    Folded,
    /// What Gazetier finds: words, folding, and what each name allows.
    Gazetier,
}

/// From what an engine is built.
pub struct Input<'i> {
    pub names: &'i [String],
    /// The same names as a gazetteer in the long form.
    pub gazetteer: &'i Path,
    /// Text to train on.
    pub training: &'i [&'i Text],
}

/// An engine that can be built.
pub struct Kind {
    pub name: &'static str,
    /// The package it comes from.
    pub package: &'static str,
    pub work: Work,
    /// More names would take more memory than is worth it.
    pub most: usize,
    pub build: fn(&Input<'_>) -> Result<Box<dyn Engine>>,
}

impl Kind {
    /// The version of the engine's package in this build.
    pub fn version(&self) -> String {
        version(include_str!("../Cargo.lock"), self.package)
    }
}

/// All engines, in the order of the table.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "gazetier hits",
        package: "gazetier",
        work: Work::Gazetier,
        most: usize::MAX,
        build: |input| gazetier(Gazetteer::read(input.gazetteer)?),
    },
    Kind {
        name: "gazetier hits over built-in",
        package: "gazetier",
        work: Work::Gazetier,
        most: usize::MAX,
        build: |input| gazetier(Gazetteer::builtin().layer(Gazetteer::read(input.gazetteer)?)?),
    },
    Kind {
        name: "daachorse bytewise",
        package: "daachorse",
        work: Work::Raw,
        most: usize::MAX,
        build: |input| Ok(Box::new(Bytewise(daachorse().build(input.names).map_err(told)?))),
    },
    Kind {
        name: "daachorse bytewise trained",
        package: "daachorse",
        work: Work::Trained,
        most: usize::MAX,
        build: |input| {
            let training = input.training.iter().map(|text| &text.text);
            Ok(Box::new(Bytewise(daachorse().corpus(training).build(input.names).map_err(told)?)))
        },
    },
    Kind {
        name: "daachorse charwise",
        package: "daachorse",
        work: Work::Raw,
        most: usize::MAX,
        build: |input| {
            let builder = CharwiseDoubleArrayAhoCorasickBuilder::new().match_kind(MatchKind::LeftmostLongest);
            Ok(Box::new(Charwise(builder.build(input.names).map_err(told)?)))
        },
    },
    Kind {
        name: "aho-corasick DFA",
        package: "aho-corasick",
        work: Work::Raw,
        most: 100_000,
        build: |input| aho_corasick(AhoCorasickKind::DFA, input),
    },
    Kind {
        name: "aho-corasick contiguous NFA",
        package: "aho-corasick",
        work: Work::Raw,
        most: usize::MAX,
        build: |input| aho_corasick(AhoCorasickKind::ContiguousNFA, input),
    },
    Kind {
        name: "aho-corasick non-contiguous NFA",
        package: "aho-corasick",
        work: Work::Raw,
        most: usize::MAX,
        build: |input| aho_corasick(AhoCorasickKind::NoncontiguousNFA, input),
    },
    Kind {
        name: "fst from word starts",
        package: "fst",
        work: Work::WordBounded,
        most: usize::MAX,
        build: |input| {
            let mut names: Vec<&str> = input.names.iter().map(String::as_str).collect();
            names.sort_unstable();
            let set = fst::Set::from_iter(names)?;
            Ok(Box::new(WordStarts(set.into_fst())))
        },
    },
    Kind {
        name: "fold + daachorse + boundaries",
        package: "daachorse",
        work: Work::Folded,
        most: usize::MAX,
        build: |input| Ok(Box::new(FoldedBytewise::new(input.names, &[])?)),
    },
];

fn daachorse() -> DoubleArrayAhoCorasickBuilder {
    DoubleArrayAhoCorasickBuilder::new().match_kind(MatchKind::LeftmostLongest)
}

/// Its error is none of the standard library's.
fn told(error: daachorse::errors::DaachorseError) -> String {
    error.to_string()
}

struct Bytewise(DoubleArrayAhoCorasick<u32>);

impl Engine for Bytewise {
    fn searcher(&self) -> Box<dyn Searcher + '_> {
        Box::new(self)
    }
}

impl Searcher for &Bytewise {
    fn count(&mut self, document: &Text) -> u64 {
        self.0.leftmost_find_iter(&document.text).count() as u64
    }

    fn spans(&mut self, document: &Text, out: &mut Vec<(usize, usize)>) {
        out.extend(self.0.leftmost_find_iter(&document.text).map(|found| (found.start(), found.end())));
    }
}

struct Charwise(CharwiseDoubleArrayAhoCorasick<u32>);

impl Engine for Charwise {
    fn searcher(&self) -> Box<dyn Searcher + '_> {
        Box::new(self)
    }
}

impl Searcher for &Charwise {
    fn count(&mut self, document: &Text) -> u64 {
        self.0.leftmost_find_iter(&document.text).count() as u64
    }

    fn spans(&mut self, document: &Text, out: &mut Vec<(usize, usize)>) {
        out.extend(self.0.leftmost_find_iter(&document.text).map(|found| (found.start(), found.end())));
    }
}

fn aho_corasick(kind: AhoCorasickKind, input: &Input<'_>) -> Result<Box<dyn Engine>> {
    let mut builder = AhoCorasick::builder();
    builder.match_kind(aho_corasick::MatchKind::LeftmostLongest).kind(Some(kind));
    Ok(Box::new(Automaton(builder.build(input.names)?)))
}

struct Automaton(AhoCorasick);

impl Engine for Automaton {
    fn searcher(&self) -> Box<dyn Searcher + '_> {
        Box::new(self)
    }
}

impl Searcher for &Automaton {
    fn count(&mut self, document: &Text) -> u64 {
        self.0.find_iter(&document.text).count() as u64
    }

    fn spans(&mut self, document: &Text, out: &mut Vec<(usize, usize)>) {
        out.extend(self.0.find_iter(&document.text).map(|found| (found.start(), found.end())));
    }
}

struct WordStarts(fst::raw::Fst<Vec<u8>>);

impl WordStarts {
    /// Where the longest name ends that begins at a byte and ends on a word boundary.
    fn longest(&self, text: &str, start: usize) -> Option<usize> {
        let mut node = self.0.root();
        let mut longest = None;
        for (at, byte) in text.bytes().enumerate().skip(start) {
            let Some(transition) = node.find_input(byte) else { break };
            node = self.0.node(node.transition_addr(transition));
            if node.is_final() && may_end(text, at + 1) {
                longest = Some(at + 1);
            }
        }
        longest
    }

    fn each(&self, text: &str, mut found: impl FnMut(usize, usize)) {
        let bytes = text.as_bytes();
        let (mut at, mut inside) = (0, false);
        while let Some(&byte) = bytes.get(at) {
            let (word, width) = if byte.is_ascii() {
                (byte.is_ascii_alphanumeric() || byte == b'_', 1)
            } else {
                text[at..].chars().next().map_or((false, 1), |c| (in_word(c), c.len_utf8()))
            };
            if word
                && !inside
                && let Some(end) = self.longest(text, at)
            {
                found(at, end);
                (at, inside) = (end, false);
                continue;
            }
            at += width;
            inside = word;
        }
    }
}

impl Engine for WordStarts {
    fn searcher(&self) -> Box<dyn Searcher + '_> {
        Box::new(self)
    }
}

impl Searcher for &WordStarts {
    fn count(&mut self, document: &Text) -> u64 {
        let mut count = 0;
        self.each(&document.text, |_, _| count += 1);
        count
    }

    fn spans(&mut self, document: &Text, out: &mut Vec<(usize, usize)>) {
        self.each(&document.text, |start, end| out.push((start, end)));
    }
}

/// Folded names in an automaton, with the number of the first name of each form.
pub struct FoldedBytewise(DoubleArrayAhoCorasick<u32>);

impl FoldedBytewise {
    /// Folds the names and builds the automaton; the value of a match is the number of its name.
    ///
    /// With folded text to train on, the states that it visits lie together.
    pub fn new(names: &[impl AsRef<str>], training: &[Vec<u8>]) -> Result<Self> {
        let mut folder = Folder::default();
        let mut forms = Vec::with_capacity(names.len());
        for (number, name) in names.iter().enumerate() {
            folder.fold(name.as_ref());
            if !folder.folded().is_empty() {
                forms.push((folder.folded().to_vec(), number as u32));
            }
        }
        // Names that fold to the same form are one form: the first of them stands for all.
        forms.sort_unstable();
        forms.dedup_by(|later, first| later.0 == first.0);
        Ok(Self(daachorse().corpus(training).build_with_values(forms).map_err(told)?))
    }

    /// The matches in a folded text that begin and end on word boundaries: start, end, number of the name.
    pub fn matches(&self, folded: &[u8]) -> impl Iterator<Item = (usize, usize, u32)> {
        let found = self.0.leftmost_find_iter(folded).map(|found| (found.start(), found.end(), found.value()));
        found.filter(|&(start, end, _)| fold::may_begin(folded, start) && fold::may_end(folded, end))
    }
}

struct FoldingSearcher<'e> {
    automaton: &'e FoldedBytewise,
    folder: Folder,
}

impl Engine for FoldedBytewise {
    fn searcher(&self) -> Box<dyn Searcher + '_> {
        Box::new(FoldingSearcher { automaton: self, folder: Folder::default() })
    }
}

impl Searcher for FoldingSearcher<'_> {
    fn count(&mut self, document: &Text) -> u64 {
        self.folder.fold(&document.text);
        self.automaton.matches(self.folder.folded()).count() as u64
    }

    fn spans(&mut self, document: &Text, out: &mut Vec<(usize, usize)>) {
        self.folder.fold(&document.text);
        let mut places = self.folder.places(&document.text);
        let matches = self.automaton.matches(self.folder.folded());
        out.extend(matches.map(|(start, end, _)| (places.original(start), places.original(end))));
    }
}

fn gazetier(gazetteer: Gazetteer) -> Result<Box<dyn Engine>> {
    let options = ResolveOptions { resolve: false, overlaps: Overlaps::All, ..ResolveOptions::default() };
    Ok(Box::new(Gazetier(Extractor::with_options(&gazetteer, options)?)))
}

struct Gazetier(Extractor);

impl Engine for Gazetier {
    fn searcher(&self) -> Box<dyn Searcher + '_> {
        Box::new(GazetierSearcher(self.0.worker()))
    }
}

struct GazetierSearcher<'e>(Worker<'e>);

fn document(text: &Text) -> Document<'_> {
    Document { lang: text.lang.as_str().into(), ..Document::new("", text.text.as_str()) }
}

impl Searcher for GazetierSearcher<'_> {
    fn count(&mut self, text: &Text) -> u64 {
        self.0.hits(&document(text)) as u64
    }

    /// The mentions of bare matching with every overlap kept, so that all that was counted is there to be looked at.
    fn spans(&mut self, text: &Text, out: &mut Vec<(usize, usize)>) {
        let mentions = &self.0.extract(&document(text)).mentions;
        out.extend(mentions.iter().map(|mention| (mention.span.start as usize, mention.span.end as usize)));
    }
}
