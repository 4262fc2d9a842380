//! Random gazetteers and texts that meet often, for comparing engine and oracle.

use proptest::prelude::*;

use crate::gazetteer::{Action, Details, Entity, Gazetteer, Layer, MatchPolicy, Name, NameRole};

/// Pieces that names and texts share, so that they meet often.
const PIECES: &[&str] = &[
    "a",
    "A",
    "b",
    "ab",
    "Ab",
    "AB",
    "ABC",
    "Abc",
    "ABCD",
    "to",
    "Tô",
    "TO",
    "lâm",
    "Lâm",
    "LAM",
    "hoà",
    "hòa",
    "HOÀ",
    "thuy",
    "thúy",
    "thuý",
    "quý",
    "qúy",
    "đa",
    "Đà",
    "ða",
    "da",
    "Ða",
    "œu",
    "Œu",
    "OEU",
    "oeu",
    "ß",
    "ss",
    "SS",
    "ẞ",
    "é",
    "e\u{301}",
    "É",
    "E",
    "1",
    "12",
    "½",
    "3½",
    "C",
    "C++",
    "++",
    ".NET",
    "NET",
    "U.S.",
    "U.S",
    "U",
    "S",
    "AT&T",
    "AT",
    "T",
    "Yahoo!",
    "Yahoo",
    "St.",
    "St",
    "Inc.",
    "東京",
    "京",
    "都",
    "が",
    "か",
    "カ",
    "ｶﾞ",
    "AI東",
    "한국",
    "한",
    "ไทย",
    "ไ",
    "ё",
    "е",
    "Ё",
    "й",
    "и",
    "שלום",
    "שָׁלוֹם",
    "كتاب",
    "كِتَاب",
    "ـ",
    "Ⅳ",
    "iv",
    "IV",
    "ǅ",
    "ﬁ",
    "fi",
    "İ",
    "i",
    "ı",
    "I",
    "ﷺ",
    "℀",
    "№",
    "no",
    "x\u{328}",
    "x",
    "a\u{323}\u{301}",
    "a\u{301}\u{323}",
    "\u{301}",
    "Kennedy",
    "Kennedys",
    "KENNEDY",
    "supply chain",
    "supply chains",
    "WHO",
    "UN",
    "un",
    "Otan",
    "OTAN",
    "Covid",
    "COVID",
    "19",
    "_",
    "a_b",
    "€",
    "→",
    "☭",
    "…",
    "ǽ",
    "a\u{31b}",
    "ơ",
    "σ",
    "ς",
    "Σ",
    "ά",
    "α",
    "\u{93c}\u{94d}क",
    "क\u{94d}\u{93c}",
];
pub(crate) const JOINTS: &[&str] = &[
    " ",
    " ",
    " ",
    " ",
    "",
    "-",
    "\u{2011}",
    "'",
    "’",
    "\u{a0}",
    "  ",
    "\n",
    "\r\n",
    "\n\n",
    ". ",
    ".",
    ", ",
    ",",
    "&",
    " & ",
    "\u{200b}",
    "\u{ad}",
    "—",
    " - ",
    "--",
    "\t",
    "! ",
    "/",
    "\u{2028}",
    "\r",
    " \u{200b}",
    "(",
    ")",
    "´",
];

pub(crate) fn phrase(pieces: usize) -> impl Strategy<Value = String> {
    prop::collection::vec((prop::sample::select(PIECES), prop::sample::select(JOINTS)), 1..=pieces).prop_map(|parts| {
        let mut out = String::new();
        let last = parts.len() - 1;
        for (i, (piece, joint)) in parts.into_iter().enumerate() {
            out.push_str(piece);
            // Names end with a joint now and then, to have symbols at their edges.
            if i < last || joint.len() == 1 && !joint.trim().is_empty() {
                out.push_str(joint);
            }
        }
        out
    })
}

fn name() -> impl Strategy<Value = Name> {
    (
        phrase(3),
        prop::option::weighted(0.6, prop::sample::select(&["fr", "vi", "en", "de-AT"][..])),
        0..6u8,
        prop::option::weighted(0.15, prop::sample::select(&[MatchPolicy::Exact, MatchPolicy::Folded][..])),
        prop::option::weighted(0.2, prop::sample::select(&[0.1f32, 0.5, 0.9][..])),
    )
        .prop_map(|(text, lang, role, policy, prior)| Name {
            text: unicode_normalization::UnicodeNormalization::nfc(text.trim()).collect(),
            lang: lang.map(Into::into),
            role: if role == 0 { NameRole::Acronym } else { NameRole::Alias },
            policy,
            prior,
        })
}

fn entity() -> impl Strategy<Value = Entity> {
    (
        prop::collection::vec(name(), 1..4),
        0..12u8,
        prop::sample::select(&["person", "theme", "place", "ship"][..]),
        prop::option::weighted(0.5, prop::sample::select(&[0.1f32, 0.5, 0.9][..])),
        0..10u8,
        prop::option::weighted(0.15, 0..12u8),
        prop::option::weighted(0.1, prop::sample::select(&[MatchPolicy::Exact, MatchPolicy::Folded][..])),
    )
        .prop_map(|(mut names, id, kind, prior, action, same_as, policy)| {
            names.dedup_by(|a, b| a.text == b.text && a.lang == b.lang);
            Entity {
                id: format!("x:{id}").into(),
                kind: kind.into(),
                names: names.into(),
                prior,
                policy,
                details: same_as
                    .map(|id| Box::new(Details { same_as: vec![format!("x:{id}").into()], ..Details::default() })),
                action: match action {
                    0 => Action::Replace,
                    1 => Action::Remove,
                    _ => Action::Merge,
                },
                ..Entity::default()
            }
        })
}

pub(crate) fn gazetteer() -> impl Strategy<Value = Gazetteer> {
    prop::collection::vec(prop::collection::vec(entity(), 0..4), 1..4).prop_map(|layers| {
        let mut gazetteer = Gazetteer::empty();
        for entities in layers {
            let layer = Gazetteer::from_layer(Layer { entities, ..Layer::default() });
            gazetteer = gazetteer.layer(layer).expect("at most eight");
        }
        gazetteer
    })
}

/// A text that mentions the gazetteer's names, as listed or changed in one of the ways that policies speak of.
pub(crate) fn text_with_names(gazetteer: &Gazetteer, parts: &[(String, usize, u8, &str)]) -> String {
    use unicode_normalization::UnicodeNormalization;
    let names: Vec<&str> =
        gazetteer.layers().iter().flat_map(|l| &l.entities).flat_map(|e| &e.names).map(|n| n.text.as_str()).collect();
    let mut text = String::new();
    for (phrase, index, change, joint) in parts {
        match names.get(index % names.len().max(1)) {
            None => text.push_str(phrase),
            Some(name) => match change {
                0..=2 => text.push_str(name),
                3 => text.push_str(&name.to_uppercase()),
                4 => text.push_str(&name.to_lowercase()),
                5 => text.extend(name.nfd()),
                6 => text.extend(name.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c))),
                7 => text.push_str(&name.replace(' ', joint)),
                8 => text.extend(name.chars().flat_map(|c| [c, '\u{200B}'])),
                _ => text.push_str(phrase),
            },
        }
        text.push_str(joint);
    }
    text
}
