//! A reader beneath the parsers of RDF: it tells lines, and refuses what would grow without bound: entities of XML that
//! hold others, and a stretch that gives no statement, of which the parsers keep all they have read (one text, a node with
//! very many labels).

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

/// The ends of so many lines behind what is parsed are remembered.
const MAX_ENDS: usize = 1 << 16;
/// The longest declaration of an entity: addresses are what entities are for in RDF.
const MAX_ENTITY: usize = 300;
/// How many bytes may pass without a statement.
const MAX_SILENCE: u64 = 64 << 20;
/// The same for JSON-LD, of which the parser keeps events: sixteen times as many bytes as it has read.
const MAX_SILENCE_OF_JSON: u64 = 16 << 20;
const ENTITY: &[u8] = b"<!ENTITY";

/// Which line a parser is in that tells bytes or nothing.
#[derive(Clone, Default)]
pub(super) struct Lines(Rc<RefCell<Ends>>);

#[derive(Default)]
struct Ends {
    /// Bytes read.
    read: u64,
    /// Bytes read when the parser last gave a statement.
    given: u64,
    /// The end was met.
    ended: bool,
    /// Line ends before the first of `ends`.
    before: u64,
    /// Bytes at which lines end.
    ends: VecDeque<u64>,
}

impl Lines {
    pub(super) fn of(reader: &mut dyn BufRead) -> (Self, LineReader<'_>) {
        let lines = Self::default();
        (lines.clone(), LineReader { reader, lines, entities: None, silence: MAX_SILENCE })
    }

    /// The same for XML, whose entities are watched.
    pub(super) fn of_xml(reader: &mut dyn BufRead) -> (Self, LineReader<'_>) {
        let (lines, reader) = Self::of(reader);
        (lines, LineReader { entities: Some(Entities::default()), ..reader })
    }

    /// The parser gave a statement: what it keeps is little again.
    pub(super) fn given(&self) {
        let mut ends = self.0.borrow_mut();
        ends.given = ends.read;
    }

    /// Whether the parser has asked for more than there is.
    pub(super) fn ended(&self) -> bool {
        self.0.borrow().ended
    }

    /// The same for JSON.
    pub(super) fn of_json(reader: &mut dyn BufRead) -> (Self, LineReader<'_>) {
        let (lines, reader) = Self::of(reader);
        (lines, LineReader { silence: MAX_SILENCE_OF_JSON, ..reader })
    }

    /// The line of a byte; of what was read last where none is given.
    pub(super) fn line(&self, byte: Option<u64>) -> u64 {
        let ends = self.0.borrow();
        let byte = byte.unwrap_or(ends.read);
        ends.before + ends.ends.partition_point(|end| *end < byte) as u64 + 1
    }
}

pub(super) struct LineReader<'r> {
    reader: &'r mut dyn BufRead,
    lines: Lines,
    entities: Option<Entities>,
    /// How many bytes may pass without a statement.
    silence: u64,
}

impl Read for LineReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        if let Some(entities) = &mut self.entities {
            entities.watch(&buffer[..count])?;
        }
        let mut lines = self.lines.0.borrow_mut();
        let from = lines.read;
        for at in memchr::memchr_iter(b'\n', &buffer[..count]) {
            lines.ends.push_back(from + at as u64);
            if lines.ends.len() > MAX_ENDS {
                lines.ends.pop_front();
                lines.before += 1;
            }
        }
        lines.read += count as u64;
        lines.ended |= count == 0 && !buffer.is_empty();
        if lines.read - lines.given > self.silence {
            let message = format!("more than {} bytes without a statement, which could fill any memory", self.silence);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(count)
    }
}

/// Looks at the declarations of entities: a few lines of them, each naming the one before ten times, would fill any
/// memory.
#[derive(Default)]
struct Entities {
    /// How much of [`ENTITY`] was met.
    met: usize,
    /// Bytes of the declaration that is being read, and the quote that is open in it.
    inside: Option<(usize, Option<u8>)>,
}

impl Entities {
    fn watch(&mut self, bytes: &[u8]) -> io::Result<()> {
        for &byte in bytes {
            let Some((length, quote)) = &mut self.inside else {
                self.met = match ENTITY.get(self.met) {
                    Some(next) if *next == byte => self.met + 1,
                    _ => usize::from(byte == ENTITY[0]),
                };
                if self.met == ENTITY.len() {
                    self.met = 0;
                    self.inside = Some((0, None));
                }
                continue;
            };
            *length += 1;
            if *length > MAX_ENTITY || byte == b'&' {
                let message = "an entity of XML that is long or holds others, which could fill any memory";
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            match (byte, *quote) {
                (b'"' | b'\'', None) => *quote = Some(byte),
                (_, Some(open)) if open == byte => *quote = None,
                (b'>', None) => self.inside = None,
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_by_bytes() {
        let mut text: &[u8] = b"ab\ncd\n\nef";
        let (lines, mut reader) = Lines::of(&mut text);
        io::copy(&mut reader, &mut io::sink()).unwrap();
        let found: Vec<u64> = [0, 2, 3, 5, 6, 7, 9].iter().map(|byte| lines.line(Some(*byte))).collect();
        assert_eq!(found, [1, 1, 2, 2, 3, 4, 4]);
        assert_eq!(lines.line(None), 4);
    }

    #[test]
    fn what_gives_no_statement_is_read_to_a_limit() {
        let text = "x".repeat(1000);
        for (given, is_sound) in [(true, true), (false, false)] {
            let mut bytes = text.as_bytes();
            let (lines, reader) = Lines::of(&mut bytes);
            let mut reader = LineReader { silence: 300, ..reader };
            let mut buffer = [0; 100];
            let read = (0..10).try_for_each(|_| {
                if given {
                    lines.given();
                }
                reader.read_exact(&mut buffer)
            });
            assert_eq!(read.is_ok(), is_sound);
            assert!(!lines.ended());
        }
    }

    /// What the parsers keep while they give nothing comes to an end, whatever they are.
    #[test]
    fn one_text_and_one_node_without_end_are_refused_in_every_syntax() {
        struct Endless(&'static [u8], &'static [u8], usize);
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                for (at, byte) in buffer.iter_mut().enumerate() {
                    let place = self.2 + at;
                    *byte = *self.0.get(place).unwrap_or(&self.1[place.saturating_sub(self.0.len()) % self.1.len()]);
                }
                self.2 += buffer.len();
                Ok(buffer.len())
            }
        }
        fn refused(begin: &'static str, on: &'static str, parse: fn(LineReader<'_>) -> Option<String>) {
            let mut endless = io::BufReader::new(Endless(begin.as_bytes(), on.as_bytes(), 0));
            let (_, reader) = Lines::of_xml(&mut endless);
            let message = parse(LineReader { silence: 1 << 20, ..reader }).unwrap_or_default();
            assert!(message.contains("without a statement"), "{begin}: {message}");
        }
        let xml = "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:s='http://e.org/'><s:C><s:l>";
        let json = "{\"@context\":{\"s\":\"http://e.org/\"},\"@graph\":[{\"s:l\":";
        refused(xml, "a", |reader| {
            Some(oxrdfxml::RdfXmlParser::new().for_reader(reader).find_map(Result::err)?.to_string())
        });
        let parse_json: fn(LineReader<'_>) -> Option<String> =
            |reader| Some(oxjsonld::JsonLdParser::new().for_reader(reader).find_map(Result::err)?.to_string());
        refused(&*format!("{json}\"").leak(), "a", parse_json);
        refused(&*format!("{json}[").leak(), "\"a\",", parse_json);
        refused("<a> <b> \"\"\"", "a", |reader| {
            Some(oxttl::TurtleParser::new().lenient().for_reader(reader).find_map(Result::err)?.to_string())
        });
    }

    #[test]
    fn entities_that_hold_others_are_refused_wherever_a_read_ends() {
        let sound = "<!DOCTYPE r [<!ENTITY a 'http://example.org/>'> <!ENTITY b \"x\">]> <r>&a;&b;</r>";
        let nested = sound.replace("\"x\"", "\">&a;&a;\"");
        let hidden = sound.replace("\"x\"", "\"&#38;a;\"");
        let long = sound.replace("\"x\"", &format!("\"{}\"", "x".repeat(MAX_ENTITY)));
        for (text, is_sound) in [(sound, true), (&nested, false), (&hidden, false), (&long, false)] {
            for size in [1, 3, 7, 1000] {
                let mut entities = Entities::default();
                let done = text.as_bytes().chunks(size).try_for_each(|bytes| entities.watch(bytes));
                assert_eq!(done.is_ok(), is_sound, "{text} by {size}");
            }
        }
    }
}
