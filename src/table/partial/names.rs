//! Keys and names of unlisted entities.

use std::cmp::Reverse;
use std::hash::BuildHasher;

use crate::lexicon::KindId;

/// The hash of an unlisted entity.
pub(super) fn hash(kind: KindId, key: &str) -> u64 {
    foldhash::fast::FixedState::with_seed(u64::from(kind.0)).hash_one(key)
}

/// Which of two spellings is shown for an unlisted name: not the one in capitals, then the one with more marks, then
/// the bytewise smaller one. A total order, so that the choice does not depend on the order of documents.
pub(super) fn is_better(name: &str, than: &str) -> bool {
    let rank = |name: &str| {
        let shouted = !name.chars().any(char::is_lowercase);
        (shouted, Reverse(name.len() - name.bytes().filter(u8::is_ascii).count()))
    };
    (rank(name), name) < (rank(than), than)
}

/// Where key and name of an unlisted entity lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct NameRef {
    key: u64,
    key_len: u32,
    name: u64,
    name_len: u32,
}

/// All keys and names in one buffer.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    texts: String,
}

impl Names {
    pub fn clear(&mut self) {
        self.texts.clear();
    }

    pub fn bytes(&self) -> usize {
        self.texts.len()
    }

    pub fn add(&mut self, key: &str, name: &str) -> NameRef {
        let (key, key_len) = self.push(key);
        let (name, name_len) = self.push(name);
        NameRef { key, key_len, name, name_len }
    }

    fn push(&mut self, text: &str) -> (u64, u32) {
        let start = self.texts.len() as u64;
        self.texts.push_str(text);
        (start, text.len() as u32)
    }

    /// Takes another spelling of the name if it is the better one.
    pub fn prefer(&mut self, at: &mut NameRef, name: &str) {
        if self.name(*at) != name && is_better(name, self.name(*at)) {
            (at.name, at.name_len) = self.push(name);
        }
    }

    pub fn key(&self, at: NameRef) -> &str {
        self.piece(at.key, at.key_len)
    }

    pub fn name(&self, at: NameRef) -> &str {
        self.piece(at.name, at.name_len)
    }

    fn piece(&self, start: u64, len: u32) -> &str {
        self.texts.get(start as usize..start as usize + len as usize).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_spelling_wins_in_any_order() {
        assert!(is_better("Đặng Lâm", "ĐẶNG LÂM") && is_better("Đặng Lâm", "Dang Lam"));
        assert!(is_better("Dang Lam", "ĐẶNG LÂM") && is_better("Dang Lam", "Dang lam"));
        assert!(!is_better("Dang Lam", "Dang Lam"));
        let mut all = Names::default();
        let mut at = all.add("dang lam", "ĐẶNG LÂM");
        for name in ["Dang lam", "Đặng Lâm", "Dang Lam"] {
            all.prefer(&mut at, name);
        }
        assert_eq!((all.key(at), all.name(at)), ("dang lam", "Đặng Lâm"));
    }
}
