//! Ids: how they are written, normalised and derived.
//!
//! `gz:kind/slug` (built-in) and `user:kind/slug` (derived from the name) are ours; an id with another prefix is an
//! *outside* id (`wikidata:Q84`, `geonames:2643743`, `ror:…`). Two short forms are known: `Q84` for `wikidata:Q84` and
//! `gn:N` for `geonames:N` (real data has codes such as `gn:GB.WLS` there too, so N is not checked in ids).

use std::borrow::Cow;
use std::fmt::Write;

use unicode_normalization::char::is_combining_mark;

/// The prefix of Wikidata ids.
pub(crate) const WIKIDATA: &str = "wikidata";
/// The prefix of GeoNames ids.
pub(crate) const GEONAMES: &str = "geonames";
/// The prefix of IPTC media topics given in the `iptc` column.
pub(crate) const IPTC: &str = "iptc";

/// Normalises an id as it may stand in any column that takes one; `None` for a malformed Wikidata id.
pub(crate) fn normalise(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    if is_item(text) {
        return Some(Cow::Owned(format!("{WIKIDATA}:{}", text.to_ascii_uppercase())));
    }
    let Some((prefix, rest)) = text.split_once(':') else { return Some(Cow::Borrowed(text)) };
    if prefix.eq_ignore_ascii_case(WIKIDATA) {
        return wikidata(rest).map(Cow::Owned);
    }
    if prefix.eq_ignore_ascii_case("gn") || prefix.eq_ignore_ascii_case(GEONAMES) {
        return Some(Cow::Owned(format!("{GEONAMES}:{}", rest.trim())));
    }
    Some(Cow::Borrowed(text))
}

/// Reads a cell of the `wikidata` column: `Q84` or `wikidata:Q84`.
pub(crate) fn wikidata(text: &str) -> Option<String> {
    let item = without_prefix(text, &[WIKIDATA]);
    is_item(item).then(|| format!("{WIKIDATA}:{}", item.to_ascii_uppercase()))
}

/// Reads a cell of the `geonames` column: `2643743`, `gn:2643743` or `geonames:2643743`.
pub(crate) fn geonames(text: &str) -> Option<String> {
    let number = without_prefix(text, &[GEONAMES, "gn"]);
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| format!("{GEONAMES}:{number}"))
}

/// Reads a cell of the `iptc` column: a media topic code, alone or after `medtop:` or `iptc:`.
pub(crate) fn iptc(text: &str) -> Option<String> {
    let code = without_prefix(text, &[IPTC, "medtop"]);
    let plain = !code.is_empty() && code.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    plain.then(|| format!("{IPTC}:{code}"))
}

/// Whether an id belongs to another collection than the gazetteers themselves (`geonames:1`, not `gz:place/paris`).
pub(crate) fn is_outside(id: &str) -> bool {
    id.split_once(':').is_some_and(|(prefix, rest)| {
        !rest.is_empty() && !prefix.is_empty() && prefix != "gz" && prefix != "user" && !prefix.contains('/')
    })
}

/// The id of a row that gives none: `user:kind/slug`. The buffer is overwritten; one serves for all rows of a file.
pub(crate) fn derive_into(id: &mut String, kind: &str, name: &str) {
    id.clear();
    id.push_str("user:");
    id.push_str(kind);
    id.push('/');
    push_slug(id, name);
}

/// Appends the slug of an NFC name: lower case; letters, digits and marks of any script stay, and so do `+ # & @` (`c++` is
/// not `c`); all else becomes one `-` between words. A name without any of these is spelled in code points
/// (`u1f1eb-u1f1f7`).
///
/// The slug keeps accents, so that `Hòa` and `Hoa` differ: names that differ in case or punctuation only are taken
/// for the same, and two such rows need ids.
fn push_slug(id: &mut String, name: &str) {
    let start = id.len();
    id.reserve(name.len());
    let mut gap = false;
    for c in name.chars() {
        let plain = c.is_ascii_alphanumeric();
        if plain || c.is_alphanumeric() || is_combining_mark(c) || "+#&@".contains(c) {
            if gap && id.len() > start {
                id.push('-');
            }
            gap = false;
            if plain {
                id.push(c.to_ascii_lowercase());
            } else {
                id.extend(c.to_lowercase());
            }
        } else {
            gap = true;
        }
    }
    if id.len() == start {
        for (i, c) in name.chars().enumerate() {
            let joint = if i > 0 { "-" } else { "" };
            // Writing to a string cannot fail.
            let _ = write!(id, "{joint}u{:x}", c as u32);
        }
    }
}

fn is_item(text: &str) -> bool {
    let Some(digits) = text.strip_prefix(['Q', 'q']) else { return false };
    !digits.is_empty() && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
}

fn without_prefix<'a>(text: &'a str, prefixes: &[&str]) -> &'a str {
    let text = text.trim();
    match text.split_once(':') {
        Some((prefix, rest)) if prefixes.iter().any(|p| prefix.eq_ignore_ascii_case(p)) => rest.trim(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_normalised() {
        for (given, normal) in [
            ("Q84", Some("wikidata:Q84")),
            ("q84", Some("wikidata:Q84")),
            (" wikidata:Q84 ", Some("wikidata:Q84")),
            ("Wikidata:q84", Some("wikidata:Q84")),
            ("wikidata:84", None),
            ("wikidata:", None),
            ("gn:2643743", Some("geonames:2643743")),
            ("geonames:2643743", Some("geonames:2643743")),
            ("gn:GB.WLS", Some("geonames:GB.WLS")),
            ("gz:place/london", Some("gz:place/london")),
            ("iso:GB-LND", Some("iso:GB-LND")),
            ("Q", Some("Q")),
            ("Q0", Some("Q0")),
            ("Q84x", Some("Q84x")),
            ("42", Some("42")),
        ] {
            assert_eq!(normalise(given).as_deref(), normal, "{given}");
        }
    }

    #[test]
    fn columns_of_outside_ids_take_the_bare_and_the_prefixed_form() {
        assert_eq!(wikidata("Q84").as_deref(), Some("wikidata:Q84"));
        assert_eq!(wikidata("London"), None);
        assert_eq!(wikidata("Q84|Q85"), None);
        assert_eq!(geonames("2643743").as_deref(), Some("geonames:2643743"));
        assert_eq!(geonames("GN:2643743").as_deref(), Some("geonames:2643743"));
        assert_eq!(geonames("Q84"), None);
        assert_eq!(iptc("medtop:20000763").as_deref(), Some("iptc:20000763"));
        assert_eq!(iptc("iptc:20000763").as_deref(), Some("iptc:20000763"));
        assert_eq!(iptc("a b"), None);
    }

    #[test]
    fn ids_of_other_collections_are_outside_ids() {
        for (id, outside) in [
            ("geonames:1", true),
            ("iso:FR", true),
            ("n:0", true),
            ("gz:place/paris", false),
            ("user:place/paris", false),
            ("42", false),
            (":x", false),
            ("x:", false),
        ] {
            assert_eq!(is_outside(id), outside, "{id}");
        }
    }

    #[test]
    fn slugs_are_loose_and_keep_what_tells_names_apart() {
        let mut id = String::new();
        for (name, expected) in [
            ("Tô Lâm", "tô-lâm"),
            ("  L’Île-d'Yeu. ", "l-île-d-yeu"),
            ("C++", "c++"),
            ("C", "c"),
            ("AT&T", "at&t"),
            ("U.S.", "u-s"),
            ("東京", "東京"),
            ("हिन्दी", "हिन्दी"),
            ("🇫🇷", "u1f1eb-u1f1f7"),
        ] {
            derive_into(&mut id, "place", name);
            assert_eq!(id, format!("user:place/{expected}"), "{name}");
        }
    }
}
