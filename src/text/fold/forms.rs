//! Canonical forms of names and surfaces: what the policy and the rule `exact` compare.

use unicode_normalization::UnicodeNormalization;

use super::{COMPLEX, Folded, Gap, HARD, IGNORED, SOFT, Sort, entry, entry_sort};

/// The canonical form that `exact` compares: NFD, ignorable characters dropped, soft gaps as one space, other gaps as
/// their symbols. Symbols at the edges are left to the caller: only words and the gaps between them are written.
pub(crate) fn exact_form(text: &str, out: &mut String) {
    out.clear();
    let mut gap = String::new();
    let (mut soft_symbols, mut hard_symbols) = (0, 0);
    let mut in_gap = true;
    for c in text.nfd() {
        let e = entry(c);
        match e >> 29 {
            IGNORED => {}
            SOFT => {
                in_gap = true;
                match e & 7 {
                    3 => {
                        soft_symbols += 1;
                        gap.push('-');
                    }
                    4 => {
                        soft_symbols += 1;
                        gap.push('\'');
                    }
                    _ => {}
                }
            }
            HARD | COMPLEX if entry_sort(c) == Sort::Gap => {
                in_gap = true;
                hard_symbols += 1;
                gap.push(c);
            }
            _ => {
                if in_gap && !out.is_empty() {
                    if hard_symbols == 0 && soft_symbols <= 1 {
                        out.push(' ');
                    } else {
                        out.push_str(&gap);
                    }
                }
                gap.clear();
                (in_gap, soft_symbols, hard_symbols) = (false, 0, 0);
                out.push(c);
            }
        }
    }
}

/// The form that the rule `exact` compares: NFD (so NFC and NFD are equal), soft gaps as one space, all else as it stands.
pub(crate) fn strict_form(text: &str, out: &mut String) {
    out.clear();
    let mut gap = String::new();
    let mut folded = Folded::default();
    let mut in_gap = true;
    let mut close = |gap: &mut String, out: &mut String, edge: bool| {
        folded.read(gap, 0);
        match folded.gaps[0] {
            Gap::Soft if edge => {}
            Gap::Soft => out.push(' '),
            _ => out.push_str(gap),
        }
        gap.clear();
    };
    for c in text.nfd() {
        match entry_sort(c) {
            // What vanishes belongs to where it stands.
            Sort::Ignored if in_gap => gap.push(c),
            Sort::Gap => {
                in_gap = true;
                gap.push(c);
            }
            _ => {
                if in_gap {
                    let edge = out.is_empty();
                    close(&mut gap, out, edge);
                    in_gap = false;
                }
                out.push(c);
            }
        }
    }
    if in_gap {
        close(&mut gap, out, true);
    }
}

/// Whether two stretches of symbols are canonically equal, but for what vanishes.
pub(crate) fn same_symbols(a: &str, b: &str) -> bool {
    let kept = |c: &char| entry_sort(*c) != Sort::Ignored;
    a.nfd().filter(kept).eq(b.nfd().filter(kept))
}
