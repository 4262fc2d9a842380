//! The embedded layer.

use super::{Layer, ReadOptions, source};
use crate::error::Result;

macro_rules! embedded {
    ($($file:literal),+) => {
        [$(($file, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/gazetteers/", $file)))),+]
    };
}

/// The files of the built-in layer. `demonyms.csv` lies beside them and is no gazetteer of its own: demonyms are
/// matched only where a run asks for them.
const FILES: [(&str, &str); 4] = embedded!("people.csv", "organizations.csv", "places.csv", "themes.csv");

/// The built-in gazetteers.
///
/// # Errors
/// A row is broken, which a test rules out.
pub fn builtin() -> Result<Layer> {
    source::read_texts("builtin", &FILES, ReadOptions::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Severity;

    #[test]
    fn the_embedded_files_are_sound() {
        let layer = builtin().expect("no broken row");
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
}
