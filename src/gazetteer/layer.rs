//! The embedded layer: as rows, and compiled by the build script.

use std::sync::OnceLock;

use bytemuck::{Pod, Zeroable};
use lz4_flex::block::{decompress_into, decompress_size_prepended, uncompressed_size};

use super::compiled::{Compiled, Header};
use super::{Layer, ReadOptions, source};
use crate::error::{Error, Result};

/// What the build script made, packed with LZ4: the layer compiled (empty in the build script itself, and where it runs on
/// a machine of another byte order), and the files of its rows, one behind the other.
static COMPILED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/builtin.gaz.lz4"));
static ROWS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/builtin.csv.lz4"));

const LABEL: &str = "builtin";

include!(concat!(env!("OUT_DIR"), "/builtin_files.rs"));

/// A line of the processor's cache: sections of a compiled gazetteer are aligned to it.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// The compiled layer, unpacked when it is first asked for.
fn compiled() -> &'static [u8] {
    static UNPACKED: OnceLock<(Vec<Line>, usize)> = OnceLock::new();
    let (lines, length) = UNPACKED.get_or_init(|| {
        let Ok((length, packed)) = uncompressed_size(COMPILED) else { return (Vec::new(), 0) };
        let mut lines = vec![Line::zeroed(); length.div_ceil(64)];
        let bytes = &mut bytemuck::cast_slice_mut(&mut lines)[..length];
        // What the build script wrote is sound; if not, the rows are compiled.
        let unpacked = decompress_into(packed, bytes).unwrap_or(0);
        (lines, if unpacked == length { length } else { 0 })
    });
    &bytemuck::cast_slice(lines)[..*length]
}

/// The built-in gazetteers as a compiled layer, or as rows where none is embedded.
///
/// # Errors
/// A row is broken, which a test rules out.
pub fn builtin() -> Result<Layer> {
    let bytes = compiled();
    if bytes.is_empty() {
        return builtin_rows();
    }
    let header = Header::read(bytes, bytes.len() as u64)?;
    Ok(Layer {
        label: LABEL.to_owned(),
        files: FILES.map(|(name, _)| name.to_owned()).to_vec(),
        hash: header.hash.clone(),
        compiled: Some(Box::new(Compiled { path: LABEL.into(), header, embedded: Some(bytes), ..Compiled::default() })),
        ..Layer::default()
    })
}

/// The built-in gazetteers as rows.
///
/// # Errors
/// A row is broken, which a test rules out.
pub fn builtin_rows() -> Result<Layer> {
    let texts = decompress_size_prepended(ROWS).map_err(|error| Error::message(error.to_string()))?;
    let texts = std::str::from_utf8(&texts).map_err(|error| Error::message(error.to_string()))?;
    let mut rest = texts;
    let mut files = [("", ""); FILES.len()];
    for (file, (name, length)) in files.iter_mut().zip(FILES) {
        let (text, after) = rest.split_at_checked(length).ok_or_else(|| Error::message("a file is cut"))?;
        *file = (name, text);
        rest = after;
    }
    source::read_texts(LABEL, &files, ReadOptions::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Severity;

    #[test]
    fn the_embedded_files_are_sound() {
        let layer = builtin_rows().expect("no broken row");
        assert_eq!(layer.label, "builtin");
        assert_eq!(layer.files, ["people.csv", "organizations.csv", "places.csv", "themes.csv"]);
        assert!(layer.problems.iter().all(|problem| problem.severity == Severity::Warning));
        for entity in &layer.entities {
            assert!(entity.id.starts_with(&format!("gz:{}/", entity.kind)), "{}", entity.id);
            assert_eq!(entity.names.first().map(|name| name.text.as_str()), Some(entity.name()), "{}", entity.id);
        }
        for (index, kind) in ["person", "organization", "place", "theme"].iter().enumerate() {
            let mut rows = layer.entities.iter().filter(|entity| entity.file == index as u32).peekable();
            assert!(rows.peek().is_some(), "no {kind}");
        }
    }

    #[test]
    fn the_compiled_layer_is_that_of_the_rows() {
        let (compiled, rows) = (builtin().expect("embedded"), builtin_rows().expect("no broken row"));
        assert!(compiled.compiled.is_some() && compiled.entities.is_empty());
        assert_eq!((&compiled.label, &compiled.files, &compiled.hash), (&rows.label, &rows.files, &rows.hash));
        assert_eq!(compiled.counts(), rows.counts());
    }
}
