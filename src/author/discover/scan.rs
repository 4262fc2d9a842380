//! Candidates in one document: runs of capitalised words that no kept mention covers, acronyms, what definitions spell.
//!
//! A run may go on in small letters (`Parti socialiste`, `Conseil de sécurité`), and a text does not say how far. So a run
//! is counted with each of its possible ends, and the ranking, which sees the whole corpus, chooses.

mod definitions;

use hashbrown::{HashMap, HashSet};

use super::cues::{self, Cues};
use super::tally::{CONTEXTS, Cue, Tallied, Tally, word_hash};
use super::tokens::{Gap, Shape, Token, cut, gap};
use crate::gazetteer::names;
use crate::lexicon::Stack;
use crate::matcher::Passages;
use crate::resolve::Extraction;
use crate::text::{Language, Sentences, Span, lang};

/// The most words of a candidate, and its most bytes.
const MAX_WORDS: usize = 10;
const MAX_BYTES: usize = 120;
/// The most words in small letters, joints aside, that a name goes on with.
const MAX_SMALL: usize = 4;
/// Characters of context on each side.
const CONTEXT: usize = 60;

/// First words of persons' names in the gazetteers.
pub(super) type GivenNames = HashSet<String, foldhash::fast::FixedState>;

/// Scans documents one after the other; one a thread.
pub(super) struct Scanner<'e> {
    stack: &'e Stack,
    given: &'e GivenNames,
    sentences: Sentences,
    tokens: Vec<Token>,
}

/// One document under scan.
struct Scene<'s> {
    text: &'s str,
    tokens: &'s [Token],
    extraction: &'s Extraction,
    language: Language,
    cues: &'static Cues,
    stack: &'s Stack,
    given: &'s GivenNames,
    /// Occurrences by span, so that a place is counted once for a name.
    found: HashMap<(usize, usize), Occurrence, foldhash::fast::FixedState>,
}

#[derive(Default)]
struct Occurrence {
    inside: bool,
    longer: bool,
    cues: u16,
    known: Option<String>,
}

impl<'e> Scanner<'e> {
    pub fn new(stack: &'e Stack, given: &'e GivenNames) -> Self {
        Self { stack, given, sentences: Sentences::default(), tokens: Vec::new() }
    }

    /// Adds what a document holds to a tally.
    pub fn document(&mut self, text: &str, extraction: &Extraction, tally: &mut Tally) {
        self.sentences.find(text, extraction.language);
        cut(text, &self.sentences, &mut self.tokens);
        let mut scene = Scene {
            text,
            tokens: &self.tokens,
            extraction,
            language: extraction.language,
            cues: Cues::of(extraction.language),
            stack: self.stack,
            given: self.given,
            found: HashMap::default(),
        };
        scene.runs(tally);
        scene.definitions(tally);
        scene.known_short_names();
        scene.count(tally);
        tally.documents += 1;
        tally.bytes += text.len() as u64;
    }
}

impl Scene<'_> {
    fn lower(&self, index: usize) -> String {
        self.tokens[index].lower(self.text)
    }

    fn gap_before(&self, index: usize) -> Gap {
        match index.checked_sub(1) {
            Some(before) => gap(&self.text[self.tokens[before].end..self.tokens[index].start]),
            None => Gap::Other,
        }
    }

    fn span(&self, from: usize, to: usize) -> Span {
        Span::new(self.tokens[from].start as u32, self.tokens[to - 1].end as u32)
    }

    fn is_common(&self, lower: &str) -> bool {
        self.cues.get(lower) & (cues::FUNCTION | cues::CALENDAR) != 0 || lang::is_common(self.language, lower)
    }

    /// The kept mention that covers a place.
    fn mention_over(&self, span: Span) -> Option<&crate::Mention> {
        let mentions = &self.extraction.mentions;
        let end = mentions.partition_point(|m| m.span.start <= span.start);
        mentions[..end].iter().rev().take(4).find(|m| m.span.contains(span))
    }

    /// Goes through the text run by run.
    fn runs(&mut self, tally: &mut Tally) {
        let mut passages = Passages::default();
        let mut at = 0;
        while at < self.tokens.len() {
            let token = self.tokens[at];
            if !token.is_capital() {
                let lower = if token.shape == Shape::Small { self.lower(at) } else { String::new() };
                let particle = self.cues.get(&lower) & cues::PARTICLE != 0 && lower.len() == 2;
                let leads = particle
                    && at + 1 < self.tokens.len()
                    && self.gap_before(at + 1) == Gap::Hyphen
                    && self.tokens[at + 1].is_capital();
                if !leads {
                    if !lower.is_empty() && !token.first {
                        *tally.small.entry(word_hash(&lower)).or_default() += 1;
                    }
                    at += 1;
                    continue;
                }
            }
            let end = self.run_end(at);
            let capitals = end > at + 1 && passages.in_capitals(self.text, token.start as u32);
            if capitals || self.is_title_case(at, end) {
                at = end;
                continue;
            }
            at = self.run(at, end);
        }
    }

    /// Where the run that begins at a word ends.
    fn run_end(&self, start: usize) -> usize {
        let mut end = start + 1;
        while end < self.tokens.len() && end - start < MAX_WORDS {
            let (last, next) = (self.tokens[end - 1], self.tokens[end]);
            if next.sentence != last.sentence {
                break;
            }
            match self.gap_before(end) {
                Gap::Space | Gap::Ampersand if next.is_capital() => end += 1,
                Gap::Hyphen if next.shape != Shape::Number => end += 1,
                Gap::Apostrophe if next.is_capital() && self.joins_by_apostrophe(end - 1) => end += 1,
                Gap::Stop if last.letters == 1 && last.is_capital() && next.is_capital() => end += 1,
                Gap::Space => match self.over_particles(end) {
                    Some(capital) => end = capital + 1,
                    None => break,
                },
                _ => break,
            }
        }
        end
    }

    /// `N’Djamena`, `O’Brien`, `L’Équipe`; but not `L’Insee` at the start of a sentence, nor `Londres’ Tower`.
    fn joins_by_apostrophe(&self, index: usize) -> bool {
        let token = self.tokens[index];
        let elided = self.cues.get(&self.lower(index)) & (cues::ARTICLE | cues::FUNCTION | cues::JOINT) != 0;
        token.letters <= 2 && !(token.first && elided)
    }

    /// Behind `Ursula`: past `von der` to the capital of `Leyen`.
    fn over_particles(&self, from: usize) -> Option<usize> {
        let mut at = from;
        while at < self.tokens.len() && at < from + 3 {
            if self.tokens[at].is_capital() {
                return (at > from).then_some(at);
            }
            let joined = matches!(self.gap_before(at), Gap::Space | Gap::Hyphen);
            if !joined || self.cues.get(&self.lower(at)) & cues::PARTICLE == 0 {
                return None;
            }
            at += 1;
        }
        None
    }

    /// Headlines of English papers: most longer words of the sentence have a capital, so that none says anything.
    fn is_title_case(&self, from: usize, to: usize) -> bool {
        let sentence = self.tokens[from].sentence;
        let first = self.tokens[..from].iter().rposition(|t| t.sentence != sentence).map_or(0, |i| i + 1);
        // A long sentence is none, and must not be read again for each of its runs.
        let words = self.tokens[first..].iter().take(24).take_while(|t| t.sentence == sentence && t.letters > 0);
        let (mut long, mut capital, mut all) = (0, 0, 0);
        for token in words {
            all += 1;
            if token.letters >= 4 {
                long += 1;
                capital += usize::from(token.is_capital());
            }
        }
        all < 24 && long >= 4 && capital * 10 >= long * 9 && to - from < all
    }

    /// Takes up one run; gives where to go on.
    fn run(&mut self, mut from: usize, end: usize) -> usize {
        let mut title = false;
        let mut article = false;
        while from < end {
            let token = self.tokens[from];
            let lower = self.lower(from);
            let cue = self.cues.get(&lower);
            if token.first && self.is_common(&lower) && self.gap_after(from) != Gap::Hyphen {
                article = cue & cues::ARTICLE != 0;
            } else if end - from > 1
                && matches!(self.gap_after(from), Gap::Space | Gap::Stop)
                && (lang::is_form_of_address(self.language, &lower) || cue & cues::ROLE != 0)
                && !self.given.contains(&lower)
            {
                title = true;
            } else if cue & cues::CALENDAR != 0
                || (token.letters == 1 && end - from == 1)
                || is_roman(token.of(self.text))
            {
                // A month, a letter, a number.
            } else {
                break;
            }
            from += 1;
        }
        if from == end {
            return end;
        }
        from = self.behind_other_name(from, end);
        let span = self.span(from, end);
        if let Some(mention) = self.mention_over(span) {
            let (until, bound) = (mention.span.end, matches!(mention.rule, "acronym-definition" | "short-form"));
            let entity = mention.entity;
            if bound
                && mention.span == span
                && let Some(entity) = entity
            {
                // The document says so, the gazetteers do not.
                let known = Some(self.stack.id(entity).to_owned());
                self.occurrence(from, end, 0, known);
            }
            let behind = self.tokens[from..].partition_point(|t| t.start < until as usize);
            return end.max(from + behind);
        }
        let before =
            self.before(from) | u16::from(title) << Cue::Title as u16 | u16::from(article) << Cue::Article as u16;
        self.occurrence(from, end, before | self.behind(end), None);
        for longer in self.longer_ends(from, end) {
            self.occurrence(from, longer, before | self.behind(longer), None);
            let span = (self.tokens[from].start, self.tokens[longer - 1].end);
            if let Some(found) = self.found.get_mut(&span) {
                found.longer = true;
            }
        }
        end
    }

    fn gap_after(&self, index: usize) -> Gap {
        if index + 1 < self.tokens.len() { self.gap_before(index + 1) } else { Gap::Other }
    }

    /// `Français Nicolas Sarkozy`, `Paris Anne Hidalgo`: a person's name begins at a given name, where what stands before
    /// is a common word or a name of its own.
    fn behind_other_name(&self, from: usize, end: usize) -> usize {
        if self.given.contains(&self.lower(from)) {
            return from;
        }
        for at in from + 1..end.saturating_sub(1) {
            if self.gap_before(at) == Gap::Space && self.given.contains(&self.lower(at)) {
                let before = self.span(from, at);
                let whole = self.extraction.mentions.iter().any(|m| m.span == before);
                let common = (from..at).all(|i| self.is_common(&self.lower(i)));
                return if whole || common { at } else { from };
            }
        }
        from
    }

    /// The further ends that a name may have.
    fn longer_ends(&self, from: usize, end: usize) -> Vec<usize> {
        let mut ends = Vec::new();
        let first = self.lower(from);
        let phrase = if from + 1 < end { format!("{first} {}", self.lower(from + 1)) } else { String::new() };
        let head = (self.cues.get(&first) | self.cues.get(&phrase)) & (cues::BODY_HEAD | cues::PLACE_HEAD) != 0
            || (end - from == 1 && self.is_common(&first));
        let given = end - from <= 2 && self.given.contains(&first);
        let vietnamese = self.language == Language::VI;
        let (mut at, mut small) = (end, 0);
        while at < self.tokens.len() && at - from < MAX_WORDS && small < MAX_SMALL {
            let mut next = at;
            let mut joints = 0;
            while joints < 3 && self.joined(next, from) && self.is_joint(next, joints > 0) {
                next += 1;
                joints += 1;
            }
            if !self.joined(next, from) {
                break;
            }
            let token = self.tokens[next];
            if token.is_capital() {
                let joint = if joints > 0 { self.lower(at) } else { String::new() };
                let of_person = given && matches!(joint.as_str(), "de" | "d" | "du");
                if !(head || of_person || (vietnamese && small > 0)) {
                    break;
                }
                at = self.run_end(next);
            } else {
                let lower = self.lower(next);
                let content = token.shape == Shape::Small
                    && token.letters >= if vietnamese { 2 } else { 4 }
                    && self.cues.get(&lower) & (cues::FUNCTION | cues::SPEECH | cues::JOINT) == 0;
                if !content || (joints > 0 && !head) || (small > 0 && !head && !vietnamese) {
                    break;
                }
                small += 1;
                at = next + 1;
            }
            if at - from > MAX_WORDS {
                break;
            }
            ends.push(at);
        }
        ends
    }

    /// Whether a word follows directly in the same sentence.
    fn joined(&self, index: usize, from: usize) -> bool {
        index < self.tokens.len()
            && self.tokens[index].sentence == self.tokens[from].sentence
            && matches!(self.gap_before(index), Gap::Space | Gap::Apostrophe)
    }

    fn is_joint(&self, index: usize, inner: bool) -> bool {
        let cue = self.cues.get(&self.lower(index));
        // An article alone joins nothing: `Assemblée la plus jeune`.
        cue & cues::JOINT != 0
            && (inner || cue & cues::ARTICLE == 0 || matches!(self.lower(index).as_str(), "du" | "des"))
    }

    /// Cues in front of a name.
    fn before(&self, from: usize) -> u16 {
        let bit = |cue: Cue| 1 << cue as u16;
        let Some(at) = from.checked_sub(1) else { return 0 };
        let token = self.tokens[at];
        let gap = self.gap_before(from);
        if token.sentence != self.tokens[from].sentence || !matches!(gap, Gap::Space | Gap::Apostrophe | Gap::Stop) {
            return 0;
        }
        let lower = self.lower(at);
        let address = lang::is_form_of_address(self.language, &lower);
        if gap == Gap::Stop {
            return if address { bit(Cue::Title) } else { 0 };
        }
        let mut found = 0;
        let cue = self.cues.get(&lower);
        for (mask, kind) in [
            (cues::ROLE, Cue::Title),
            (cues::BODY_NOUN, Cue::BodyNoun),
            (cues::PLACE_NOUN, Cue::PlaceNoun),
            (cues::IN_PLACE, Cue::InPlace),
            (cues::AT_PLACE, Cue::AtPlace),
            (cues::ARTICLE, Cue::Article),
        ] {
            if cue & mask != 0 {
                found |= bit(kind);
            }
        }
        if address && (cue & cues::FUNCTION == 0 || self.language == Language::VI) {
            found |= bit(Cue::Title);
        }
        // Two words back: `ministre français X`, `groupe américain X`, `ville de X`, `tổng thống X`.
        if let Some(two) = at.checked_sub(1).filter(|two| self.tokens[*two].sentence == token.sentence)
            && self.gap_before(at) == Gap::Space
        {
            let earlier = self.lower(two);
            let of = cue & cues::JOINT != 0 && cue & cues::FUNCTION != 0;
            let cue = if of {
                self.cues.get(&earlier) & cues::PLACE_NOUN
            } else if found == 0 && cue & cues::FUNCTION == 0 && token.shape == Shape::Small {
                self.cues.get(&earlier) & (cues::ROLE | cues::BODY_NOUN) | self.cues.get(&format!("{earlier} {lower}"))
            } else {
                self.cues.get(&format!("{earlier} {lower}"))
            };
            for (mask, kind) in
                [(cues::ROLE, Cue::Title), (cues::BODY_NOUN, Cue::BodyNoun), (cues::PLACE_NOUN, Cue::PlaceNoun)]
            {
                if cue & mask != 0 {
                    found |= bit(kind);
                }
            }
        }
        found
    }

    /// Cues behind a name that ends before a word.
    fn behind(&self, end: usize) -> u16 {
        let bit = |cue: Cue| 1 << cue as u16;
        let Some(next) = self.tokens.get(end).filter(|t| t.sentence == self.tokens[end - 1].sentence) else { return 0 };
        let between = &self.text[self.tokens[end - 1].end..next.start];
        if between == ", " {
            // `X, président de …`, `X, the chairman`, `X, 35 ans`.
            let age = next.shape == Shape::Number && next.letters <= 2;
            let lower = self.lower(end);
            let at =
                if self.cues.get(&lower) & cues::ARTICLE != 0 || matches!(lower.as_str(), "a" | "an" | "un" | "une") {
                    end + 1
                } else {
                    end
                };
            let role = at < self.tokens.len()
                && self.joined_or_first(at, end)
                && self.cues.get(&self.lower(at)) & cues::ROLE != 0;
            return if age || role { bit(Cue::Apposition) } else { 0 };
        }
        if gap(between) != Gap::Space {
            return 0;
        }
        let lower = self.lower(end);
        let helper = matches!(lower.as_str(), "a" | "avait" | "has" | "had" | "cho" | "đã");
        let at = if helper { end + 1 } else { end };
        let speech = at < self.tokens.len() && self.cues.get(&self.lower(at)) & cues::SPEECH != 0;
        if speech { bit(Cue::Speech) } else { 0 }
    }

    fn joined_or_first(&self, at: usize, first: usize) -> bool {
        at == first || matches!(self.gap_before(at), Gap::Space | Gap::Apostrophe)
    }

    fn occurrence(&mut self, from: usize, to: usize, cues: u16, known: Option<String>) {
        let (start, end) = (self.tokens[from].start, self.tokens[to - 1].end);
        if end - start > MAX_BYTES || to - from > MAX_WORDS {
            return;
        }
        let inside = !self.tokens[from].first;
        let found = self.found.entry((start, end)).or_default();
        found.inside |= inside;
        found.cues |= cues;
        found.known = known.or(found.known.take());
    }

    /// Adds what was found to the tally, in the order of the text.
    fn count(&mut self, tally: &mut Tally) {
        let mut found: Vec<((usize, usize), Occurrence)> = self.found.drain().collect();
        found.sort_by_key(|(span, _)| *span);
        let place = match self.language {
            Language::FR => 0,
            Language::VI => 1,
            Language::EN => 2,
            _ => 3,
        };
        let mut seen: HashSet<String> = HashSet::new();
        for ((start, end), occurrence) in found {
            let name = names::clean(&self.text[start..end]).into_owned();
            let tallied: &mut Tallied = tally.candidates.entry(name.clone()).or_default();
            tallied.mentions += 1;
            tallied.inside += u32::from(occurrence.inside);
            tallied.longer += u32::from(occurrence.longer);
            tallied.languages[place] += 1;
            for (cue, count) in tallied.cues.iter_mut().enumerate() {
                *count += u32::from(occurrence.cues >> cue & 1);
            }
            if let Some(known) = occurrence.known {
                *tallied.known.entry(known).or_default() += 1;
            }
            if seen.insert(name) {
                tallied.documents += 1;
                if tallied.contexts.len() < CONTEXTS {
                    tallied.contexts.push(context(self.text, start, end));
                }
            }
        }
    }
}

/// The words around a place on one line, the place in brackets. It never begins as a formula of a spreadsheet does.
fn context(text: &str, start: usize, end: usize) -> String {
    let left = text[..start].char_indices().rev().take(CONTEXT).last().map_or(start, |(at, _)| at);
    let right = text[end..].char_indices().nth(CONTEXT).map_or(text.len(), |(at, _)| end + at);
    let line = format!("…{}[{}]{}…", &text[left..start], &text[start..end], &text[end..right]);
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a word is a number in Roman letters: `XVI`, `II`.
fn is_roman(word: &str) -> bool {
    word.len() <= 5 && word.bytes().all(|b| matches!(b, b'I' | b'V' | b'X'))
}
