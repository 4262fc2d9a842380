//! Which entity a mention is.
//!
//! Hits of the matcher become [`Mention`]s here: gates drop hits (each with a reason), overlaps are settled, candidates
//! compete, document rules add what the document itself says. One rule is one file, listed in [`rules`].

mod bare;

use crate::lexicon::{EntityId, KindId, NameId};
use crate::text::Span;

/// One mention kept: a place of the document and what stands there.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// Bytes of [`Document::text`](crate::text::Document::text).
    pub span: Span,
    /// The same place in characters (Unicode scalar values).
    pub chars: Span,
    /// Kind of the entity.
    pub kind: KindId,
    /// The entity; `None` for an unlisted name.
    pub entity: Option<EntityId>,
    /// The listed name that matched; `None` for an unlisted name.
    pub name: Option<NameId>,
    /// 0 to 1.
    pub score: f32,
    /// How it was found: `exact`, `folded`, `inflected`, `acronym-definition` …
    pub rule: &'static str,
    /// 0-based index of the sentence in which the mention begins.
    pub sentence: u32,
    /// The kept mention that contains this one (`--nested`), in bytes of the text.
    pub parent: Option<Span>,
    /// The mention that this one was understood by, in bytes of the text.
    pub antecedent: Option<Span>,
    /// The role beside a person ("secrétaire général du PCV"), in bytes of the text.
    pub role: Option<Span>,
    /// The title before a person ("ông", "Mme"), in bytes of the text.
    pub title: Option<Span>,
}

impl Mention {
    pub(crate) fn new(
        span: Span,
        kind: KindId,
        entity: Option<EntityId>,
        name: Option<NameId>,
        score: f32,
        rule: &'static str,
    ) -> Self {
        Self {
            span,
            chars: Span::default(),
            kind,
            entity,
            name,
            score,
            rule,
            sentence: 0,
            parent: None,
            antecedent: None,
            role: None,
            title: None,
        }
    }
}

/// A theme scored for a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// The theme.
    pub entity: EntityId,
    /// In ten-thousandths; the weights of the evidence add up to it.
    pub score: u32,
    /// Mentions that count for it.
    pub mentions: u32,
    /// Character span of the mention and weight in ten-thousandths.
    pub evidence: Vec<(Span, u32)>,
}

/// A hit that a rule dropped.
#[derive(Clone, Debug, PartialEq)]
pub struct Dropped {
    /// Bytes of the text.
    pub span: Span,
    /// The listed name that was hit.
    pub name: NameId,
    /// Why, in the words of the tables (`capitals passage`, `needs context`, `inside longer mention` …).
    pub reason: &'static str,
}

/// All that was found in one document. Reused from document to document: buffers are cleared, not freed.
#[derive(Clone, Debug, Default)]
pub struct Extraction {
    /// In order of `span.start`, then `span.end`, then entity.
    pub mentions: Vec<Mention>,
    /// Highest score first, ties by entity id bytewise.
    pub topics: Vec<Topic>,
    /// Share of each entity in the document, in ten-thousandths, parallel to [`Extraction::entities`].
    pub salience: Vec<u32>,
    /// One entry per distinct entity (or unlisted name), in order of first mention: index of its first mention.
    pub entities: Vec<u32>,
    /// Only filled when asked for (`explain`).
    pub dropped: Vec<Dropped>,
    /// `fr`, `vi`, `en`, another primary subtag given by the input, or `und`.
    pub language: crate::text::Language,
    /// Words of the document.
    pub words: u64,
    /// Characters of the document.
    pub chars: u64,
    /// Sentences of the document; only counted when there is a mention.
    pub sentences: u32,
}
