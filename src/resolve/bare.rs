//! `--no-resolve`: bare dictionary matches.

use super::Mention;
use crate::lexicon::{EntityId, NameId, Stack};
use crate::matcher::{Group, Hit, Nearness, Overlaps};
use crate::text::Span;

/// The `rule` of a hit by itself.
pub(super) fn rule_of(hit: &Hit) -> &'static str {
    match (hit.generated, hit.nearness) {
        (true, _) => "inflected",
        (false, Nearness::Exact) => "exact",
        (false, Nearness::Folded) => "folded",
    }
}

/// The name nearest to the text among hits of one entity at one span: exact before folded before inflected, then the
/// bytewise smallest listed name.
pub(super) fn nearest<'a>(stack: &Stack, hits: impl Iterator<Item = &'a Hit>) -> Option<(NameId, &'a Hit)> {
    hits.map(|hit| (stack.listed(hit.name), hit)).min_by(|a, b| {
        (a.1.generated, a.1.nearness)
            .cmp(&(b.1.generated, b.1.nearness))
            .then_with(|| stack.name(a.0).cmp(stack.name(b.0)))
    })
}

/// The candidates of one span: entity, highest prior, latest layer, hits. Hits are sorted by entity.
pub(super) fn candidates(hits: &[Hit]) -> impl Iterator<Item = (EntityId, f32, u8, &[Hit])> {
    hits.chunk_by(|a, b| a.entity == b.entity).map(|of_entity| {
        let prior = of_entity.iter().map(|h| h.prior).fold(0.0, f32::max);
        let layer = of_entity.iter().map(|h| h.layer).max().unwrap_or(0);
        (of_entity[0].entity, prior, layer, of_entity)
    })
}

/// One mention a kept span: the entity with the highest prior, ties by the later layer, then the smaller id; under
/// `all` one mention per span and entity, by id.
pub(super) fn mentions(stack: &Stack, hits: &[Hit], groups: &[Group], mode: Overlaps, out: &mut Vec<Mention>) {
    for group in groups.iter().filter(|g| g.kept) {
        let hits = &hits[group.start as usize..group.end as usize];
        let from = out.len();
        if mode == Overlaps::All {
            for (entity, prior, _, of_entity) in candidates(hits) {
                out.extend(mention(stack, group.span, entity, prior, of_entity));
            }
            out[from..].sort_by(|a, b| {
                let id = |m: &Mention| m.entity.map(|e| stack.entity(e).id);
                id(a).cmp(&id(b))
            });
        } else {
            out.extend(choose(stack, hits, group));
        }
    }
}

/// The bare choice for one span (the hits are the span's own).
fn choose(stack: &Stack, hits: &[Hit], group: &Group) -> Option<Mention> {
    if let [hit] = hits {
        return mention(stack, group.span, hit.entity, hit.prior, hits);
    }
    let (entity, prior, _, of_entity) = candidates(hits).reduce(|a, b| {
        let better = b.1.total_cmp(&a.1).then(b.2.cmp(&a.2));
        let better = better.then_with(|| stack.entity(a.0).id.cmp(stack.entity(b.0).id));
        if better.is_gt() { b } else { a }
    })?;
    mention(stack, group.span, entity, prior, of_entity)
}

/// [`choose`] for a group of all hits.
pub(super) fn choose_in(stack: &Stack, hits: &[Hit], group: &Group) -> Option<Mention> {
    choose(stack, &hits[group.start as usize..group.end as usize], group)
}

fn mention(stack: &Stack, span: Span, entity: EntityId, prior: f32, hits: &[Hit]) -> Option<Mention> {
    let (name, hit) = nearest(stack, hits.iter())?;
    Some(Mention::new(span, stack.kind_of(entity), Some(entity), Some(name), prior, rule_of(hit)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::gazetteer::{Action, Entity, Gazetteer, Layer, MatchPolicy, Name, NameRole};
    use crate::lexicon::CompileOptions;
    use crate::matcher::{MatchOptions, Matcher, group, naive, select};
    use crate::text::Language;

    fn engine(gazetteer: &Gazetteer, text: &str, setting: &naive::Setting<'_>) -> Vec<naive::Row> {
        let stack = Stack::build_with(gazetteer, CompileOptions { open: setting.open }).expect("compiles");
        let (mut hits, mut groups, mut mentions) = (Vec::new(), Vec::new(), Vec::new());
        let options = MatchOptions { policy: setting.policy, open: setting.open };
        let language = Language::of_tag(setting.language);
        Matcher::default().find(&stack, text, language, options, usize::MAX, &mut hits);
        group(&mut hits, &mut groups);
        select(&mut groups, setting.overlaps, &mut Vec::new());
        super::mentions(&stack, &hits, &groups, setting.overlaps, &mut mentions);
        let mut rows: Vec<naive::Row> = mentions
            .iter()
            .map(|m| naive::Row {
                start: m.span.start as usize,
                end: m.span.end as usize,
                entity: m.entity.map_or(String::new(), |e| stack.entity(e).id.to_owned()),
                matched_name: m.name.map_or(String::new(), |n| stack.name(n).to_owned()),
                score: m.score,
                rule: m.rule,
            })
            .collect();
        rows.sort_by(|a, b| (a.start, a.end, &a.entity).cmp(&(b.start, b.end, &b.entity)));
        rows
    }

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
    const JOINTS: &[&str] = &[
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

    fn phrase(pieces: usize) -> impl Strategy<Value = String> {
        prop::collection::vec((prop::sample::select(PIECES), prop::sample::select(JOINTS)), 1..=pieces).prop_map(
            |parts| {
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
            },
        )
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
                    id: format!("x:{id}"),
                    kind: kind.into(),
                    name: names[0].text.clone(),
                    names,
                    prior,
                    policy,
                    same_as: same_as.map(|id| format!("x:{id}")).into_iter().collect(),
                    action: match action {
                        0 => Action::Replace,
                        1 => Action::Remove,
                        _ => Action::Merge,
                    },
                    ..Entity::default()
                }
            })
    }

    fn gazetteer() -> impl Strategy<Value = Gazetteer> {
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
    fn text_with_names(gazetteer: &Gazetteer, parts: &[(String, usize, u8, &str)]) -> String {
        use unicode_normalization::UnicodeNormalization;
        let names: Vec<&str> = gazetteer
            .layers()
            .iter()
            .flat_map(|l| &l.entities)
            .flat_map(|e| &e.names)
            .map(|n| n.text.as_str())
            .collect();
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

    static ROWS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100_000))]

        fn the_engine_finds_what_the_oracle_finds(
            gazetteer in gazetteer(),
            parts in prop::collection::vec((phrase(3), 0..64usize, 0..10u8, prop::sample::select(JOINTS)), 1..6),
            language in prop::sample::select(&["fr", "vi", "en", "und", "de"][..]),
            policy in prop::option::weighted(0.3, prop::sample::select(&[MatchPolicy::Smart, MatchPolicy::Exact, MatchPolicy::Folded][..])),
            open in prop::bool::weighted(0.2),
            overlaps in prop::sample::select(Overlaps::ALL),
        ) {
            let text = text_with_names(&gazetteer, &parts);
            let setting = naive::Setting { language, policy, open, overlaps: overlaps.1 };
            let rows = naive::rows(&gazetteer, &text, &setting);
            ROWS.fetch_add(rows.len(), std::sync::atomic::Ordering::Relaxed);
            let names: Vec<String> = gazetteer.layers().iter().flat_map(|l| &l.entities).flat_map(|e| e.names.iter().map(move |n| format!("{}:{:?}/{:?}/{:?}/{:?}", e.id, n.text, n.lang, n.role, n.policy.or(e.policy)))).collect();
            prop_assert_eq!(engine(&gazetteer, &text, &setting), rows, "text {:?} names {:?}", text, names);
        }
    }

    /// 100,000 random cases: layers, gaps with punctuation, edge symbols, generated names, languages, policies, modes.
    #[test]
    fn engine_and_oracle_agree() {
        the_engine_finds_what_the_oracle_finds();
        // A test that compares nothing proves nothing.
        let rows = ROWS.load(std::sync::atomic::Ordering::Relaxed);
        assert!(rows > 50_000, "only {rows} rows were compared");
    }
}
