//! Lists in a cell.

use std::borrow::Cow;

/// The items of a cell, separated by `|`; `\|` and `\\` stand for `|` and `\`. A bar at the very end closes the last
/// item and opens no new one.
pub(crate) fn items(cell: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let mut rest = Some(cell);
    std::iter::from_fn(move || {
        let text = rest?;
        let (item, after) = split(text);
        rest = after.filter(|after| !after.is_empty());
        Some(unescape(item))
    })
}

/// Whether a cell without a bar looks like a list all the same: with semicolons, or with two commas or more (one comma
/// may stand in a name, as in `Minh, Hồ Chí`).
pub(in crate::gazetteer) fn looks_separated_otherwise(cell: &str) -> bool {
    !cell.contains('|') && (cell.contains(';') || cell.matches(", ").count() > 1)
}

/// The text up to the first bar that is not escaped, and the text after it.
fn split(text: &str) -> (&str, Option<&str>) {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'|' => return (&text[..at], Some(&text[at + 1..])),
            _ => {}
        }
    }
    (text, None)
}

fn unescape(item: &str) -> Cow<'_, str> {
    if !item.contains('\\') {
        return Cow::Borrowed(item);
    }
    let mut text = String::with_capacity(item.len());
    let mut chars = item.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(&next @ ('|' | '\\'))) => {
                text.push(next);
                chars.next();
            }
            _ => text.push(c),
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_separate_and_backslashes_escape() {
        for (cell, expected) in [
            ("a", vec!["a"]),
            ("a|b", vec!["a", "b"]),
            ("a||b", vec!["a", "", "b"]),
            ("a|b|", vec!["a", "b"]),
            ("|", vec![""]),
            (r"a\|b|c", vec!["a|b", "c"]),
            (r"a\\|b", vec![r"a\", "b"]),
            (r"a\\\|b", vec![r"a\|b"]),
            (r"C:\dir|\", vec![r"C:\dir", r"\"]),
            ("é|ü", vec!["é", "ü"]),
        ] {
            assert_eq!(items(cell).collect::<Vec<_>>(), expected, "{cell}");
        }
    }
}
