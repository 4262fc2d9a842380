//! Files to import: opened, unpacked, read line by line with the number of each line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use memchr::memchr;

use crate::error::{Error, Result};

/// How much of a file is looked at to tell its format.
const HEAD: usize = 64 << 10;
/// The buffer of unpacked bytes.
const BUFFER: usize = 256 << 10;
/// After so many bytes without a line break, or with nothing but blanks, a file is no text.
pub(super) const MAX_PASSED: u64 = 1 << 30;
/// Extensions of packed files.
const PACKED: [&str; 4] = ["gz", "bz2", "zst", "zstd"];

/// A file that is being imported.
pub(crate) struct Input {
    /// As the user named it.
    pub(super) label: String,
    /// Where it lies; `-` for standard input.
    pub(super) path: PathBuf,
    /// Its name without the extension of a packed file.
    pub(super) name: String,
    /// Whether it was given as an addition to the others.
    pub(super) companion: bool,
    /// The line that was read last, from 1.
    pub(super) line: u64,
    /// The first bytes.
    head: Vec<u8>,
    reader: Box<dyn BufRead>,
    gauge: Gauge,
}

/// How much of a file is read.
#[derive(Clone, Default)]
pub(super) struct Gauge {
    read: Arc<AtomicU64>,
    /// Bytes of the file as it lies on the disk, if that is known.
    pub(super) size: Option<u64>,
}

impl Gauge {
    /// Bytes read so far, of the file as it lies on the disk.
    pub(super) fn bytes(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

/// One step of [`Input::next_line`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// The buffer has the line without its end.
    Read,
    /// The line is longer than allowed; it was passed over.
    TooLong,
    /// There are no more lines.
    End,
}

impl Input {
    /// Opens a file, or standard input for `-`. What it is packed with is told by its first bytes. Reading ends with an
    /// error when the flag becomes true, wherever a format is in it.
    pub(super) fn open(path: &Path, companion: bool, stop: &Arc<AtomicBool>) -> Result<Self> {
        let label = path.display().to_string();
        let read = Arc::new(AtomicU64::new(0));
        let (source, size): (Box<dyn Read>, Option<u64>) = if path == Path::new("-") {
            (Box::new(io::stdin()), None)
        } else {
            let file = File::open(path).map_err(|error| Error::io(path, error))?;
            let metadata = file.metadata().map_err(|error| Error::io(path, error))?;
            if metadata.is_dir() {
                return Err(Error::message(format!("a folder, files are expected `{label}`")));
            }
            (Box::new(file), metadata.is_file().then_some(metadata.len()))
        };
        let counted = Counted { source, read: Arc::clone(&read), stop: Arc::clone(stop) };
        let mut reader = unpack(BufReader::with_capacity(BUFFER, counted)).map_err(|error| Error::io(path, error))?;
        let mut head = Vec::new();
        reader.by_ref().take(HEAD as u64).read_to_end(&mut head).map_err(|error| Error::io(path, error))?;
        let mark = if head.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        head.drain(..mark);
        if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
            return Err(Error::message(format!("the file is UTF-16, save it as UTF-8 `{label}`")));
        }
        let reader = Box::new(Stoppable { reader: Cursor::new(head.clone()).chain(reader), stop: Arc::clone(stop) });
        let gauge = Gauge { read, size };
        Ok(Self { name: name_of(path), label, path: path.to_path_buf(), companion, line: 0, head, reader, gauge })
    }

    /// The beginning of the content as text.
    pub(super) fn head(&self) -> Head<'_> {
        Head { name: &self.name, text: String::from_utf8_lossy(&self.head).into_owned() }
    }

    /// How much of it is read, to be asked while it is being read.
    pub(super) fn gauge(&self) -> Gauge {
        self.gauge.clone()
    }

    /// Reads the next line into a buffer, which is overwritten.
    pub(super) fn next_line(&mut self, line: &mut Vec<u8>, limit: usize) -> Result<Line> {
        line.clear();
        let mut step = Line::End;
        let mut passed = 0u64;
        loop {
            if passed > MAX_PASSED {
                return Err(self.failed(&io::Error::other("a gigabyte without a line break")));
            }
            let bytes = match self.reader.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.failed(&error)),
            };
            if bytes.is_empty() {
                break;
            }
            if step == Line::End {
                step = Line::Read;
                self.line += 1;
            }
            let end = memchr(b'\n', bytes);
            let piece = &bytes[..end.unwrap_or(bytes.len())];
            if step == Line::Read && line.len() + piece.len() > limit {
                step = Line::TooLong;
                line.clear();
            }
            if step == Line::Read {
                line.extend_from_slice(piece);
            }
            let used = piece.len() + usize::from(end.is_some());
            passed += used as u64;
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(step)
    }

    /// A reading error, with the line that was read last.
    pub(super) fn failed(&self, error: &io::Error) -> Error {
        Error::message(format!("{}:{}: the file cannot be read to its end: {error}", self.label, self.line.max(1)))
    }

    /// What is left to read, for readers that count lines themselves.
    pub(super) fn rest(&mut self) -> &mut dyn BufRead {
        &mut *self.reader
    }
}

/// What a format is told by.
pub(crate) struct Head<'a> {
    /// The file's name without the extension of a packed file.
    pub(super) name: &'a str,
    /// The beginning of the content.
    pub(super) text: String,
}

impl Head<'_> {
    /// Whether the file's name ends in this extension.
    pub(super) fn has_extension(&self, extension: &str) -> bool {
        Path::new(self.name).extension().is_some_and(|own| own.eq_ignore_ascii_case(extension))
    }

    /// The lines that are there whole and are not blank.
    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        let whole = match self.text.rfind('\n') {
            // The last line is cut where the beginning ends.
            Some(end) if self.text.len() >= HEAD => &self.text[..end],
            _ => &self.text,
        };
        whole.lines().filter(|line| !line.trim().is_empty())
    }
}

/// A file's name without the extension of a packed file.
fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    match name.rsplit_once('.') {
        Some((stem, extension)) if PACKED.contains(&extension.to_ascii_lowercase().as_str()) => stem.to_owned(),
        _ => name,
    }
}

/// An error once the flag is true.
fn ask(stop: &AtomicBool) -> io::Result<()> {
    if stop.load(Ordering::Relaxed) { Err(io::Error::other("stopped")) } else { Ok(()) }
}

/// What is unpacked: a packed file of a few bytes may go on for hours.
struct Stoppable<R> {
    reader: R,
    stop: Arc<AtomicBool>,
}

impl<R: Read> Read for Stoppable<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        ask(&self.stop)?;
        self.reader.read(buffer)
    }
}

impl<R: BufRead> BufRead for Stoppable<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        ask(&self.stop)?;
        self.reader.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.reader.consume(count);
    }
}

/// Counts the bytes that pass.
struct Counted {
    source: Box<dyn Read>,
    read: Arc<AtomicU64>,
    /// Of what unpacks to nothing there is no end either.
    stop: Arc<AtomicBool>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        ask(&self.stop)?;
        let count = self.source.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

type Source = BufReader<Counted>;

/// The bytes behind the packing that the first bytes show; several packed parts in a row are read as one.
fn unpack(mut source: Source) -> io::Result<Box<dyn BufRead>> {
    // A read may give less than there is: the first four bytes are asked for until they are there.
    let mut magic = Vec::new();
    source.by_ref().take(4).read_to_end(&mut magic)?;
    let source = Cursor::new(magic.clone()).chain(source);
    Ok(match magic[..] {
        [0x1F, 0x8B, ..] => Box::new(BufReader::with_capacity(BUFFER, flate2::bufread::MultiGzDecoder::new(source))),
        [b'B', b'Z', b'h', b'1'..=b'9'] => {
            Box::new(BufReader::with_capacity(BUFFER, bzip2::bufread::MultiBzDecoder::new(source)))
        }
        // A frame, or one of those that say something of the frames to come.
        [0x28, 0xB5, 0x2F, 0xFD] | [0x50..=0x5F, 0x2A, 0x4D, 0x18] => {
            Box::new(BufReader::with_capacity(BUFFER, Frames { source: Some(source), decoder: None }))
        }
        _ => Box::new(source),
    })
}

/// The frames of a zstd file, one after the other.
struct Frames<R: BufRead> {
    /// The packed bytes, while no frame is being read.
    source: Option<R>,
    decoder: Option<Box<ruzstd::decoding::StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>>,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(decoder) = &mut self.decoder {
                let count = decoder.read(buffer)?;
                if count > 0 {
                    return Ok(count);
                }
                // The end of a frame; another may follow.
                if let Some(decoder) = self.decoder.take() {
                    let (source, frame) = decoder.into_parts();
                    let told = frame.get_checksum_from_data();
                    if told.is_some() && told != frame.get_calculated_checksum() {
                        return Err(io::Error::new(io::ErrorKind::InvalidData, "wrong checksum of a zstd frame"));
                    }
                    self.source = Some(source);
                }
            }
            let Some(mut source) = self.source.take() else { return Ok(0) };
            if !skip_skippable(&mut source)? {
                return Ok(0);
            }
            let decoder = ruzstd::decoding::StreamingDecoder::new(source).map_err(io::Error::other)?;
            self.decoder = Some(Box::new(decoder));
        }
    }
}

/// Passes over frames that hold no content; `false` if nothing is left.
fn skip_skippable(source: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = source.fill_buf()?;
        let Some(first) = bytes.first() else { return Ok(false) };
        if !(0x50..=0x5F).contains(first) {
            return Ok(true);
        }
        let mut head = [0; 8];
        source.read_exact(&mut head)?;
        let [_, a, b, c, d, e, f, g] = head;
        if [a, b, c] != [0x2A, 0x4D, 0x18] {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "bytes between frames that are no frame"));
        }
        let length = u64::from(u32::from_le_bytes([d, e, f, g]));
        if io::copy(&mut source.by_ref().take(length), &mut io::sink())? < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}
