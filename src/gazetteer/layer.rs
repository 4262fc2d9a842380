//! The embedded layer: as rows, and compiled by the build script.

use super::compiled::{Compiled, Header};
use super::{Layer, ReadOptions, source};
use crate::error::Result;

macro_rules! embedded {
    ($($file:literal),+) => {
        [$(($file, include_str!(concat!("../../gazetteers/", $file)))),+]
    };
}

/// Sections of a compiled gazetteer are aligned to lines of the processor's cache.
#[repr(C, align(64))]
struct Aligned<T: ?Sized>(T);

/// The layer compiled; empty in the build script itself, and where it runs on a machine of another byte order.
static COMPILED: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/builtin.gaz")));

const LABEL: &str = "builtin";

/// The files of the built-in layer. `demonyms.csv` lies beside them and is no gazetteer of its own: demonyms are
/// matched only where a run asks for them.
const FILES: [(&str, &str); 4] = embedded!("people.csv", "organizations.csv", "places.csv", "themes.csv");

/// The built-in gazetteers as a compiled layer, or as rows where none is embedded.
///
/// # Errors
/// A row is broken, which a test rules out.
pub fn builtin() -> Result<Layer> {
    let bytes = &COMPILED.0;
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
    source::read_texts(LABEL, &FILES, ReadOptions::default())
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
