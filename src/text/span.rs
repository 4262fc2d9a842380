//! The one span type.

/// A half-open range of bytes `start..end` of a document's text. Spans that only touch do not overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte offsets. Documents are at most 1 GiB, so 32 bits hold every offset.
    pub fn new(start: u32, end: u32) -> Self {
        debug_assert!(start <= end);
        Self { start, end }
    }

    /// Length in bytes.
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether the span holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether the two spans share a byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies inside this span (equal spans contain each other).
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The text of the span.
    ///
    /// # Panics
    /// If the span does not lie on character boundaries of `text`: a span belongs to the text it was made from.
    pub fn of(self, text: &str) -> &str {
        &text[self.start as usize..self.end as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_do_not_overlap() {
        let (a, b) = (Span::new(0, 3), Span::new(3, 5));
        assert!(!a.overlaps(b) && !b.overlaps(a));
        assert!(a.overlaps(Span::new(2, 3)));
    }

    #[test]
    fn containment_is_reflexive_and_needs_both_edges() {
        let a = Span::new(2, 6);
        assert!(a.contains(a) && a.contains(Span::new(3, 6)) && !a.contains(Span::new(1, 4)));
        assert_eq!(a.of("abcdefgh"), "cdef");
        assert!(!a.is_empty() && a.len() == 4);
    }
}
