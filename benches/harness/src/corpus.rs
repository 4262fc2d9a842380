//! A benchmark folder: `corpus.jsonl`, and name lists `names-SIZE.txt` and `names-SIZE.csv`.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::Result;

/// One document.
#[derive(Deserialize)]
pub struct Text {
    /// What is searched.
    pub text: String,
    /// Its language, empty if not told.
    #[serde(default)]
    pub lang: String,
}

/// The documents of a file: JSON Lines with `text` and `lang` if its name says so, else one document a line.
pub fn documents(path: &Path) -> Result<Vec<Text>> {
    let content = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = content.lines().filter(|line| !line.trim().is_empty());
    if path.extension().is_some_and(|extension| extension == "jsonl") {
        lines.map(|line| Ok(serde_json::from_str(line)?)).collect()
    } else {
        Ok(lines.map(|line| Text { text: line.to_owned(), lang: String::new() }).collect())
    }
}

/// The names of a list, one a line.
pub fn names(path: &Path) -> Result<Vec<String>> {
    let content = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(content.lines().map(str::to_owned).collect())
}

/// The bytes of all texts.
pub fn bytes(documents: &[&Text]) -> usize {
    documents.iter().map(|document| document.text.len()).sum()
}

/// Whether a character belongs to a word, for engines that look at bytes alone: letters, digits, combining marks, `_`.
pub fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || ('\u{300}'..='\u{36f}').contains(&c)
}

/// Whether a name may begin at a byte of a text (a character's boundary): no word goes on before it.
#[inline]
pub fn may_begin(text: &str, at: usize) -> bool {
    match at.checked_sub(1).map(|before| text.as_bytes()[before]) {
        None => true,
        Some(byte) if byte.is_ascii() => !in_ascii_word(byte),
        Some(_) => !text[..at].chars().next_back().is_some_and(in_word),
    }
}

/// Whether a name may end at a byte of a text (a character's boundary): no word goes on behind it.
#[inline]
pub fn may_end(text: &str, at: usize) -> bool {
    match text.as_bytes().get(at) {
        None => true,
        Some(byte) if byte.is_ascii() => !in_ascii_word(*byte),
        Some(_) => !text[at..].chars().next().is_some_and(in_word),
    }
}

fn in_ascii_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
