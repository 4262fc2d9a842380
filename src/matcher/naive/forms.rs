//! Canonical forms of names and surfaces, for the policy `exact` and the rule of that name.

use unicode_normalization::UnicodeNormalization;

use super::units::{self as unit, IGNORABLE, Placed, Unit, symbol, units};

/// NFD without what vanishes.
pub(super) fn canonical(text: &str) -> String {
    text.nfd().filter(|c| !IGNORABLE.iter().any(|(a, b)| (*a..=*b).contains(&(*c as u32)))).collect()
}

/// The symbols directly before the first and after the last word of a name, in canonical form.
pub(super) fn edges_of(name: &str) -> (String, String) {
    let is_word = |c: char| units(c.encode_utf8(&mut [0; 4])).iter().any(Placed::is_word);
    let Some(first) = name.find(is_word) else { return (String::new(), String::new()) };
    let last = name.char_indices().rfind(|(_, c)| is_word(*c)).map_or(first, |(i, c)| i + c.len_utf8());
    let edge = |gap: &str| {
        let hard = units(gap).iter().any(|u| matches!(u.unit, Unit::Hard(_)));
        let space =
            |c: char| units(c.encode_utf8(&mut [0; 4])).iter().all(|u| matches!(u.unit, Unit::Space | Unit::Break));
        if hard { canonical(gap.trim_matches(space)) } else { String::new() }
    };
    (edge(&name[..first]), edge(&name[last..]))
}

/// So many symbols of an edge.
pub(super) fn first_symbols(edge: &str, count: usize) -> String {
    let mut out = String::new();
    for c in edge.chars() {
        if units(&out).iter().filter(|u| symbol(&u.unit).is_some()).count() >= count {
            break;
        }
        out.push(c);
    }
    out
}

/// The words and symbols of a text as NFD, soft gaps as one space.
pub(super) fn strict_form(text: &str) -> String {
    let nfd: Vec<char> = text.nfd().collect();
    let kind = |c: &char| {
        let units = units(c.encode_utf8(&mut [0; 4]));
        if units.is_empty() { None } else { Some(units.iter().any(Placed::is_word)) }
    };
    let (mut out, mut gap) = (String::new(), String::new());
    let mut in_gap = true;
    let close = |gap: &mut String, out: &mut String, edge: bool| {
        let soft = unit::gap(&units(gap)).is_some_and(|symbols| symbols.is_empty());
        match (soft, edge) {
            (true, true) => {}
            (true, false) => out.push(' '),
            (false, _) => out.push_str(gap),
        }
        gap.clear();
    };
    for c in &nfd {
        match kind(c) {
            None if in_gap => gap.push(*c),
            Some(false) => {
                in_gap = true;
                gap.push(*c);
            }
            _ => {
                if in_gap {
                    let edge = out.is_empty();
                    close(&mut gap, &mut out, edge);
                    in_gap = false;
                }
                out.push(*c);
            }
        }
    }
    if in_gap {
        close(&mut gap, &mut out, true);
    }
    out
}

/// NFD without ignorable characters, gaps in their canonical form.
pub(super) fn exact_form(text: &str) -> Vec<String> {
    let nfd: String = text.nfd().collect();
    let mut out: Vec<String> = Vec::new();
    let mut gap_units: Vec<Placed> = Vec::new();
    let mut before = ' ';
    for c in nfd.chars() {
        let units = units(c.encode_utf8(&mut [0; 4]));
        if units.is_empty() {
            continue;
        }
        let previous = std::mem::replace(&mut before, c);
        let word = units.iter().any(Placed::is_word);
        if word {
            if !gap_units.is_empty() && !out.is_empty() {
                out.push(format!("gap {:?}", unit::gap(&gap_units)));
            }
            gap_units.clear();
            out.push(c.to_string());
        } else if units.len() > 1 || matches!(units[0].unit, Unit::Hard(_)) {
            // Compatibility variants of symbols are not equal to what they stand for.
            gap_units.push(Placed { unit: Unit::Hard(c), start: 0, end: 0 });
        } else if c == '\n' && previous == '\r' {
            gap_units.push(Placed { unit: Unit::Space, start: 0, end: 0 });
        } else {
            gap_units.extend(units);
        }
    }
    out
}
