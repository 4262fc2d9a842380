//! How well mentions are found: an extractor against gold, texts in which people marked every name.
//!
//! A gold file is read twice. The first pass ([`GoldFile::check`]) finds its mistakes and which kinds it annotates; the
//! second ([`evaluate`]) extracts from its texts and counts, in parallel, by the same engine that `extract` runs. Only
//! the kinds that a file annotates are scored in it: a set that marks nothing but places says nothing about people.
//!
//! ```
//! use gazetier::eval::{EvalOptions, GoldFile, evaluate};
//! use gazetier::{Extractor, Gazetteer};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("gold.jsonl");
//! std::fs::write(&path, r#"{"text":"Tô Lâm est à Paris.","entities":[{"start":13,"end":18,"type":"LOC","id":"Q90"}]}"#)?;
//!
//! let file = GoldFile::check(&path, &mut |problem| panic!("{problem}"))?;
//! let extractor = Extractor::new(&Gazetteer::builtin())?;
//! let never = std::sync::atomic::AtomicBool::new(false);
//! let found = evaluate(&extractor, &[file], &EvalOptions::default(), &never, &mut ())?.expect("not stopped");
//!
//! assert_eq!(found.total.kinds.keys().collect::<Vec<_>>(), ["place"]);
//! assert_eq!(found.total.all().strict().f1(), Some(1.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod align;
mod evaluate;
mod gold;
mod places;
mod scores;

pub use evaluate::{EvalOptions, Evaluation, FileScores, Listener, evaluate};
pub use gold::{GoldFile, GoldMention, GoldRecord, MISCELLANEOUS, kind_of_label};
pub use scores::{IdCounts, KindCounts, Measure, MentionError, Mistake, Scores};
