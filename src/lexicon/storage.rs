//! Sections as bytes: owned, part of the program, or a range of one mapped file; whoever reads them cannot tell which.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

/// A section begins at a multiple of this many bytes, in memory and in a file: one line of the processor's cache.
pub(crate) const ALIGNMENT: usize = 64;

/// From this size on, owned memory is asked for in huge pages: with small ones, every look into a large table also
/// misses the processor's table of pages.
#[cfg(unix)]
const LARGE: usize = 4 << 20;

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([u8; ALIGNMENT]);

enum Memory {
    Lines(Vec<Line>),
    #[cfg(unix)]
    Pages(memmap2::MmapMut),
    #[cfg(unix)]
    File(memmap2::Mmap),
    /// Part of the program.
    Embedded(&'static [u8]),
}

impl Memory {
    fn as_slice(&self) -> &[u8] {
        match self {
            Self::Lines(lines) => bytemuck::cast_slice(lines),
            #[cfg(unix)]
            Self::Pages(pages) => pages,
            #[cfg(unix)]
            Self::File(file) => file,
            Self::Embedded(bytes) => bytes,
        }
    }

    fn as_mut_slice(&mut self) -> &mut [u8] {
        match self {
            Self::Lines(lines) => bytemuck::cast_slice_mut(lines),
            #[cfg(unix)]
            Self::Pages(pages) => pages,
            // A file is mapped for reading only.
            #[cfg(unix)]
            Self::File(_) => &mut [],
            Self::Embedded(_) => &mut [],
        }
    }

    fn zeroed(length: usize) -> Self {
        #[cfg(unix)]
        if length >= LARGE
            && let Ok(pages) = memmap2::MmapMut::map_anon(length)
        {
            // A wish: a system that cannot grant it gives small pages.
            #[cfg(target_os = "linux")]
            let _ = pages.advise(memmap2::Advice::HugePage);
            return Self::Pages(pages);
        }
        Self::Lines(vec![Line::zeroed(); length.div_ceil(ALIGNMENT)])
    }
}

/// Memory that is being filled; [`Buffer::freeze`] makes a section of it.
pub(crate) struct Buffer {
    memory: Memory,
    length: usize,
}

impl Buffer {
    /// So many bytes of zero, aligned; in huge pages if they are many.
    pub fn zeroed(length: usize) -> Self {
        Self { memory: Memory::zeroed(length), length }
    }

    /// The bytes, to be filled.
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        let length = self.length;
        self.memory.as_mut_slice().get_mut(..length).unwrap_or_default()
    }

    /// The bytes as a section.
    pub fn freeze(self) -> Bytes {
        Bytes { memory: Arc::new(self.memory), start: 0, length: self.length }
    }
}

/// Immutable bytes, cheap to clone.
#[derive(Clone)]
pub(crate) struct Bytes {
    memory: Arc<Memory>,
    start: usize,
    length: usize,
}

impl Bytes {
    /// A copy in memory of our own.
    pub fn copy_of(bytes: &[u8]) -> Self {
        let mut buffer = Buffer::zeroed(bytes.len());
        buffer.as_mut_slice().copy_from_slice(bytes);
        buffer.freeze()
    }

    /// A whole mapped file.
    #[cfg(unix)]
    pub fn mapped(file: memmap2::Mmap) -> Self {
        let length = file.len();
        Self { memory: Arc::new(Memory::File(file)), start: 0, length }
    }

    /// Bytes that are part of the program.
    pub fn embedded(bytes: &'static [u8]) -> Self {
        Self { memory: Arc::new(Memory::Embedded(bytes)), start: 0, length: bytes.len() }
    }

    /// A part of these bytes that shares their memory; `None` if it goes beyond them.
    pub fn part(&self, start: usize, length: usize) -> Option<Self> {
        let end = start.checked_add(length)?;
        (end <= self.length).then(|| Self { memory: Arc::clone(&self.memory), start: self.start + start, length })
    }

    /// The bytes.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        self.memory.as_slice().get(self.start..self.start + self.length).unwrap_or_default()
    }

    pub fn len(&self) -> usize {
        self.length
    }
}

impl Default for Bytes {
    fn default() -> Self {
        Self { memory: Arc::new(Memory::Lines(Vec::new())), start: 0, length: 0 }
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.length)
    }
}

/// A section that is an array of plain values in the machine's own byte order.
#[derive(Clone, Debug)]
pub(crate) struct Array<T> {
    bytes: Bytes,
    values: PhantomData<T>,
}

impl<T: Pod> Array<T> {
    /// A copy of values.
    pub fn copy_of(values: &[T]) -> Self {
        Self::of_bytes(Bytes::copy_of(bytemuck::cast_slice(values)))
    }

    /// Bytes of a section as an array; bytes that are no whole number of aligned values give an empty one.
    pub fn of_bytes(bytes: Bytes) -> Self {
        Self { bytes, values: PhantomData }
    }

    /// The values.
    #[inline]
    pub fn as_slice(&self) -> &[T] {
        bytemuck::try_cast_slice(self.bytes.as_slice()).unwrap_or_default()
    }

    /// The bytes behind the values.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

impl<T: Pod> Default for Array<T> {
    fn default() -> Self {
        Self::of_bytes(Bytes::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_aligned_and_share_memory() {
        for length in [0, 1, 64, 100, 5 << 20] {
            let bytes = Bytes::copy_of(&vec![7; length]);
            assert_eq!((bytes.len(), bytes.as_slice().len()), (length, length));
            assert!(bytes.as_slice().iter().all(|b| *b == 7));
            assert_eq!(bytes.as_slice().as_ptr() as usize % ALIGNMENT, 0);
            assert!(bytes.part(0, length + 1).is_none() && bytes.part(usize::MAX, 2).is_none());
        }
        let bytes = Bytes::copy_of(&(0..100).collect::<Vec<u8>>());
        let part = bytes.part(10, 20).expect("inside");
        assert_eq!(part.as_slice()[0], 10);
        assert_eq!(part.part(5, 15).expect("inside").as_slice()[0], 15);
        assert!(part.part(5, 16).is_none());
    }

    #[test]
    fn arrays_refuse_what_is_not_whole() {
        let array = Array::copy_of(&[1u32, 2, 3]);
        assert_eq!(array.as_slice(), [1, 2, 3]);
        assert_eq!(Array::<u32>::of_bytes(Bytes::copy_of(&[1; 7])).as_slice(), [0u32; 0]);
        let shifted = array.bytes().part(1, 8).expect("inside");
        assert_eq!(Array::<u32>::of_bytes(shifted).as_slice(), [0u32; 0]);
    }
}
