//! Which mention found is which of the gold.
//!
//! Mentions stand in pairs, one to one. Of those with the same span, equal kinds find each other first, then a kind and the
//! second acceptable one of the gold, then what is left: the right span under a wrong kind.

use crate::text::Span;

/// A mention of the gold, in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub span: Span,
    /// The kind, and further acceptable ones.
    pub kinds: Vec<u32>,
}

/// A mention found, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Got {
    pub span: Span,
    pub kind: u32,
}

/// What became of the mentions: indices of [`Wanted`] and [`Got`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Alignment {
    pub right: Vec<(usize, usize)>,
    pub wrong_kind: Vec<(usize, usize)>,
    pub missed: Vec<usize>,
    pub spurious: Vec<usize>,
    /// Found, but touching an ignored span: counts neither way.
    pub ignored: Vec<usize>,
}

/// Pairs the mentions of one document. `wanted` is sorted by span; `ignored` holds the spans that count neither way.
pub(super) fn align(wanted: &[Wanted], got: &[Got], ignored: &[Span]) -> Alignment {
    let mut of_wanted: Vec<bool> = vec![false; wanted.len()];
    let mut of_got: Vec<bool> = vec![false; got.len()];
    let mut pairs = |fits: &dyn Fn(&Wanted, &Got) -> bool| {
        let mut pairs = Vec::new();
        for (g, mention) in got.iter().enumerate() {
            if of_got[g] {
                continue;
            }
            let first = wanted.partition_point(|w| w.span < mention.span);
            let same = wanted[first..].iter().take_while(|w| w.span == mention.span).enumerate();
            let pair = same.map(|(i, w)| (first + i, w)).find(|(w, mark)| !of_wanted[*w] && fits(mark, mention));
            if let Some((w, _)) = pair {
                of_wanted[w] = true;
                of_got[g] = true;
                pairs.push((w, g));
            }
        }
        pairs
    };
    let mut right = pairs(&|wanted, got| wanted.kinds.first() == Some(&got.kind));
    right.extend(pairs(&|wanted, got| wanted.kinds.contains(&got.kind)));
    let wrong_kind = pairs(&|_, _| true);
    let covers = Covers::new(ignored);
    let rest = (0..got.len()).filter(|g| !of_got[*g]);
    let (ignored, spurious) = rest.partition(|g| covers.touch(got[*g].span));
    let missed = (0..wanted.len()).filter(|w| !of_wanted[*w]).collect();
    Alignment { right, wrong_kind, missed, spurious, ignored }
}

/// Spans, to be asked whether one of them overlaps another.
struct Covers {
    /// Starts in ascending order, each with the largest end up to it.
    spans: Vec<(u32, u32)>,
}

impl Covers {
    fn new(spans: &[Span]) -> Self {
        let mut spans: Vec<(u32, u32)> = spans.iter().map(|span| (span.start, span.end)).collect();
        spans.sort_unstable();
        let mut largest = 0;
        for (_, end) in &mut spans {
            largest = largest.max(*end);
            *end = largest;
        }
        Self { spans }
    }

    fn touch(&self, span: Span) -> bool {
        let before = self.spans.partition_point(|(start, _)| *start < span.end);
        before.checked_sub(1).is_some_and(|last| self.spans[last].1 > span.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wanted(marks: &[(u32, u32, &[u32])]) -> Vec<Wanted> {
        marks
            .iter()
            .map(|(start, end, kinds)| Wanted { span: Span::new(*start, *end), kinds: kinds.to_vec() })
            .collect()
    }

    fn got(mentions: &[(u32, u32, u32)]) -> Vec<Got> {
        mentions.iter().map(|(start, end, kind)| Got { span: Span::new(*start, *end), kind: *kind }).collect()
    }

    #[test]
    fn every_mention_has_one_fate() {
        let gold = wanted(&[(0, 3, &[0]), (5, 8, &[1, 2]), (10, 12, &[0]), (20, 22, &[0])]);
        let found = got(&[(0, 3, 0), (5, 8, 2), (10, 12, 1), (14, 16, 0), (30, 33, 0), (33, 34, 1)]);
        let aligned = align(&gold, &found, &[Span::new(31, 33)]);
        let expected = Alignment {
            right: vec![(0, 0), (1, 1)],
            wrong_kind: vec![(2, 2)],
            missed: vec![3],
            spurious: vec![3, 5],
            ignored: vec![4],
        };
        assert_eq!(aligned, expected);
    }

    #[test]
    fn equal_kinds_find_each_other_first() {
        // The first found one would be acceptable for the mark that the second one is right for.
        let gold = wanted(&[(0, 3, &[0, 1]), (0, 3, &[2])]);
        assert_eq!(align(&gold, &got(&[(0, 3, 1), (0, 3, 0)]), &[]).right, [(0, 1)]);
        let both = align(&gold, &got(&[(0, 3, 2), (0, 3, 1)]), &[]);
        assert_eq!((both.right, both.wrong_kind), (vec![(1, 0), (0, 1)], vec![]));
    }

    #[test]
    fn what_is_in_the_gold_counts_although_it_touches_an_ignored_span() {
        let aligned = align(&wanted(&[(0, 3, &[0])]), &got(&[(0, 3, 0), (0, 4, 0)]), &[Span::new(0, 5)]);
        assert_eq!((aligned.right, aligned.ignored), (vec![(0, 0)], vec![1]));
    }

    proptest! {
        #[test]
        fn covers_are_asked_as_all_spans_would_be(
            spans in prop::collection::vec((0..30u32, 1..9u32), 0..6),
            asked in (0..30u32, 1..9u32),
        ) {
            let spans: Vec<Span> = spans.into_iter().map(|(start, length)| Span::new(start, start + length)).collect();
            let asked = Span::new(asked.0, asked.0 + asked.1);
            prop_assert_eq!(Covers::new(&spans).touch(asked), spans.iter().any(|span| span.overlaps(asked)));
        }
    }
}
