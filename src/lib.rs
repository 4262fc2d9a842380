//! Gazetier reads text in any amount, finds the people, organizations, places and themes that its gazetteers name,
//! decides which one each mention means, and writes tables. (A *gazetier* is French for a newspaper man.)
//!
//! # A tour
//!
//! A [`Gazetteer`] is a stack of layers: the built-in one, then each of yours. An [`Extractor`] is a compiled gazetteer
//! with options; it is immutable and shared by threads. A [`Worker`] belongs to one thread and keeps its buffers.
//!
//! ```
//! use gazetier::{Document, Extractor, Gazetteer};
//!
//! let extractor = Extractor::new(&Gazetteer::builtin())?;
//! let mut worker = extractor.worker();
//! let text = "Le secrétaire général du PCV, Tô Lâm, a pris part à Londres à une table ronde du Boston Global Forum.";
//! let found = worker.extract(&Document::new("seed", text));
//!
//! let stack = extractor.stack();
//! let mentions: Vec<(&str, &str)> = found
//!     .mentions
//!     .iter()
//!     .map(|m| (m.span.of(text), stack.kind(m.kind)))
//!     .collect();
//! assert_eq!(mentions, [
//!     ("PCV", "organization"),
//!     ("Tô Lâm", "person"),
//!     ("Londres", "place"),
//!     ("Boston Global Forum", "organization"),
//! ]);
//! # Ok::<(), gazetier::Error>(())
//! ```
//!
//! Text is never rewritten: spans are bytes of the text as it stands, in whatever normal form, and slicing the text gives
//! what was found. `Tô Lâm` is found in NFC and NFD, `ETATS-UNIS` in a headline, `Ha Noi` where marks were not typed.
//!
//! ```
//! use gazetier::gazetteer::{Entity, Gazetteer, Layer, Name, NameRole};
//! use gazetier::{Document, Extractor};
//!
//! let name = Name { text: "Hà Nội".into(), lang: Some("vi".into()), role: NameRole::Canonical, policy: None, prior: None };
//! let entity = Entity { id: "my:1".into(), kind: "place".into(), names: vec![name].into(), ..Entity::default() };
//! let gazetteer = Gazetteer::from_layer(Layer { entities: vec![entity], ..Layer::default() });
//! let extractor = Extractor::new(&gazetteer)?;
//! let mut worker = extractor.worker();
//! for text in ["HÀ NỘI", "Ha\u{300} No\u{323}\u{302}i", "Ha-Noi", "Hà\u{A0}Nội", "Ha\u{300}\u{200B} Nội"] {
//!     let found = worker.extract(&Document::new("", text));
//!     assert_eq!(found.mentions[0].span.of(text), text);
//! }
//! # Ok::<(), gazetier::Error>(())
//! ```
//!
//! Files of gazetteers are read with [`Gazetteer::read`] and stacked with [`Gazetteer::layer`]; corpora are read with
//! [`corpus::Source`]; tables are written through [`engine::run`].
//!
//! # Layers
//!
//! Modules go one way; each may use those before it: `text` (spans, words, folding), [`gazetteer`] (what a name is),
//! [`lexicon`] (compiled for search), [`matcher`] (words in, hits out), [`resolve`] (which entity it is), [`table`],
//! [`export`], [`corpus`], [`engine`], [`eval`], [`author`], and the command line. `docs/DESIGN.md` says why.
//!
//! # Features
//!
//! `cli` (default): the command line. Without it the library has no dependency on argument parsing or progress bars.
//! `import` (part of `cli`): other people's data made into gazetteers, with the packages for packed files and RDF.

pub mod author;
#[cfg(feature = "cli")]
pub mod cli;
pub mod corpus;
pub mod engine;
mod error;
pub mod eval;
pub mod export;
pub mod gazetteer;
pub mod lexicon;
pub mod matcher;
pub mod resolve;
pub mod table;
pub mod text;

pub use engine::{Extractor, Worker};
pub use error::{Error, Problem, Result, Severity};
pub use gazetteer::Gazetteer;
pub use resolve::{Extraction, Mention, ResolveOptions};
pub use text::{Document, Span};
