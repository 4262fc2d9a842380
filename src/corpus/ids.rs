//! Document ids: made from paths, kept apart between arguments, checked for repeats.

use crate::error::Problem;
use foldhash::quality::FixedState;
use hashbrown::HashTable;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::BuildHasher;
use std::path::{Component, Path};

/// A path as text. Bytes that are no UTF-8 stand as `%XX`, so that different files have different names.
pub(super) fn path_text(path: &Path) -> String {
    bytes_text(path.as_os_str().as_encoded_bytes())
}

/// The parts of a path below a folder, joined by `/`.
pub(super) fn path_below(folder: &Path, path: &Path) -> String {
    let below = path.strip_prefix(folder).unwrap_or(path);
    let mut text = String::with_capacity(below.as_os_str().len());
    for component in below.components() {
        if let Component::Normal(name) = component {
            if !text.is_empty() {
                text.push('/');
            }
            text.push_str(&bytes_text(name.as_encoded_bytes()));
        }
    }
    text
}

fn bytes_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// Rounds of [`with_prefix`] before every file gets its prefix.
const MAX_ROUNDS: usize = 8;

/// Which files need their argument as prefix of the id, because the ids of several would be the same.
///
/// `id(i, false)` is the plain id of file `i`, `id(i, true)` the one with prefix. All files that share an id get the
/// prefix; since that may make an id which another file has already, it is done again until nothing changes.
pub(super) fn with_prefix(count: usize, id: impl Fn(usize, bool) -> String) -> Vec<bool> {
    let mut prefixed = vec![false; count];
    for _ in 0..MAX_ROUNDS {
        let mut first: HashMap<String, usize> = HashMap::with_capacity(count);
        let mut changed = false;
        for i in 0..count {
            let other = *first.entry(id(i, prefixed[i])).or_insert(i);
            if other != i {
                // The entry of `other` was made with the mark as it is at the beginning of the round, unless it was
                // set in this round, which changes nothing for those that share the id.
                for one in [other, i] {
                    if !prefixed[one] {
                        prefixed[one] = true;
                        changed = true;
                    }
                }
            }
        }
        if !changed {
            return prefixed;
        }
    }
    vec![true; count]
}

/// Finds ids that were given before, in the order of the documents.
///
/// Ids are remembered by 64 bits of hash: a false alarm has a chance of one in 170,000 in a run of 14 million documents.
/// Memory is bounded to about 150 MB: later ids are compared with the remembered ones and not remembered.
#[derive(Debug)]
pub struct RepeatedIds {
    seen: HashTable<u64>,
    limit: usize,
    told: bool,
}

impl RepeatedIds {
    /// As many ids as a table of 2^24 places holds.
    const LIMIT: usize = (1 << 24) / 8 * 7;

    /// An empty set.
    pub fn new() -> Self {
        Self::with_limit(Self::LIMIT)
    }

    fn with_limit(limit: usize) -> Self {
        Self { seen: HashTable::new(), limit, told: false }
    }

    /// Notes an id: a warning if it was seen before, and once when no more ids can be remembered.
    pub fn check(&mut self, doc_id: &str) -> Option<Problem> {
        let hash = FixedState::with_seed(0).hash_one(doc_id);
        if self.seen.find(hash, |&seen| seen == hash).is_some() {
            return Some(Problem::warning("repeated-id", format!("the id is that of an earlier document: `{doc_id}`")));
        }
        if self.seen.len() < self.limit {
            self.seen.insert_unique(hash, hash, |&seen| seen);
            return None;
        }
        if std::mem::replace(&mut self.told, true) {
            return None;
        }
        let message = format!("from here on ids are only compared with those of the first {} documents", self.limit);
        Some(Problem::warning("too-many-ids", message))
    }
}

impl Default for RepeatedIds {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colliding_ids_get_their_argument() {
        // Files as (argument, path below it; empty = the argument is the file), and the ids.
        type Case = (&'static [(&'static str, &'static str)], &'static [&'static str]);
        let cases: &[Case] = &[
            (&[("a", "x.txt"), ("a", "y.txt")], &["x.txt", "y.txt"]),
            (&[("a", "x.txt"), ("b", "x.txt"), ("b", "y.txt")], &["a/x.txt", "b/x.txt", "y.txt"]),
            (&[("a/x.txt", ""), ("b/x.txt", "")], &["a/x.txt", "b/x.txt"]),
            (&[("x.txt", ""), ("b/x.txt", "")], &["x.txt", "b/x.txt"]),
            (&[("a", "x"), ("b", "x"), ("c", "x")], &["a/x", "b/x", "c/x"]),
            // A prefix makes an id that a file of a third argument has.
            (&[("a", "x"), ("b", "x"), ("c", "a/x")], &["a/x", "b/x", "c/a/x"]),
            (&[("c", "a/x"), ("d", "b/x"), ("a", "x"), ("b", "x")], &["c/a/x", "d/b/x", "a/x", "b/x"]),
            (&[("-", ""), ("./-", "")], &["-", "./-"]),
            (&[("a", "x"), ("a", "x")], &["a/x", "a/x"]),
            (&[], &[]),
        ];
        for (files, expected) in cases {
            let id = |i: usize, prefixed: bool| match files[i] {
                (argument, "") if prefixed => argument.to_owned(),
                (argument, "") => argument.rsplit('/').next().unwrap_or_default().to_owned(),
                (argument, below) if prefixed => format!("{argument}/{below}"),
                (_, below) => below.to_owned(),
            };
            let prefixed = with_prefix(files.len(), id);
            let ids: Vec<String> = prefixed.iter().enumerate().map(|(i, &prefixed)| id(i, prefixed)).collect();
            assert_eq!(ids, *expected);
        }
    }

    #[test]
    fn paths_become_text_with_slashes() {
        assert_eq!(path_below(Path::new("a/b/"), Path::new("a/b/c/d.txt")), "c/d.txt");
        assert_eq!(path_below(Path::new("."), Path::new("./d.txt")), "d.txt");
        assert_eq!(path_text(Path::new("./a/é")), "./a/é");
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_utf8_stay_apart() {
        use std::os::unix::ffi::OsStrExt;
        let name = |bytes| path_text(Path::new(std::ffi::OsStr::from_bytes(bytes)));
        assert_eq!(name(b"a\xFFb"), "a%FFb");
        assert_ne!(name(b"a\xFFb"), name(b"a\xFEb"));
    }

    #[test]
    fn repeated_ids_are_found_up_to_the_limit() {
        let mut ids = RepeatedIds::with_limit(3);
        for id in ["a", "b", "c"] {
            assert_eq!(ids.check(id), None);
        }
        assert_eq!(ids.check("a").unwrap().to_string(), "warning: the id is that of an earlier document: `a`");
        assert_eq!(ids.check("d").unwrap().code, "too-many-ids");
        assert_eq!(ids.check("e"), None);
        assert_eq!(ids.check("e"), None, "no longer remembered");
        assert_eq!(ids.check("c").unwrap().code, "repeated-id");
    }

    #[test]
    fn many_different_ids_do_not_repeat() {
        let mut ids = RepeatedIds::new();
        assert!((0..200_000).all(|n| ids.check(&format!("doc#{n}")).is_none()));
        assert!((0..200_000).all(|n| ids.check(&format!("doc#{n}")).is_some()));
    }
}
