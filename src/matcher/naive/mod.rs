//! The slow truth: the section "Names and matching" of the interface, written down as plainly as possible.
//!
//! Every name is tried at every place of the text, on a list of units made with the Unicode crates alone: no table, no
//! hash, no automaton of the engine is used. Tests hold the engine to these answers.

mod forms;
mod units;

use std::collections::BTreeSet;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use forms::{canonical, edges_of, exact_form, first_symbols, strict_form};
use units::{Pattern, Placed, Unit, gap, pattern, symbol, symbols, units};

use super::Overlaps;
use crate::gazetteer::{Action, DEFAULT_PRIOR, Gazetteer, MatchPolicy, Name, NameRole};
use crate::lexicon::generated;

/// What a run gives the oracle besides text and gazetteer.
#[derive(Clone, Debug)]
pub(crate) struct Setting<'a> {
    pub language: &'a str,
    pub policy: Option<MatchPolicy>,
    pub open: bool,
    pub overlaps: Overlaps,
}

/// One row of `--no-resolve`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub start: usize,
    pub end: usize,
    pub entity: String,
    pub matched_name: String,
    pub score: f32,
    pub rule: &'static str,
}

struct Found {
    start: usize,
    end: usize,
    length: usize,
    entity: usize,
    layer: usize,
    prior: f32,
    name: String,
    /// Whether the name is one word and an acronym.
    acronym: bool,
    rule: &'static str,
}

/// Nearness of the name at the unit `at`: span, folded length, equal to the name in NFC.
fn try_name(
    name: &Name,
    listed: &Pattern,
    policy: MatchPolicy,
    text: &str,
    units: &[Placed],
    at: usize,
    setting: &Setting<'_>,
) -> Option<(usize, usize, usize, bool)> {
    if listed.words.is_empty() {
        return try_symbols(name, policy, text, units, at);
    }
    let open_edge = |p: &Placed| matches!(p.unit, Unit::Letter { open: true, .. });
    let open_start = setting.open || open_edge(&listed.words[0][0]);
    let last_word = listed.words.last().expect("not empty");
    let open_end = setting.open || open_edge(last_word.last().expect("not empty"));
    let is_word = |i: usize| units.get(i).is_some_and(Placed::is_word);
    if !open_start && at > 0 && is_word(at - 1) {
        return None;
    }
    let mut i = at;
    let mut found_words: Vec<&[Placed]> = Vec::new();
    let mut length = 0;
    for (k, word) in listed.words.iter().enumerate() {
        if k > 0 {
            if is_word(i) {
                return None;
            }
            let start = i;
            while i < units.len() && !is_word(i) {
                i += 1;
            }
            let wanted = listed.gaps[k - 1].as_ref()?;
            if gap(&units[start..i]).as_ref() != Some(wanted) {
                return None;
            }
            length += wanted.len();
        }
        let found = units.get(i..i + word.len())?;
        for (a, b) in word.iter().zip(found) {
            match (&a.unit, &b.unit) {
                (Unit::Letter { key: a, .. }, Unit::Letter { key: b, .. }) if a == b => {}
                _ => return None,
            }
        }
        found_words.push(found);
        length += word.len();
        i += word.len();
    }
    if !open_end && is_word(i) {
        return None;
    }
    // A letter keeps its mark: か is not in が.
    if let Some(Placed { unit: Unit::Letter { key, .. }, .. }) = units.get(i)
        && key.general_category_group() == GeneralCategoryGroup::Mark
    {
        return None;
    }
    let core_start = found_words[0].iter().map(|u| u.start).min()?;
    let core_end = found_words.last()?.iter().map(|u| u.end).max()?;
    let (mut start, mut end) = (core_start, core_end);
    // Symbols directly before.
    if !listed.leading.is_empty() {
        let n = listed.leading.len();
        let before = units.get(at.checked_sub(n)?..at)?;
        if before.iter().map(|u| symbol(&u.unit)).collect::<Option<Vec<_>>>()? != listed.leading {
            return None;
        }
        if at > n && is_word(at - n - 1) {
            return None;
        }
        start = before[0].start;
        length += n;
    }
    // Symbols directly after; a final full stop may be missing.
    let mut dotless = false;
    if !listed.trailing.is_empty() {
        let fits = |wanted: &[char]| {
            let n = wanted.len();
            let after = units.get(i..i + n)?;
            let same = after.iter().map(|u| symbol(&u.unit)).collect::<Option<Vec<_>>>()? == wanted;
            (same && (n == 0 || !is_word(i + n))).then(|| after.iter().map(|u| u.end).max().unwrap_or(core_end))
        };
        if let Some(after) = fits(&listed.trailing) {
            end = end.max(after);
            length += listed.trailing.len();
        } else if let Some(('.', others)) = listed.trailing.split_last()
            && let Some(after) = fits(others)
        {
            end = end.max(after);
            length += others.len();
            dotless = true;
        } else {
            return None;
        }
    }
    let allowed = match policy {
        MatchPolicy::Folded => true,
        MatchPolicy::Exact => {
            let name_edges = edges_of(&name.text);
            let kept = listed.trailing.len() - usize::from(dotless);
            exact_form(&text[core_start..core_end]) == exact_form(&name.text)
                && canonical(&text[start..core_start]) == name_edges.0
                && canonical(&text[core_end..end]) == first_symbols(&name_edges.1, kept)
        }
        MatchPolicy::Smart => {
            let many = listed.words.len() > 1;
            let case = listed.words.iter().zip(&found_words).all(|(a, b)| case_allows(a, b, many, name.role));
            case && marks_allow(name, listed, &found_words, text, start, setting)
        }
    };
    let exact = !dotless && strict_form(&text[start..end]) == strict_form(&name.text);
    allowed.then_some((start, end, length, exact))
}

fn try_symbols(
    name: &Name,
    policy: MatchPolicy,
    text: &str,
    all: &[Placed],
    at: usize,
) -> Option<(usize, usize, usize, bool)> {
    let wanted = symbols(&units(&name.text));
    if all[at].is_word() || !units(&name.text).iter().any(|u| matches!(u.unit, Unit::Hard(_))) {
        return None;
    }
    // The gap around: symbols of a soft gap are no symbols.
    let first = (0..at).rev().find(|i| all[*i].is_word()).map_or(0, |i| i + 1);
    let last = (at..all.len()).find(|i| all[*i].is_word()).unwrap_or(all.len());
    if !all[first..last].iter().any(|u| matches!(u.unit, Unit::Hard(_))) {
        let gap = &all[first..last];
        let breaks = gap.iter().filter(|u| u.unit == Unit::Break).count();
        if symbols(gap).len() <= 1 && breaks <= 1 {
            return None;
        }
    }
    let mut found = Vec::new();
    let mut breaks = 0;
    for unit in &all[at..last] {
        if found.len() == wanted.len() {
            break;
        }
        match symbol(&unit.unit) {
            Some(c) if c == wanted[found.len()] => found.push(unit),
            Some(_) => return None,
            None if found.is_empty() => return None,
            None => breaks += usize::from(unit.unit == Unit::Break),
        }
    }
    if found.len() < wanted.len() || breaks > 1 {
        return None;
    }
    let (start, end) = (found[0].start, found.last()?.end);
    let exact = text[start..end] == name.text;
    (policy != MatchPolicy::Exact || exact).then_some((start, end, wanted.len(), exact))
}

fn case_allows(listed: &[Placed], found: &[Placed], many_words: bool, role: NameRole) -> bool {
    let letter = |p: &Placed| match &p.unit {
        Unit::Letter { key, upper, digit, marks, .. } => (*key, *upper, *digit, marks.contains(&'œ')),
        _ => unreachable!("words hold letters"),
    };
    let listed: Vec<_> = listed.iter().map(letter).collect();
    let found: Vec<_> = found.iter().map(letter).collect();
    let every_capital = (0..listed.len()).all(|i| {
        // Œ has one capital.
        let second = i > 0 && listed[i - 1].3;
        !listed[i].1 || second || found[i].1
    });
    if every_capital {
        return true;
    }
    let shaped = (2..=6).contains(&listed.len()) && listed.iter().all(|l| l.1 || l.2) && listed.iter().any(|l| l.1);
    if !(shaped || role == NameRole::Acronym) || listed.len() > 6 {
        return false;
    }
    let vowel = listed.iter().any(|l| "aeiou".contains(l.0));
    let capitalised = found[0].1 && found[1..].iter().all(|l| !l.1);
    capitalised && (many_words || (listed.len() >= 4 && vowel))
}

const TONES: &[char] = &['\u{300}', '\u{301}', '\u{309}', '\u{303}', '\u{323}'];

fn marks_allow(
    name: &Name,
    listed: &Pattern,
    found: &[&[Placed]],
    text: &str,
    at: usize,
    setting: &Setting<'_>,
) -> bool {
    let mut missing = false;
    for (word, found) in listed.words.iter().zip(found) {
        let marks = |p: &Placed| match &p.unit {
            Unit::Letter { key, marks, .. } => (*key, marks.clone()),
            _ => unreachable!("words hold letters"),
        };
        let mut a: Vec<(char, BTreeSet<char>)> = word.iter().map(marks).collect();
        let mut b: Vec<(char, BTreeSet<char>)> = found.iter().map(marks).collect();
        let n = a.len();
        if n >= 2
            && matches!((a[n - 2].0, a[n - 1].0), ('o', 'a') | ('o', 'e') | ('u', 'y'))
            && (n == 2 || a[n - 3].0 != 'q')
        {
            for word in [&mut a, &mut b] {
                let tones: Vec<char> = TONES.iter().copied().filter(|t| word[n - 2].1.contains(t)).collect();
                for tone in tones {
                    word[n - 2].1.remove(&tone);
                    word[n - 1].1.insert(tone);
                }
            }
        }
        for ((_, a), (_, b)) in a.iter().zip(b.iter_mut()) {
            if a.contains(&'đ') && b.remove(&'ð') {
                b.insert('đ');
            }
            if !b.is_subset(a) {
                return false;
            }
            missing |= a != b;
        }
    }
    if !missing || listed.words.len() > 1 {
        return true;
    }
    let Some(lang) = name.lang.as_deref() else { return false };
    let primary = lang.split(['-', '_']).next().unwrap_or("").to_lowercase();
    primary == setting.language && primary != "und" && (in_capitals(text, at) || !has_marks(text))
}

fn has_marks(text: &str) -> bool {
    units(text).iter().any(|u| matches!(&u.unit, Unit::Letter { marks, .. } if !marks.is_empty()))
}

/// Whether the byte stands in a passage in capitals.
pub(crate) fn in_capitals(text: &str, at: usize) -> bool {
    let units = units(text);
    let ends_at = |i: usize| -> bool {
        let ender = matches!(units[i].unit, Unit::Hard('.' | '!' | '?'));
        ender && units.get(i + 1).is_none_or(|u| u.unit == Unit::Space)
    };
    let mut stretches: Vec<Vec<usize>> = vec![Vec::new()];
    for (i, unit) in units.iter().enumerate() {
        if unit.unit == Unit::Break {
            stretches.push(Vec::new());
            continue;
        }
        stretches.last_mut().expect("never empty").push(i);
        if ends_at(i) {
            stretches.push(Vec::new());
        }
    }
    let Some(stretch) = stretches.iter().find(|s| s.iter().any(|i| units[*i].start == at)) else { return false };
    let mut words: Vec<usize> = vec![0];
    for i in stretch {
        match &units[*i].unit {
            Unit::Letter { upper, letter, .. } => {
                if *letter && !*upper {
                    return false;
                }
                *words.last_mut().expect("never empty") += usize::from(*letter);
            }
            _ => words.push(0),
        }
    }
    words.iter().filter(|n| **n >= 2).count() >= 4 || words.iter().filter(|n| **n >= 4).count() >= 2
}

/// What the rows of an entity say together: the later non-empty field wins.
#[derive(Clone, Debug, Default)]
struct Merged {
    prior: Option<f32>,
    policy: Option<MatchPolicy>,
}

/// Joins rows of all layers: for each row (layer, entity) the number of its entity, or `None` if removed.
fn join(gazetteer: &Gazetteer) -> (Vec<Vec<Option<usize>>>, Vec<String>, Vec<Merged>) {
    struct World {
        ids: Vec<BTreeSet<String>>,
        shown: Vec<String>,
        live: Vec<bool>,
    }
    let mut world = World { ids: Vec::new(), shown: Vec::new(), live: Vec::new() };
    let mut rows: Vec<Vec<Option<usize>>> = Vec::new();
    for layer in gazetteer.layers() {
        let mut of_layer = Vec::new();
        for entity in &layer.entities {
            let mut ids: BTreeSet<String> =
                entity.same_as().iter().chain(entity.outside()).map(ToString::to_string).collect();
            if !entity.id_derived {
                ids.insert(entity.id.to_string());
            }
            let joined: Vec<usize> =
                (0..world.ids.len()).filter(|e| world.live[*e] && !world.ids[*e].is_disjoint(&ids)).collect();
            ids.insert(entity.id.to_string());
            let of_row = match entity.action {
                Action::Remove => {
                    joined.iter().for_each(|e| world.live[*e] = false);
                    None
                }
                Action::Merge if !joined.is_empty() => {
                    let root = joined[0];
                    for other in &joined[1..] {
                        let more = std::mem::take(&mut world.ids[*other]);
                        world.ids[root].extend(more);
                        world.live[*other] = false;
                        for row in rows.iter_mut().flatten().chain(of_layer.iter_mut()) {
                            if *row == Some(*other) {
                                *row = Some(root);
                            }
                        }
                    }
                    world.ids[root].extend(ids);
                    Some(root)
                }
                action => {
                    let mut shown = entity.id.to_string();
                    if action == Action::Replace {
                        joined.iter().for_each(|e| world.live[*e] = false);
                        // The place of an entity: its id, and whatever addresses it.
                        if let Some(first) = joined.first() {
                            shown.clone_from(&world.shown[*first]);
                        }
                        for other in &joined {
                            ids.extend(world.ids[*other].clone());
                        }
                    }
                    world.ids.push(ids);
                    world.shown.push(shown);
                    world.live.push(true);
                    Some(world.ids.len() - 1)
                }
            };
            of_layer.push(of_row);
        }
        rows.push(of_layer);
    }
    for row in rows.iter_mut().flatten() {
        *row = row.filter(|e| world.live[*e]);
    }
    let mut merged = vec![Merged::default(); world.shown.len()];
    for (layer, rows) in gazetteer.layers().iter().zip(&rows) {
        for (entity, row) in layer.entities.iter().zip(rows) {
            let Some(row) = row else { continue };
            merged[*row].prior = entity.prior.or(merged[*row].prior);
            merged[*row].policy = entity.policy.or(merged[*row].policy);
        }
    }
    (rows, world.shown, merged)
}

/// All hits, and the ids of entities.
fn all_found(gazetteer: &Gazetteer, text: &str, setting: &Setting<'_>) -> (Vec<Found>, Vec<String>) {
    let (entities, ids, merged) = join(gazetteer);
    let all = units(text);
    let mut found: Vec<Found> = Vec::new();
    for (layer_number, layer) in gazetteer.layers().iter().enumerate() {
        for (row, entity) in layer.entities.iter().enumerate() {
            let Some(joined) = entities[layer_number][row] else { continue };
            for listed in &entity.names {
                // A name that folds to nothing is no name.
                if !units(&listed.text).iter().any(|u| u.is_word() || matches!(u.unit, Unit::Hard(_))) {
                    continue;
                }
                let policy = listed.policy.or(merged[joined].policy).unwrap_or(MatchPolicy::Smart);
                let mut forms = vec![(listed.clone(), false)];
                let one_acronym = {
                    let p = pattern(&listed.text);
                    p.words.len() == 1 && {
                        let letters: Vec<(bool, bool)> = p.words[0]
                            .iter()
                            .map(|u| match &u.unit {
                                Unit::Letter { upper, digit, .. } => (*upper, *digit),
                                _ => (false, false),
                            })
                            .collect();
                        (2..=6).contains(&letters.len())
                            && letters.iter().any(|l| l.0)
                            && letters.iter().all(|l| l.0 || l.1)
                    }
                };
                let one_word = pattern(&listed.text).words.len() == 1;
                let inflects = policy != MatchPolicy::Exact && listed.role != NameRole::Acronym && !one_acronym;
                if let (true, Some(lang)) = (inflects, listed.lang.as_deref()) {
                    for text in generated(&entity.kind, lang, &listed.text) {
                        if !entity.names.iter().any(|n| n.text == text && n.lang == listed.lang) {
                            forms.push((Name { text: text.into(), ..listed.clone() }, true));
                        }
                    }
                }
                for (name, inflected) in forms {
                    let pattern = pattern(&name.text);
                    for at in 0..all.len() {
                        let policy = setting.policy.unwrap_or(policy);
                        if let Some((start, end, length, exact)) =
                            try_name(&name, &pattern, policy, text, &all, at, setting)
                        {
                            found.push(Found {
                                start,
                                end,
                                length,
                                entity: joined,
                                layer: layer_number,
                                prior: listed.prior.or(merged[joined].prior).unwrap_or(DEFAULT_PRIOR),
                                name: listed.text.to_string(),
                                acronym: one_acronym || (one_word && listed.role == NameRole::Acronym),
                                rule: match (inflected, exact) {
                                    (true, _) => "inflected",
                                    (false, true) => "exact",
                                    (false, false) => "folded",
                                },
                            });
                        }
                    }
                }
            }
        }
    }
    (found, ids)
}

/// Hits that the capitals-passage gate drops: span, entity, listed name. `common` are the common words of the language.
pub(crate) fn dropped_in_capitals(
    gazetteer: &Gazetteer,
    text: &str,
    setting: &Setting<'_>,
    common: impl Fn(&str) -> bool,
) -> BTreeSet<(usize, usize, String, String)> {
    let (found, ids) = all_found(gazetteer, text, setting);
    let dropped = found
        .into_iter()
        .filter(|f| f.acronym && common(&text[f.start..f.end].to_lowercase()) && in_capitals(text, f.start));
    dropped.map(|f| (f.start, f.end, ids[f.entity].clone(), f.name)).collect()
}

/// The rows of `extract --no-resolve`.
pub(crate) fn rows(gazetteer: &Gazetteer, text: &str, setting: &Setting<'_>) -> Vec<Row> {
    let (found, ids) = all_found(gazetteer, text, setting);
    let spans: BTreeSet<(usize, usize)> = found.iter().map(|f| (f.start, f.end)).collect();
    let mut rows = Vec::new();
    for (start, end) in keep(&spans, &found, setting.overlaps) {
        let here: Vec<&Found> = found.iter().filter(|f| (f.start, f.end) == (start, end)).collect();
        let mut of_span: Vec<(f32, usize, String, Row)> = Vec::new();
        for entity in here.iter().map(|f| f.entity).collect::<BTreeSet<_>>() {
            let hits: Vec<&&Found> = here.iter().filter(|f| f.entity == entity).collect();
            let prior = hits.iter().map(|f| f.prior).fold(0.0, f32::max);
            let layer = hits.iter().map(|f| f.layer).max().unwrap_or(0);
            let rank = |rule: &str| ["exact", "folded", "inflected"].iter().position(|r| *r == rule);
            let best = hits
                .iter()
                .min_by(|a, b| rank(a.rule).cmp(&rank(b.rule)).then(a.name.cmp(&b.name)))
                .expect("an entity of the span was hit");
            let row = Row {
                start,
                end,
                entity: ids[entity].clone(),
                matched_name: best.name.clone(),
                score: prior,
                rule: best.rule,
            };
            of_span.push((prior, layer, ids[entity].clone(), row));
        }
        of_span.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).then(a.2.cmp(&b.2)));
        let take = if setting.overlaps == Overlaps::All { of_span.len() } else { 1 };
        rows.extend(of_span.into_iter().take(take).map(|r| r.3));
    }
    rows.sort_by(|a, b| (a.start, a.end, &a.entity).cmp(&(b.start, b.end, &b.entity)));
    rows
}

fn keep(spans: &BTreeSet<(usize, usize)>, found: &[Found], mode: Overlaps) -> Vec<(usize, usize)> {
    let best = |span: &(usize, usize)| {
        let here = found.iter().filter(|f| (f.start, f.end) == *span);
        here.fold((0, 0.0f32), |(length, prior), f| (length.max(f.length), prior.max(f.prior)))
    };
    let overlap = |a: &(usize, usize), b: &(usize, usize)| a.0 < b.1 && b.0 < a.1;
    match mode {
        Overlaps::All => spans.iter().copied().collect(),
        Overlaps::Outermost => {
            spans.iter().copied().filter(|a| !spans.iter().any(|b| a != b && b.0 <= a.0 && a.1 <= b.1)).collect()
        }
        Overlaps::LeftmostLongest => {
            let mut kept = Vec::new();
            let mut from = 0;
            while let Some(start) = spans.iter().map(|s| s.0).filter(|s| *s >= from).min() {
                let chosen = spans
                    .iter()
                    .filter(|s| s.0 == start)
                    .max_by(|a, b| {
                        let (x, y) = (best(a), best(b));
                        x.0.cmp(&y.0).then(x.1.total_cmp(&y.1)).then(b.1.cmp(&a.1))
                    })
                    .expect("some span starts there");
                kept.push(*chosen);
                from = chosen.1;
            }
            kept
        }
        Overlaps::Longest => {
            let mut rest: Vec<(usize, usize)> = spans.iter().copied().collect();
            let mut kept = Vec::new();
            while !rest.is_empty() {
                let chosen = *rest
                    .iter()
                    .min_by(|a, b| {
                        let (x, y) = (best(a), best(b));
                        y.0.cmp(&x.0).then(y.1.total_cmp(&x.1)).then(a.cmp(b))
                    })
                    .expect("not empty");
                kept.push(chosen);
                rest.retain(|s| !overlap(s, &chosen));
            }
            kept
        }
    }
}
