//! A heap of the heads of sorted inputs.

/// Indices of inputs, the one with the smallest head on top. The order is asked anew on each move, so that heads can
/// be read in place.
#[derive(Debug, Default)]
pub(super) struct Heads {
    inputs: Vec<usize>,
}

impl Heads {
    pub fn new(inputs: impl Iterator<Item = usize>, less: impl Fn(usize, usize) -> bool) -> Self {
        let mut heads = Self { inputs: inputs.collect() };
        for at in (0..heads.inputs.len() / 2).rev() {
            heads.sink(at, &less);
        }
        heads
    }

    pub fn top(&self) -> Option<usize> {
        self.inputs.first().copied()
    }

    /// The head of the top input has changed, or is gone.
    pub fn moved(&mut self, exhausted: bool, less: impl Fn(usize, usize) -> bool) {
        if exhausted {
            self.inputs.swap_remove(0);
        }
        self.sink(0, &less);
    }

    fn sink(&mut self, mut at: usize, less: &impl Fn(usize, usize) -> bool) {
        loop {
            let mut child = 2 * at + 1;
            if child >= self.inputs.len() {
                return;
            }
            if child + 1 < self.inputs.len() && less(self.inputs[child + 1], self.inputs[child]) {
                child += 1;
            }
            if !less(self.inputs[child], self.inputs[at]) {
                return;
            }
            self.inputs.swap(at, child);
            at = child;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_come_in_order() {
        let inputs = [vec![3, 5, 9], vec![], vec![1, 9], vec![2], vec![4, 6, 7, 8]];
        let mut next = [0; 5];
        let mut out = Vec::new();
        let less = |next: &[usize; 5], a: usize, b: usize| inputs[a][next[a]] < inputs[b][next[b]];
        let mut heads = Heads::new((0..5).filter(|i| !inputs[*i].is_empty()), |a, b| less(&next, a, b));
        while let Some(top) = heads.top() {
            out.push(inputs[top][next[top]]);
            next[top] += 1;
            heads.moved(next[top] == inputs[top].len(), |a, b| less(&next, a, b));
        }
        assert_eq!(out, [1, 2, 3, 4, 5, 6, 7, 8, 9, 9]);
    }
}
