//! A slow, plain search, to hold the engines to.

use std::collections::HashSet;

use crate::corpus::{Text, in_word, may_begin, may_end};

/// The names (of at most so many bytes) that begin and end where words may, the longest at each place, left to right.
pub fn word_bounded(text: &str, names: &HashSet<&str>, longest: usize) -> Vec<(usize, usize)> {
    let ends: Vec<usize> = (1..=text.len()).filter(|&at| text.is_char_boundary(at) && may_end(text, at)).collect();
    let mut found = Vec::new();
    let mut behind = 0;
    for (start, first) in text.char_indices() {
        if start < behind || !in_word(first) || !may_begin(text, start) {
            continue;
        }
        let ends = ends[ends.partition_point(|end| *end <= start)..].iter().take_while(|end| **end - start <= longest);
        if let Some(&end) = ends.filter(|end| names.contains(&text[start..**end])).last() {
            found.push((start, end));
            behind = end;
        }
    }
    found
}

/// A sample of documents with what the slow search finds in each.
pub struct Sample<'t> {
    pub documents: Vec<&'t Text>,
    pub plain: Vec<Vec<(usize, usize)>>,
}

impl<'t> Sample<'t> {
    /// Searches about 1,500 documents, at equal distances.
    pub fn new(documents: &[&'t Text], names: &[String]) -> Self {
        let set: HashSet<&str> = names.iter().map(String::as_str).collect();
        let longest = names.iter().map(String::len).max().unwrap_or(0);
        let documents: Vec<&Text> = documents.iter().step_by((documents.len() / 1500).max(1)).copied().collect();
        let plain = documents.iter().map(|document| word_bounded(&document.text, &set, longest)).collect();
        Self { documents, plain }
    }

    /// Each document with what the slow search finds in it.
    pub fn iter(&self) -> impl Iterator<Item = (&'t Text, &[(usize, usize)])> {
        self.documents.iter().copied().zip(self.plain.iter().map(Vec::as_slice))
    }
}

/// A match with some of the text around it.
pub fn around(text: &str, (start, end): (usize, usize)) -> String {
    let before: String = text[..start].chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
    let after: String = text[end..].chars().take(8).collect();
    format!("{before}[{}]{after}", &text[start..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_between_words() {
        let names = HashSet::from(["New", "New York", "York Times", "U.S.", "Hà", "Hà Nội"]);
        let found = |text: &'static str| {
            let spans = word_bounded(text, &names, 16);
            spans.into_iter().map(|(start, end)| &text[start..end]).collect::<Vec<_>>()
        };
        assert_eq!(found("The New York Times, l'U.S. Navy"), ["New York", "U.S."]);
        assert_eq!(found("Newer New_York U.S.A. Hà Nộ Hà Nội"), ["Hà", "Hà Nội"]);
        assert_eq!(found("Ha\u{300} Hà\u{323}"), [""; 0]);
    }
}
