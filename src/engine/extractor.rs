//! The engine proper: an immutable [`Extractor`], and a [`Worker`] per thread that keeps its buffers.

use crate::error::Result;
use crate::gazetteer::Gazetteer;
use crate::lexicon::{CompileOptions, Stack};
use crate::resolve::{Extraction, ResolveOptions, Resolver};
use crate::text::{Document, Language, detect};

/// Finds mentions in documents. Immutable and shared by threads; each thread takes a [`Worker`].
#[derive(Clone, Debug)]
pub struct Extractor {
    stack: Stack,
    options: ResolveOptions,
    language: Option<Language>,
}

impl Extractor {
    /// Compiles a gazetteer, with default options.
    ///
    /// # Errors
    /// The gazetteer outgrows a limit of the compiled form (see [`Stack::build`]).
    pub fn new(gazetteer: &Gazetteer) -> Result<Self> {
        Self::with_options(gazetteer, ResolveOptions::default())
    }

    /// Compiles a gazetteer for given options.
    ///
    /// # Errors
    /// As [`Extractor::new`]; also `--boundary none` with more than 100,000 names.
    pub fn with_options(gazetteer: &Gazetteer, options: ResolveOptions) -> Result<Self> {
        let stack = Stack::build_with(gazetteer, CompileOptions { open: options.matching.open })?;
        Ok(Self { stack, options, language: None })
    }

    /// [`Extractor::with_options`] that takes the gazetteer, and drops every row as soon as it is compiled.
    ///
    /// # Errors
    /// As [`Extractor::with_options`].
    pub fn of_gazetteer(gazetteer: Gazetteer, options: ResolveOptions) -> Result<Self> {
        let stack = Stack::build_owned(gazetteer, CompileOptions { open: options.matching.open })?;
        Ok(Self { stack, options, language: None })
    }

    /// An extractor over lexicons that are compiled and joined already.
    pub fn of_stack(stack: Stack, options: ResolveOptions) -> Self {
        Self { stack, options, language: None }
    }

    /// Takes every document to be in one language instead of what it says or what is detected.
    #[must_use]
    pub fn in_language(mut self, language: Language) -> Self {
        self.language = Some(language);
        self
    }

    /// Only mentions of these kinds; words that are no kind of the gazetteer are ignored.
    #[must_use]
    pub fn only_kinds<'a>(mut self, kinds: impl IntoIterator<Item = &'a str>) -> Self {
        self.options.kinds = kinds.into_iter().filter_map(|kind| self.stack.kind_named(kind)).collect();
        self
    }

    /// The compiled gazetteer: names, entities and kinds behind the ids of mentions.
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    /// The options of the run.
    pub fn options(&self) -> &ResolveOptions {
        &self.options
    }

    /// A worker for one thread.
    pub fn worker(&self) -> Worker<'_> {
        Worker { extractor: self, resolver: Resolver::default(), extraction: Extraction::default() }
    }
}

/// Works documents one after the other; its buffers are reset, not freed.
pub struct Worker<'e> {
    extractor: &'e Extractor,
    resolver: Resolver,
    extraction: Extraction,
}

impl Worker<'_> {
    pub(super) fn language(&self, document: &Document<'_>) -> Language {
        self.extractor.language.unwrap_or_else(|| {
            if document.lang.is_empty() { detect(&document.text) } else { Language::of_tag(&document.lang) }
        })
    }

    /// What is found in a document. The answer is overwritten by the next call.
    pub fn extract(&mut self, document: &Document<'_>) -> &Extraction {
        let language = self.language(document);
        let extractor = self.extractor;
        self.resolver.run(&extractor.stack, &document.text, language, &extractor.options, &mut self.extraction);
        &self.extraction
    }

    /// Only the first step, for measurements: finds the words of a document and returns how many there are.
    pub fn words(&mut self, document: &Document<'_>) -> u64 {
        self.resolver.words(&self.extractor.stack, &document.text, &self.extractor.options)
    }

    /// Only words, folding, policy and verified hits, for measurements; returns how many hits there are.
    pub fn hits(&mut self, document: &Document<'_>) -> usize {
        let language = self.language(document);
        self.resolver.hits(&self.extractor.stack, &document.text, language, &self.extractor.options)
    }

    /// What was found in the document extracted last.
    pub fn extraction(&self) -> &Extraction {
        &self.extraction
    }
}
