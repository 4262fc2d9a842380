//! Telling French, Vietnamese and English from each other and from everything else.
//!
//! Function words are the evidence: each word of a sample votes for the languages that have it on their list (about
//! fifty languages, so that Spanish is not taken for French), letters that only some alphabets have vote too, and the best
//! sum wins. Lists know short texts and mixed texts better than letter statistics do, and cost a table look-up a word.
//! Only a text that they leave undecided (a headline without function words, Vietnamese typed without marks) is shown to
//! `whichlang` and to the lists of common words; their opinion counts where some word of the text supports it.
//!
//! The steps: *sample* (slices, so that the cost is bounded) → *words* (lower case, composed) → *scores* of each segment
//! (line or sentence) → the language with most words among the segments that are decided, else of the whole.

use super::evidence::{Evidence, MAX_LANGUAGES, Votes, codes};
use super::sample::{Word, each_word, slices};
use super::{ALL, COUNT, Language, vi};

/// Bytes of a slice in the first look.
const FIRST_SLICE: usize = 56;
/// Bytes of a slice in the second look.
const SECOND_SLICE: usize = 128;
/// Bytes shown to `whichlang`, which is slow.
const WHICHLANG_BYTES: usize = 400;

// Weights of the evidence, in rough nats: set by hand from how often such words occur in their language and elsewhere.
const TOP_WORD: i32 = 4;
const FUNCTION_WORD: i32 = 3;
const VIETNAMESE_LETTER: i32 = 3;
const FRENCH_LETTER: i32 = 1;
const FOREIGN_LETTER: i32 = 3;
/// Taken from French for a word with `á`, `ó` … that is no name.
const NOT_FRENCH_LETTER: i32 = 2;
/// Taken from English for a word with letters beyond ASCII that is no name.
const ENGLISH_WITHOUT_MARKS: i32 = 1;
const OTHER_SCRIPT_WORD: i32 = 3;
const SYLLABLE: i32 = 2;
const WHICHLANG: i32 = 4;
/// A lead that `whichlang` could not turn.
const CLEAR_LEAD: i32 = 12;

/// Index of the scores that no list stands for: foreign letters and other scripts.
const ELSE: usize = MAX_LANGUAGES - 1;

pub(in crate::text) fn detect(text: &str) -> Language {
    let mut scores = Scores::default();
    for slice in slices(text, FIRST_SLICE) {
        each_word(slice, |word| {
            scores.add(word);
        });
        scores.end_segment();
    }
    scores.clear_winner().unwrap_or_else(|| second_look(text))
}

/// The slow and careful look at what the first one left undecided.
#[cold]
fn second_look(text: &str) -> Language {
    let mut scores = Scores::default();
    let mut careful = Careful::default();
    for slice in slices(text, SECOND_SLICE) {
        each_word(slice, |word| {
            let votes = scores.add(word);
            careful.add(word, votes);
        });
        scores.end_segment();
    }
    scores.likely_winner(&careful)
}

/// The sums of the evidence.
struct Scores {
    /// Of the segment being read.
    segment: [i32; MAX_LANGUAGES],
    segment_words: i32,
    /// Of the whole sample.
    total: [i32; MAX_LANGUAGES],
    words: i32,
    words_beyond_ascii: i32,
    /// Words of the segments decided for each of [`ALL`], and for anything else.
    decided: [i32; COUNT + 1],
}

impl Default for Scores {
    fn default() -> Self {
        Self {
            segment: [0; MAX_LANGUAGES],
            segment_words: 0,
            total: [0; MAX_LANGUAGES],
            words: 0,
            words_beyond_ascii: 0,
            decided: [0; COUNT + 1],
        }
    }
}

/// The best of the languages told apart, and how far it is ahead.
struct Best {
    /// Index in [`ALL`].
    index: usize,
    score: i32,
    /// Lead over all other languages; negative if one of those is better.
    lead: i32,
}

impl Scores {
    /// Counts a word and returns its votes.
    fn add(&mut self, word: Word<'_>) -> Votes {
        if word.starts_segment {
            self.end_segment();
        }
        let votes = if word.is_cut || word.is_acronym { Votes::default() } else { Evidence::get().of(word.bytes) };
        let mut bits = votes.any;
        while bits != 0 {
            let index = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            self.segment[index] += if votes.top >> index & 1 == 1 { TOP_WORD } else { FUNCTION_WORD };
        }
        if word.letters.beyond_ascii {
            self.words_beyond_ascii += 1;
            self.add_letters(word);
        }
        self.segment_words += 1;
        votes
    }

    fn add_letters(&mut self, word: Word<'_>) {
        if word.letters.vietnamese {
            self.segment[VI] += VIETNAMESE_LETTER;
        }
        if word.letters.french && !word.letters.foreign {
            self.segment[FR] += FRENCH_LETTER;
        }
        if word.letters.foreign {
            // Names keep their letters in any language.
            self.segment[ELSE] += if word.is_capitalised { FOREIGN_LETTER / 2 } else { FOREIGN_LETTER };
        }
        if !word.is_capitalised {
            self.segment[EN] -= ENGLISH_WITHOUT_MARKS;
            if word.letters.not_french {
                self.segment[FR] -= NOT_FRENCH_LETTER;
            }
        }
        if word.letters.other_script > 0 {
            // Scripts without spaces: about two letters a word.
            let words = (word.letters.other_script as i32 / 2).clamp(1, 40);
            self.segment[ELSE] += OTHER_SCRIPT_WORD * words;
            self.segment_words += words - 1;
        }
    }

    fn end_segment(&mut self) {
        if self.segment_words == 0 {
            return;
        }
        let best = best(&self.segment);
        if best.lead >= 3 {
            self.decided[best.index] += self.segment_words;
        } else if best.lead <= -3 {
            self.decided[COUNT] += self.segment_words;
        }
        for (total, segment) in self.total.iter_mut().zip(&mut self.segment) {
            *total += std::mem::take(segment);
        }
        self.words += self.segment_words;
        self.segment_words = 0;
    }

    /// The language, if the evidence leaves no doubt.
    fn clear_winner(&self) -> Option<Language> {
        let best = best(&self.total);
        // Vietnamese without marks has many words that are function words elsewhere (`la`, `de`, `to`, `con`).
        let is_ascii = self.words_beyond_ascii == 0;
        if let Some(index) = self.most_decided() {
            // Segments in several languages: it is clear if one has more words than the others together.
            let decided: i32 = self.decided.iter().sum();
            let clear = self.decided[index] * 4 > decided * 3 && !(is_ascii && index == COUNT);
            return clear.then(|| language_of(index));
        }
        let dense = best.score * 10 >= self.words * if is_ascii { 11 } else { 7 };
        if best.lead >= 7 && dense {
            return Some(language_of(best.index));
        }
        (best.lead <= -10 && !is_ascii).then_some(Language::UND)
    }

    /// The likeliest language after all evidence.
    fn likely_winner(&self, careful: &Careful) -> Language {
        let mut total = self.total;
        let unmarked = careful.unmarked_vietnamese();
        total[VI] += unmarked;
        if let Some(index) = self.most_decided().filter(|_| unmarked == 0) {
            return language_of(index);
        }
        let mut support = careful.own;
        for (total, common) in total.iter_mut().zip(&careful.common) {
            *total += common;
        }
        if best(&total).lead.abs() < CLEAR_LEAD {
            let opinion = careful.whichlang();
            total[opinion] += WHICHLANG;
            if let Some(common) = careful.common.get(opinion) {
                total[opinion] += common;
                support[opinion] += common;
            }
        }
        let best = best(&total);
        let dense = best.score * 10 >= self.words * 4;
        let supported = support[best.index] > 0 || unmarked > 0 || self.total[best.index] >= 4;
        if best.lead > 0 && dense && supported { language_of(best.index) } else { Language::UND }
    }

    /// The language with most words, where segments were decided for several and make up most of the sample.
    fn most_decided(&self) -> Option<usize> {
        let decided: i32 = self.decided.iter().sum();
        let (index, most) = self.decided.iter().copied().enumerate().max_by_key(|(_, words)| *words)?;
        (decided * 2 > self.words && most < decided).then_some(index)
    }
}

/// Indices in [`ALL`].
const FR: usize = 0;
const VI: usize = 1;
const EN: usize = 2;

fn language_of(index: usize) -> Language {
    ALL.get(index).map_or(Language::UND, |data| data.language)
}

fn best(scores: &[i32; MAX_LANGUAGES]) -> Best {
    let (mut index, mut first, mut second) = (0, i32::MIN, i32::MIN);
    for (candidate, &score) in scores[..COUNT].iter().enumerate() {
        if score > first {
            (index, second, first) = (candidate, first, score);
        } else {
            second = second.max(score);
        }
    }
    // Foreign letters speak for whichever other language is best.
    let others = scores[COUNT..ELSE].iter().copied().max().unwrap_or(0) + scores[ELSE];
    Best { index, score: first, lead: first - second.max(others) }
}

/// The evidence of the second look.
#[derive(Default)]
struct Careful {
    /// Lower-case text for `whichlang`.
    text: String,
    /// Words that only one of [`ALL`] has on a list, and at most one other language.
    own: [i32; COUNT],
    /// Common words of one of [`ALL`] only that are no function words anywhere.
    common: [i32; COUNT],
    /// Words built like Vietnamese syllables without marks that say nothing else.
    syllables: i32,
    /// Words that are Vietnamese function words but for their marks.
    bare_vietnamese: i32,
    /// Words that cannot be Vietnamese without marks.
    not_vietnamese: i32,
}

impl Careful {
    fn add(&mut self, word: Word<'_>, votes: Votes) {
        let Ok(text) = std::str::from_utf8(word.bytes) else { return };
        if self.text.len() + text.len() < WHICHLANG_BYTES {
            self.text.push_str(text);
            if !text.ends_with('\'') {
                self.text.push(' ');
            }
        }
        if word.is_cut || word.is_acronym {
            self.not_vietnamese += i32::from(word.is_cut);
            return;
        }
        let ours = votes.any & ((1 << COUNT) - 1);
        if ours.count_ones() == 1 && votes.any.count_ones() <= 2 {
            self.own[ours.trailing_zeros() as usize] += 1;
        }
        // Short words collide with those of languages that have no list here.
        if votes.any == 0 && text.len() >= 4 {
            let mut of = ALL.iter().enumerate().filter(|(_, data)| data.is_common(text)).map(|(index, _)| index);
            if let (Some(index), None) = (of.next(), of.next()) {
                self.common[index] += 1;
            }
        }
        if word.letters.beyond_ascii || text.contains('\'') || !vi::is_syllable(word.bytes) {
            self.not_vietnamese += 1;
        } else if Evidence::get().is_bare_vietnamese(word.bytes) {
            self.bare_vietnamese += 1;
        } else if votes.any == 0 && text.len() >= 2 {
            self.syllables += 1;
        }
    }

    /// What speaks for Vietnamese typed without marks: nearly all words are built like its syllables.
    fn unmarked_vietnamese(&self) -> i32 {
        let fitting = self.syllables + self.bare_vietnamese;
        let function_words = self.bare_vietnamese > 0 || (self.not_vietnamese == 0 && fitting >= 5);
        if fitting < 4 || !function_words || self.not_vietnamese * 2 > fitting {
            return 0;
        }
        self.syllables * SYLLABLE + self.bare_vietnamese * FUNCTION_WORD
    }

    /// The index of the language that `whichlang` sees.
    fn whichlang(&self) -> usize {
        let code = whichlang_code(whichlang::detect_language(&self.text));
        codes().position(|known| known == code).unwrap_or(ELSE)
    }
}

fn whichlang_code(language: whichlang::Lang) -> &'static str {
    use whichlang::Lang;
    match language {
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Hin => "hi",
        Lang::Ita => "it",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Rus => "ru",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_indices_are_those_of_the_list() {
        assert_eq!([FR, VI, EN].map(language_of), [Language::FR, Language::VI, Language::EN]);
        assert_eq!(language_of(COUNT), Language::UND);
        assert!(codes().count() < ELSE);
    }
}
