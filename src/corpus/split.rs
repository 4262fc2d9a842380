//! First stages that formats share: one file as one chunk, and whole lines.

use super::block::Block;
use super::{ParseOptions, Piece, Stream, too_large_problem, utf16_problem};
use crate::error::Problem;
use std::io;

/// The least that is read at a time.
const MIN_READ: usize = 16 << 10;

/// The first stage of one file: appends whole records to the buffer of a batch.
///
/// It runs on the one reading thread, so it should look at the bytes as little as it can.
pub trait Splitter: Send {
    /// The next piece of the file, appended to the block, which should not grow much beyond `options.target()`.
    fn fill(&mut self, stream: &mut Stream, block: &mut Block, options: &SplitOptions) -> Filled;
}

/// What a [`Splitter`] did.
#[derive(Debug, PartialEq, Eq)]
pub enum Filled {
    /// It appended whole records.
    Piece(Piece),
    /// It met something that it cannot read, and appended nothing; there may be more.
    Problem(Problem),
    /// The file has no more.
    End,
}

/// What a splitter needs to know of the options.
#[derive(Clone, Copy, Debug)]
pub struct SplitOptions {
    /// The largest record to take in, in bytes.
    pub max_record_bytes: u64,
    /// The size of a block beyond which no further record should be appended.
    pub target: usize,
}

impl From<ParseOptions> for SplitOptions {
    fn from(options: ParseOptions) -> Self {
        Self { max_record_bytes: options.max_document_bytes, target: options.batch_bytes.saturating_mul(2) }
    }
}

/// The problem of a file that could not be read.
pub(super) fn unreadable_problem(error: &io::Error) -> Problem {
    Problem::error("unreadable", format!("cannot be read: {error}"))
}

/// The whole file is one chunk.
#[derive(Debug, Default)]
pub struct WholeFile {
    done: bool,
}

impl Splitter for WholeFile {
    fn fill(&mut self, stream: &mut Stream, block: &mut Block, options: &SplitOptions) -> Filled {
        if std::mem::replace(&mut self.done, true) {
            return Filled::End;
        }
        let limit = options.max_record_bytes;
        if stream.size().is_some_and(|size| size > limit) {
            return Filled::Problem(too_large_problem("the file", limit));
        }
        let start = block.len();
        // One byte more than the size: the read that comes short of it is the end of the file.
        let mut want = stream.size().filter(|&size| size > 0).map_or(MIN_READ, |size| size as usize + 1);
        loop {
            match stream.read_into(block, want) {
                Err(error) => {
                    block.truncate(start);
                    return Filled::Problem(unreadable_problem(&error));
                }
                Ok(got) if got < want => break,
                Ok(_) => {}
            }
            let held = block.len() - start;
            if held as u64 > limit {
                block.truncate(start);
                return Filled::Problem(too_large_problem("the input", limit));
            }
            want = room(held, MIN_READ, limit);
        }
        Filled::Piece(Piece { range: start..block.len(), line: 1, offset: 0 })
    }
}

/// How much more to read of a record of which so much is held already: doubling, but hardly beyond the limit.
fn room(held: usize, least: usize, limit: u64) -> usize {
    let left = limit.saturating_sub(held as u64).saturating_add(1);
    held.max(least).min(usize::try_from(left).unwrap_or(usize::MAX))
}

/// As many whole lines as fit are a chunk. A byte-order mark at the beginning of the file is skipped, a line over the
/// limit is refused and passed over without being held.
#[derive(Debug)]
pub struct WholeLines {
    /// The beginning of a line whose end lies beyond the last piece.
    carry: Vec<u8>,
    /// The number of the next line.
    line: u64,
    /// The place in the file of the next line.
    offset: u64,
    state: LineState,
}

#[derive(Debug, PartialEq, Eq)]
enum LineState {
    Beginning,
    Middle,
    /// Inside a line over the limit.
    PassingOver,
    /// A problem is to be told, then it ends.
    Failed(Problem),
    Ended,
}

impl Default for WholeLines {
    fn default() -> Self {
        Self { carry: Vec::new(), line: 1, offset: 0, state: LineState::Beginning }
    }
}

impl Splitter for WholeLines {
    fn fill(&mut self, stream: &mut Stream, block: &mut Block, options: &SplitOptions) -> Filled {
        let start = block.len();
        if self.state == LineState::PassingOver {
            self.pass_over(stream, block);
            block.truncate(start);
        }
        match std::mem::replace(&mut self.state, LineState::Middle) {
            LineState::Failed(problem) => {
                self.state = LineState::Ended;
                return Filled::Problem(problem);
            }
            LineState::Ended => {
                self.state = LineState::Ended;
                return Filled::End;
            }
            LineState::Beginning => self.begin(stream, block),
            LineState::Middle | LineState::PassingOver => {
                block.extend(&self.carry);
                self.carry.clear();
            }
        }
        if let LineState::Failed(_) = self.state {
            block.truncate(start);
            return self.fill(stream, block, options);
        }
        self.take_lines(start, stream, block, options)
    }
}

impl WholeLines {
    /// Looks at the first bytes for a mark.
    fn begin(&mut self, stream: &mut Stream, block: &mut Block) {
        const MARK: &[u8] = b"\xEF\xBB\xBF";
        let start = block.len();
        if let Err(error) = stream.read_into(block, MARK.len()) {
            self.state = LineState::Failed(unreadable_problem(&error));
        } else if let Some(problem) = utf16_problem(&block.bytes()[start..]) {
            self.state = LineState::Failed(problem);
        } else if &block.bytes()[start..] == MARK {
            block.truncate(start);
            self.offset = MARK.len() as u64;
        }
    }

    /// Reads until the block is full and holds a whole line; `start` is where our bytes begin.
    fn take_lines(&mut self, start: usize, stream: &mut Stream, block: &mut Block, options: &SplitOptions) -> Filled {
        let limit = options.max_record_bytes;
        let mut want = options.target.saturating_sub(block.len()).max(MIN_READ);
        let mut searched = start;
        let end = loop {
            let read = stream.read_into(block, want);
            if let Some(at) = memchr::memrchr(b'\n', &block.bytes()[searched..]) {
                if let Err(error) = read {
                    self.state = LineState::Failed(unreadable_problem(&error).at_byte(self.read_up_to(start, block)));
                }
                break searched + at + 1;
            }
            let held = block.len() - start;
            match read {
                Err(error) => {
                    let byte = self.read_up_to(start, block);
                    block.truncate(start);
                    self.state = LineState::Ended;
                    return Filled::Problem(unreadable_problem(&error).at_byte(byte));
                }
                Ok(_) if held as u64 > limit => {
                    let problem = too_large_problem("the line", limit).at_line(self.line).at_byte(self.offset);
                    self.offset += held as u64;
                    self.line += 1;
                    block.truncate(start);
                    self.state = LineState::PassingOver;
                    return Filled::Problem(problem);
                }
                Ok(got) if got < want => {
                    self.state = LineState::Ended;
                    break block.len();
                }
                Ok(_) => {}
            }
            searched = block.len();
            want = room(held, MIN_READ, limit);
        };
        if end == start {
            return Filled::End;
        }
        if !matches!(self.state, LineState::Failed(_)) {
            self.carry.extend_from_slice(&block.bytes()[end..]);
        }
        block.truncate(end);
        let piece = Piece { range: start..end, line: self.line, offset: self.offset };
        self.line += memchr::memchr_iter(b'\n', &block.bytes()[start..]).count() as u64;
        self.offset += (end - start) as u64;
        Filled::Piece(piece)
    }

    fn read_up_to(&self, start: usize, block: &Block) -> u64 {
        self.offset + (block.len() - start) as u64
    }

    /// Reads to the end of the line, and keeps what follows it.
    fn pass_over(&mut self, stream: &mut Stream, block: &mut Block) {
        let start = block.len();
        self.state = loop {
            block.truncate(start);
            let read = stream.read_into(block, 4 * MIN_READ);
            let bytes = &block.bytes()[start..];
            if let Some(at) = memchr::memchr(b'\n', bytes) {
                self.carry.extend_from_slice(&bytes[at + 1..]);
                self.offset += at as u64 + 1;
                // An error is met again, behind the lines that were read before it.
                break LineState::Middle;
            }
            self.offset += bytes.len() as u64;
            match read {
                Ok(0) => break LineState::Ended,
                Ok(_) => {}
                Err(error) => break LineState::Failed(unreadable_problem(&error).at_byte(self.offset)),
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::super::stream::tests::Trickle;
    use super::*;
    use proptest::prelude::*;

    /// Splits all; the pieces as text with line and offset, and the problems.
    fn split(splitter: &mut dyn Splitter, bytes: &[u8], fail: bool, limit: u64, target: usize) -> Vec<String> {
        let mut stream = Stream::new(Trickle::boxed(bytes, fail), None);
        let options = SplitOptions { max_record_bytes: limit, target };
        let mut out = Vec::new();
        loop {
            let mut block = Block::default();
            block.extend(b"before");
            match splitter.fill(&mut stream, &mut block, &options) {
                Filled::Piece(piece) => {
                    assert_eq!((&block.bytes()[..6], piece.range.end), (&b"before"[..], block.len()));
                    let bytes = String::from_utf8_lossy(&block.bytes()[piece.range]).into_owned();
                    out.push(format!("{}@{}:{bytes}", piece.line, piece.offset));
                }
                Filled::Problem(problem) => {
                    assert_eq!(block.bytes(), b"before");
                    out.push(format!("{}: {problem}", problem.line.unwrap_or(0)));
                }
                Filled::End => {
                    assert_eq!(splitter.fill(&mut stream, &mut block, &options), Filled::End);
                    return out;
                }
            }
            assert!(out.len() < 10_000);
        }
    }

    #[test]
    fn a_whole_file_is_one_piece() {
        let long = "x".repeat(MIN_READ * 3);
        for text in ["", "a", "a\nb\n", &long] {
            let pieces = split(&mut WholeFile::default(), text.as_bytes(), false, 1 << 20, 1);
            assert_eq!(pieces, [format!("1@0:{text}")]);
        }
        let pieces = split(&mut WholeFile::default(), long.as_bytes(), false, MIN_READ as u64 + 5, 1);
        assert_eq!(pieces, [format!("0: the input is larger than {} bytes", MIN_READ + 5)]);
        let pieces = split(&mut WholeFile::default(), b"abc", true, 1 << 20, 1);
        assert_eq!(pieces, ["0: cannot be read: the disk is on fire"]);
    }

    #[test]
    fn lines_stay_whole() {
        let lines = |text: &[u8], fail, limit| split(&mut WholeLines::default(), text, fail, limit, 1);
        assert!(lines(b"", false, 1 << 20).is_empty());
        assert_eq!(lines(b"\n", false, 1 << 20), ["1@0:\n"]);
        assert_eq!(lines(b"a\nb", false, 1 << 20), ["1@0:a\n", "2@2:b"]);
        assert_eq!(lines(b"\xEF\xBB\xBFa\n\xEF\xBB\xBF", false, 1 << 20), ["1@3:a\n", "2@5:\u{FEFF}"]);
        assert_eq!(lines(b"\xEF", false, 1 << 20), ["1@0:\u{FFFD}"]);
        assert!(lines(b"\xEF\xBB\xBF", false, 1 << 20).is_empty());
        let looks = "0: looks like UTF-16, which this build does not read (byte 0)";
        assert_eq!(lines(b"\xFF\xFE{\0\n\0", false, 1 << 20), [looks]);
    }

    #[test]
    fn a_failing_reader_leaves_its_whole_lines() {
        let lines = |text: &[u8]| split(&mut WholeLines::default(), text, true, 1 << 20, 1);
        assert_eq!(lines(b"a\nb"), ["1@0:a\n", "0: cannot be read: the disk is on fire (byte 3)"]);
        assert_eq!(lines(b"abc"), ["0: cannot be read: the disk is on fire (byte 3)"]);
        assert_eq!(lines(b"ab"), ["0: cannot be read: the disk is on fire"]);
    }

    #[test]
    fn a_giant_line_is_refused_and_the_next_one_is_read() {
        let giant = "x".repeat(MIN_READ * 20);
        let text = format!("a\n{giant}\nb\n{giant}\n{giant}");
        let limit = MIN_READ as u64 * 2;
        let mut stream = Stream::new(Box::new(io::Cursor::new(text.clone().into_bytes())), None);
        let mut splitter = WholeLines::default();
        let options = SplitOptions { max_record_bytes: limit, target: 1 };
        let (mut block, mut out) = (Block::default(), Vec::new());
        loop {
            match splitter.fill(&mut stream, &mut block, &options) {
                Filled::Piece(piece) => {
                    assert_eq!(
                        text.as_bytes()[piece.offset as usize..][..piece.range.len()],
                        block.bytes()[piece.range]
                    );
                    out.push((piece.line, piece.offset));
                }
                Filled::Problem(problem) => out.push((problem.line.unwrap(), problem.byte.unwrap())),
                Filled::End => break,
            }
            assert!(block.len() as u64 <= limit + 10);
        }
        let long = giant.len() as u64;
        assert_eq!(out, [(1, 0), (2, 2), (3, long + 3), (4, long + 5), (5, 2 * long + 6)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn any_bytes_come_back_as_whole_lines(
            lines in proptest::collection::vec((0_usize..6000, any::<u8>()), 0..20),
            end in any::<bool>(),
            target in 1_usize..40_000,
        ) {
            let lines: Vec<Vec<u8>> = lines.iter().map(|&(len, byte)| vec![byte; len]).collect();
            let mut bytes = lines.join(&b'\n');
            bytes.extend(end.then_some(b'\n'));
            let mut stream = Stream::new(Trickle::boxed(&bytes, false), None);
            let options = SplitOptions { max_record_bytes: 1 << 30, target };
            let mut splitter = WholeLines::default();
            let mark = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
            prop_assume!(utf16_problem(&bytes).is_none());
            let mut back = bytes[..mark].to_vec();
            let mut line = 1;
            loop {
                let mut block = Block::default();
                match splitter.fill(&mut stream, &mut block, &options) {
                    Filled::Piece(piece) => {
                        prop_assert_eq!((piece.line, piece.offset), (line, back.len() as u64));
                        prop_assert!(!piece.range.is_empty());
                        line += block.bytes().iter().filter(|&&b| b == b'\n').count() as u64;
                        back.extend_from_slice(block.bytes());
                        prop_assert!(block.bytes().ends_with(b"\n") || back.len() == bytes.len());
                    }
                    Filled::Problem(problem) => prop_assert!(false, "{}", problem),
                    Filled::End => break,
                }
            }
            prop_assert_eq!(back, bytes);
        }
    }
}
