//! Reading one file or stream in large blocks.

use super::block::Block;
use std::io::{self, Read};

/// How much is read at a time while looking at the beginning of a stream.
const PEEK_BYTES: usize = 64 << 10;

/// One open input.
pub struct Stream {
    reader: Box<dyn Read + Send>,
    /// Bytes that were looked at and not yet read.
    peeked: Vec<u8>,
    /// How many of these were read.
    peeked_at: usize,
    size: Option<u64>,
    bytes_read: u64,
    /// The reader said that there is no more; a terminal must not be asked twice.
    ended: bool,
}

impl Stream {
    /// A stream; `size` for a regular file, which says how much is worth reading at once.
    pub(super) fn new(reader: Box<dyn Read + Send>, size: Option<u64>) -> Self {
        Self { reader, peeked: Vec::new(), peeked_at: 0, size, bytes_read: 0, ended: false }
    }

    /// The size of a regular file when it was opened. It may have changed since.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// How many bytes were read since this was asked last.
    pub(super) fn take_bytes_read(&mut self) -> u64 {
        std::mem::take(&mut self.bytes_read)
    }

    /// Appends `want` bytes to the block, fewer only at the end.
    ///
    /// # Errors
    /// What the system says; bytes read before it are in the block.
    pub fn read_into(&mut self, block: &mut Block, want: usize) -> io::Result<usize> {
        let from_peeked = want.min(self.peeked.len() - self.peeked_at);
        block.extend(&self.peeked[self.peeked_at..][..from_peeked]);
        self.peeked_at += from_peeked;
        if self.peeked_at == self.peeked.len() {
            self.peeked = Vec::new();
            self.peeked_at = 0;
        }
        let mut got = from_peeked;
        while got < want {
            match self.read_some(block, want - got)? {
                0 => break,
                n => got += n,
            }
        }
        Ok(got)
    }

    fn read_some(&mut self, block: &mut Block, want: usize) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        loop {
            match self.reader.read(block.space(want)) {
                Ok(n) => {
                    block.advance(n);
                    self.ended = n == 0;
                    self.bytes_read += n as u64;
                    return Ok(n);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The beginning, to recognise the format by, before anything is read: at least the first line that is not blank,
    /// if it begins with `{` and is not longer than `limit`.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn beginning(&mut self, limit: u64) -> io::Result<&[u8]> {
        let mut block = Block::default();
        let mut searched = 0;
        loop {
            let bytes = block.bytes();
            let first = bytes.iter().position(|byte| !byte.is_ascii_whitespace() && !b"\xEF\xBB\xBF".contains(byte));
            if let Some(first) = first {
                let from = searched.max(first);
                if bytes[first] != b'{' || memchr::memchr(b'\n', &bytes[from..]).is_some() {
                    break;
                }
            }
            searched = bytes.len();
            if bytes.len() as u64 > limit {
                break;
            }
            let want = PEEK_BYTES.max(bytes.len());
            if self.read_some(&mut block, want)? == 0 {
                break;
            }
        }
        self.peeked = block.bytes().to_vec();
        Ok(&self.peeked)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::corpus::block::Block;

    /// A reader that gives few bytes at a time, is interrupted now and then, and may fail at its end.
    pub(in crate::corpus) struct Trickle {
        pub bytes: Vec<u8>,
        pub at: usize,
        pub fail: bool,
        pub calls: usize,
    }

    impl Trickle {
        pub fn boxed(bytes: &[u8], fail: bool) -> Box<dyn Read + Send> {
            Box::new(Self { bytes: bytes.to_vec(), at: 0, fail, calls: 0 })
        }
    }

    impl Read for Trickle {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.calls += 1;
            if self.calls.is_multiple_of(3) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let n = into.len().min(1 + self.calls % 7).min(self.bytes.len() - self.at);
            if n == 0 && self.fail {
                return Err(io::Error::other("the disk is on fire"));
            }
            into[..n].copy_from_slice(&self.bytes[self.at..self.at + n]);
            self.at += n;
            Ok(n)
        }
    }

    #[test]
    fn what_was_looked_at_is_read_again() {
        let bytes = b"\xEF\xBB\xBF\n  {\"a\":1}\nrest and more";
        let mut stream = Stream::new(Trickle::boxed(bytes, false), None);
        let beginning = stream.beginning(1 << 20).unwrap().to_vec();
        assert!(bytes.starts_with(&beginning) && beginning.ends_with(b"}\n") || beginning.len() > 14);
        let mut block = Block::default();
        assert_eq!(stream.read_into(&mut block, 5).unwrap(), 5);
        assert_eq!(stream.read_into(&mut block, 1000).unwrap(), bytes.len() - 5);
        assert_eq!(block.bytes(), bytes);
        assert_eq!(stream.take_bytes_read(), bytes.len() as u64);
    }

    #[test]
    fn looking_stops_at_the_limit_and_at_text() {
        let mut stream = Stream::new(Box::new(io::Cursor::new(vec![b'{'; 1 << 20])), None);
        assert!(stream.beginning(1000).unwrap().len() < 200_000);
        let mut stream = Stream::new(Trickle::boxed(b"  text without an end of line", false), None);
        assert!(stream.beginning(1 << 20).unwrap().len() < 12);
    }

    #[test]
    fn a_failing_reader_fails_after_its_bytes() {
        let mut stream = Stream::new(Trickle::boxed(b"abc", true), None);
        let mut block = Block::default();
        assert!(stream.read_into(&mut block, 10).is_err());
        assert_eq!(block.bytes(), b"abc");
    }
}
