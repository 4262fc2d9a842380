//! What a corpus makes of the names: how often each is hit, kept and dropped, and which look like ordinary words.
//!
//! Each document is searched three times: as `extract` does it, with what was dropped; for all hits, before gates and
//! overlaps; and for all names in any case. The last tells how often the word of a name stands in small letters, where
//! the name itself would not be found at all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;

use hashbrown::{HashMap, HashSet};

use super::counter::{Counted, Counter, Same, Tally};
use crate::Extractor;
use crate::corpus::{Batch, Source};
use crate::engine::pipeline::{self, End};
use crate::error::{Problem, Result};
use crate::lexicon::names::SKIPPED;
use crate::lexicon::{KindId, NameId, Stack};

/// A word is looked at when it stands in the corpus at least this often.
pub const MIN_OCCURRENCES: u64 = 2;
/// Kinds whose names are proper names, even where a gazetteer lists them without capitals.
const PROPER: [&str; 3] = ["person", "organization", "place"];

/// How to go about it.
#[derive(Clone, Copy, Debug)]
pub struct HitOptions {
    /// How many names to show in each list.
    pub top: usize,
    /// Worker threads; 0 for all cores.
    pub threads: usize,
}

/// Who hears what comes up meanwhile, in the order of the corpus.
pub trait Listener {
    /// Something is wrong with a record or file.
    fn problem(&mut self, _problem: &Problem) {}

    /// So many documents are done.
    fn progress(&mut self, _documents: u64) {}
}

/// Nobody.
impl Listener for () {}

/// The hits of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindHits {
    /// Places where a name of the kind was hit, before gates and overlaps.
    pub hits: u64,
    /// Mentions kept.
    pub mentions: u64,
}

/// Why a name is doubtful.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its word stands in small letters more often than with a capital.
    SmallLetters,
    /// Gates dropped it at least as often as not.
    Dropped,
}

impl Reason {
    /// A few words.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::SmallLetters => "small letters",
            Reason::Dropped => "dropped",
        }
    }
}

/// What became of one name; a text that an entity lists for several languages is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameHits {
    /// The name as listed.
    pub name: String,
    /// The languages that list it, sorted; empty where no tag says.
    pub langs: Vec<String>,
    /// Its kind.
    pub kind: String,
    /// The id of its entity.
    pub entity_id: String,
    /// How often it was hit.
    pub hits: u64,
    /// How often a mention was kept by it.
    pub mentions: u64,
    /// How often gates dropped it, by reason.
    pub dropped: BTreeMap<&'static str, u64>,
    /// How often its word stands in small letters.
    pub small: u64,
    /// How often its word stands with a capital.
    pub capital: u64,
    /// Why it is doubtful; empty if it is not.
    pub reasons: Vec<Reason>,
    /// A place that shows the first reason, the word in brackets.
    pub example: String,
}

impl NameHits {
    fn doubt(&self) -> u64 {
        self.small.max(self.dropped.values().sum())
    }
}

/// What a corpus made of the names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorpusStats {
    /// Documents read.
    pub documents: u64,
    /// Bytes of their text.
    pub bytes: u64,
    /// Records that could not be read.
    pub errors: u64,
    /// By kind; every kind of the gazetteers is there.
    pub kinds: BTreeMap<String, KindHits>,
    /// Hits that gates dropped, by reason.
    pub dropped: BTreeMap<&'static str, u64>,
    /// The names hit most often.
    pub top: Vec<NameHits>,
    /// How many names of one word are doubtful.
    pub doubtful_count: u64,
    /// The most doubtful ones.
    pub doubtful: Vec<NameHits>,
    /// Names that were never hit, and whose entity has no other name with their search key that was.
    pub dead: Vec<NameId>,
}

/// Searches a corpus and counts. `None` when `stop` became true.
///
/// The extractor must keep what it drops ([`ResolveOptions::keep_dropped`](crate::ResolveOptions::keep_dropped)).
///
/// # Errors
/// None but those of the pipeline: what is wrong with the corpus is told to the listener.
pub fn corpus_stats(
    extractor: &Extractor,
    mut source: Source,
    options: HitOptions,
    stop: &AtomicBool,
    listener: &mut dyn Listener,
) -> Result<Option<CorpusStats>> {
    let stack = extractor.stack();
    let same = Same::of(stack);
    let mut total = Counted::default();
    let end = pipeline::run(
        options.threads,
        || Ok(source.next()),
        || Counter::new(extractor, &same),
        |counter, batch: Batch| counter.batch(&batch),
        |counted: Counted| {
            total.documents += counted.documents;
            total.bytes += counted.bytes;
            total.errors += counted.errors;
            for (name, tally) in counted.names {
                total.names.entry(name).or_default().add(tally);
            }
            for (kind, hits) in counted.kinds {
                let sum = total.kinds.entry(kind).or_default();
                sum.hits += hits.hits;
                sum.mentions += hits.mentions;
            }
            counted.problems.iter().for_each(|problem| listener.problem(problem));
            listener.progress(total.documents);
            Ok(())
        },
        stop,
    )?;
    Ok((end == End::Complete).then(|| summarise(stack, &same, total, options.top)))
}

fn summarise(stack: &Stack, same: &Same, total: Counted, top: usize) -> CorpusStats {
    let mut stats = CorpusStats {
        documents: total.documents,
        bytes: total.bytes,
        errors: total.errors,
        dead: dead(stack, same, &total.names),
        ..CorpusStats::default()
    };
    for (number, kind) in stack.kinds().enumerate() {
        let hits = total.kinds.get(&KindId(number as u16)).copied().unwrap_or_default();
        stats.kinds.insert(kind.to_owned(), hits);
    }
    let (mut names, mut doubtful) = (Vec::new(), Vec::new());
    for (name, tally) in total.names {
        for (reason, count) in &tally.dropped {
            *stats.dropped.entry(reason).or_default() += count;
        }
        let reasons = doubts(stack, name, &tally);
        if !reasons.is_empty() {
            doubtful.push((name, tally.clone(), reasons));
        }
        if tally.hits > 0 {
            names.push((name, tally));
        }
    }
    // Hash maps have no order of their own.
    names.sort_unstable_by(|(a, x), (b, y)| y.hits.cmp(&x.hits).then(a.cmp(b)));
    names.truncate(top);
    stats.top = names.into_iter().map(|(name, tally)| view(stack, same, name, tally, Vec::new())).collect();
    stats.doubtful_count = doubtful.len() as u64;
    let mut doubtful: Vec<(NameId, NameHits)> =
        doubtful.into_iter().map(|(name, tally, reasons)| (name, view(stack, same, name, tally, reasons))).collect();
    doubtful.sort_unstable_by(|(a, x), (b, y)| y.doubt().cmp(&x.doubt()).then(a.cmp(b)));
    doubtful.truncate(top);
    stats.doubtful = doubtful.into_iter().map(|(_, hits)| hits).collect();
    stats
}

/// Why a name of one word is doubtful.
fn doubts(stack: &Stack, name: NameId, tally: &Tally) -> Vec<Reason> {
    let record = stack.name_record(name);
    let mut reasons = Vec::new();
    if record.words != 1 {
        return reasons;
    }
    // A theme listed in small letters is meant to be a word.
    let kind = || stack.entity_of_name(name).map_or("", |entity| stack.kind(stack.kind_of(entity)));
    let proper = record.text().chars().any(char::is_uppercase) || PROPER.contains(&kind());
    if proper && tally.small >= MIN_OCCURRENCES && tally.small > tally.capital {
        reasons.push(Reason::SmallLetters);
    }
    let dropped: u64 = tally.dropped.iter().map(|(_, count)| count).sum();
    if dropped >= MIN_OCCURRENCES && 2 * dropped >= tally.hits {
        reasons.push(Reason::Dropped);
    }
    reasons
}

fn view(stack: &Stack, same: &Same, name: NameId, tally: Tally, reasons: Vec<Reason>) -> NameHits {
    let record = stack.name_record(name);
    let entity = stack.entity_of_name(name);
    let example = match reasons.first() {
        Some(Reason::SmallLetters) => tally.small_example,
        Some(Reason::Dropped) => tally.dropped_example,
        None => None,
    };
    let langs: BTreeSet<&str> = same.all(name).map(|name| stack.name_tag(name)).filter(|tag| !tag.is_empty()).collect();
    NameHits {
        name: record.text().to_owned(),
        langs: langs.into_iter().map(str::to_owned).collect(),
        kind: entity.map_or("", |entity| stack.kind(stack.kind_of(entity))).to_owned(),
        entity_id: entity.map_or("", |entity| stack.id(entity)).to_owned(),
        hits: tally.hits,
        mentions: tally.mentions,
        dropped: tally.dropped.into_iter().collect(),
        small: tally.small,
        capital: tally.capital,
        reasons,
        example: example.unwrap_or_default(),
    }
}

/// Names that can be searched, of which no spelling of their entity was hit. A text listed for several languages is one
/// name.
fn dead(stack: &Stack, same: &Same, names: &HashMap<NameId, Tally>) -> Vec<NameId> {
    let mut dead = Vec::new();
    for entity in stack.entities() {
        let is_hit = |name: &NameId| names.get(name).is_some_and(|tally| tally.hits > 0);
        let searched = stack.names_of(entity).filter(|(_, record)| record.flags & SKIPPED == 0);
        let listed: Vec<NameId> =
            searched.map(|(name, _)| name).filter(|name| !same.first.contains_key(name)).collect();
        if listed.iter().all(is_hit) {
            continue;
        }
        let key = |name: &NameId| crate::text::search_key(stack.name(*name));
        let hit: HashSet<String> = listed.iter().filter(|name| is_hit(name)).map(key).collect();
        dead.extend(listed.into_iter().filter(|name| !is_hit(name) && !hit.contains(&key(name))));
    }
    dead
}

#[cfg(test)]
mod tests {
    use super::super::testing::stack;
    use super::*;
    use crate::corpus::CorpusOptions;
    use crate::resolve::ResolveOptions;

    fn stats(gazetteer: &str, texts: &[&str], threads: usize) -> (Extractor, CorpusStats) {
        let folder = tempfile::tempdir().unwrap();
        for (number, text) in texts.iter().enumerate() {
            std::fs::write(folder.path().join(format!("{number}.txt")), text).unwrap();
        }
        let options = ResolveOptions { keep_dropped: true, ..ResolveOptions::default() };
        let extractor = Extractor::of_stack(stack(&[gazetteer]), options);
        let source = Source::open(&[folder.path()], CorpusOptions::default()).unwrap();
        let options = HitOptions { top: 10, threads };
        let stats = corpus_stats(&extractor, source, options, &AtomicBool::new(false), &mut ()).unwrap().unwrap();
        (extractor, stats)
    }

    const NAMES: &str = "id,kind,name,aliases,needs\n\
        a:1,place,Nice,Nizza,\n\
        a:2,place,Paris,Lutetia,\n\
        a:3,place,Paris,,\n\
        a:4,theme,energy,,power\n\
        a:5,organization,apple,,\n";

    #[test]
    fn hits_and_doubts_are_counted() {
        let text = "It is a nice day in Nice. Very nice.\nHow nice: Paris and Paris. An apple. My apple.\n\
                    The energy of a child. The energy of the sea.";
        let (extractor, stats) = stats(NAMES, &[text, "In Paris."], 1);
        assert_eq!((stats.documents, stats.bytes, stats.errors), (2, text.len() as u64 + 9, 0));
        // Two entities of the same name are hit at three places.
        assert_eq!(stats.kinds["place"], KindHits { hits: 4, mentions: 4 });
        assert_eq!(stats.kinds["theme"], KindHits { hits: 2, mentions: 0 });
        assert_eq!(stats.dropped, [("needs context", 2)].into());
        let top: Vec<(&str, u64)> = stats.top.iter().map(|name| (name.entity_id.as_str(), name.hits)).collect();
        assert_eq!(top, [("a:2", 3), ("a:3", 3), ("a:4", 2), ("a:5", 2), ("a:1", 1)]);
        let doubtful: Vec<_> =
            stats.doubtful.iter().map(|n| (n.name.as_str(), n.reasons.as_slice(), n.small)).collect();
        let expected = [
            ("Nice", &[Reason::SmallLetters][..], 3),
            ("energy", &[Reason::Dropped], 2),
            ("apple", &[Reason::SmallLetters], 2),
        ];
        assert_eq!(doubtful, expected);
        assert_eq!(stats.doubtful[0].example, "It is a [nice] day in Nice. Very nice. How n");
        let dead: Vec<&str> = stats.dead.iter().map(|name| extractor.stack().name(*name)).collect();
        assert_eq!(dead, ["Nizza", "Lutetia"]);
    }

    /// The English copy of a French word is dropped in a French text; the name is not.
    #[test]
    fn a_text_listed_for_two_languages_is_one_name() {
        let gazetteer = "id,kind,name,name:fr,name:en\na:1,theme,justice,justice,justice\na:2,person,Nice,,\n";
        let (_, stats) = stats(gazetteer, &["La justice est la même pour tous, et la justice est lente."], 1);
        let [name] = stats.top.as_slice() else { panic!("{:?}", stats.top) };
        assert_eq!((name.hits, name.mentions, name.langs.join(",").as_str()), (2, 2, "en,fr"));
        assert!(stats.dropped.is_empty() && stats.doubtful.is_empty(), "{stats:?}");
        assert_eq!(stats.dead.len(), 1);
    }

    #[test]
    fn figures_do_not_depend_on_threads() {
        let texts: Vec<String> = (0..40).map(|i| format!("{i}: Nice, Paris, so nice, energy.\n").repeat(300)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert!(stats(NAMES, &texts, 1).1 == stats(NAMES, &texts, 4).1);
    }

    #[test]
    fn a_name_is_not_dead_when_a_spelling_of_it_lives() {
        let gazetteer = "id,kind,name,name:fr,name:vi\na:1,place,Hanoi,Hanoï,Hà Nội\n";
        let (extractor, stats) = stats(gazetteer, &["À Hanoï."], 1);
        let dead: Vec<&str> = stats.dead.iter().map(|name| extractor.stack().name(*name)).collect();
        assert_eq!(dead, ["Hà Nội"]);
    }
}
