//! Overlap modes: which of the hits that share text are kept.

use super::Hit;
use crate::text::Span;

/// What is kept where hits overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlaps {
    /// The longest of all, ties by prior, then leftmost; what overlaps it goes; repeat.
    #[default]
    Longest,
    /// The smallest start, then the longest; go on at its end.
    LeftmostLongest,
    /// Only hits contained in another go.
    Outermost,
    /// Everything stays.
    All,
}

impl Overlaps {
    /// All modes by name, the default first.
    pub const ALL: &'static [(&'static str, Overlaps)] = &[
        ("longest", Overlaps::Longest),
        ("leftmost-longest", Overlaps::LeftmostLongest),
        ("outermost", Overlaps::Outermost),
        ("all", Overlaps::All),
    ];
}

/// The hits of one span: `hits[start..end]` of a sorted list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Group {
    pub span: Span,
    pub start: u32,
    pub end: u32,
    pub length: u32,
    pub prior: f32,
    pub kept: bool,
}

/// Sorts hits by span and groups them.
pub(crate) fn group(hits: &mut [Hit], groups: &mut Vec<Group>) {
    groups.clear();
    // Hits are found in the order of the text, and mostly there is one a span.
    if !hits.is_sorted_by(|a, b| a.span < b.span) {
        hits.sort_by(|a, b| {
            (a.span, a.entity).cmp(&(b.span, b.entity)).then(a.nearness.cmp(&b.nearness)).then(a.name.cmp(&b.name))
        });
    }
    for (i, hit) in hits.iter().enumerate() {
        let i = i as u32;
        match groups.last_mut() {
            Some(last) if last.span == hit.span => {
                last.end = i + 1;
                last.prior = last.prior.max(hit.prior);
                last.length = last.length.max(hit.length);
            }
            _ => groups.push(Group {
                span: hit.span,
                start: i,
                end: i + 1,
                length: hit.length,
                prior: hit.prior,
                kept: false,
            }),
        }
    }
}

/// Sets `kept` of every group (sorted by span). `order` is scratch space.
pub(crate) fn select(groups: &mut [Group], mode: Overlaps, order: &mut Vec<u32>) {
    match mode {
        Overlaps::All => groups.iter_mut().for_each(|g| g.kept = true),
        Overlaps::LeftmostLongest => {
            let mut end = 0;
            let mut i = 0;
            while i < groups.len() {
                let start = groups[i].span.start;
                let len = groups[i..].iter().take_while(|g| g.span.start == start).count();
                if start >= end || i == 0 {
                    let best = (i..i + len)
                        .max_by(|a, b| {
                            let (a, b) = (&groups[*a], &groups[*b]);
                            a.length.cmp(&b.length).then(a.prior.total_cmp(&b.prior)).then(b.span.end.cmp(&a.span.end))
                        })
                        .unwrap_or(i);
                    groups[best].kept = true;
                    end = groups[best].span.end;
                }
                i += len;
            }
        }
        Overlaps::Outermost => {
            // Sorted by start, then end: a span is contained if an earlier one reaches as far, or a later one with
            // the same start reaches farther.
            let mut reach = 0;
            for i in 0..groups.len() {
                let span = groups[i].span;
                let before = i > 0 && reach >= span.end;
                let after = groups.get(i + 1).is_some_and(|g| g.span.start == span.start);
                groups[i].kept = !before && !after;
                reach = reach.max(span.end);
            }
        }
        Overlaps::Longest => longest(groups, order),
    }
}

fn longest(groups: &mut [Group], order: &mut Vec<u32>) {
    let mut i = 0;
    while i < groups.len() {
        // A cluster: groups linked by overlaps.
        let mut end = groups[i].span.end;
        let mut j = i + 1;
        while j < groups.len() && groups[j].span.start < end {
            end = end.max(groups[j].span.end);
            j += 1;
        }
        if j == i + 1 {
            groups[i].kept = true;
        } else {
            cluster(&mut groups[i..j], order);
        }
        i = j;
    }
}

fn cluster(groups: &mut [Group], order: &mut Vec<u32>) {
    order.clear();
    order.extend(0..groups.len() as u32);
    order.sort_by(|a, b| {
        let (a, b) = (&groups[*a as usize], &groups[*b as usize]);
        b.length.cmp(&a.length).then(b.prior.total_cmp(&a.prior)).then(a.span.cmp(&b.span))
    });
    // Kept spans by start: neighbours tell whether a new one fits, so a cluster costs n log n.
    let mut kept: std::collections::BTreeMap<u32, u32> = std::collections::BTreeMap::new();
    for i in order.iter() {
        let span = groups[*i as usize].span;
        let before = kept.range(..span.end).next_back();
        if before.is_none_or(|(_, end)| *end <= span.start) {
            kept.insert(span.start, span.end);
            groups[*i as usize].kept = true;
        }
    }
}
