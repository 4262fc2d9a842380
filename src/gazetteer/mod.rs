//! What a name is: entities, their names, and the policy under which each name may match.
//!
//! A [`Gazetteer`] is a stack of up to [`MAX_LAYERS`] layers. Each layer is one source (a file, or a folder of files)
//! as its author wrote it; layers are not merged here, since a compiled lexicon is made per layer and never changed.
//! The file formats lie one a file under `source/`, the checks under `lint`.

pub mod compiled;
pub mod concord;
mod entity;
pub(crate) mod ids;
#[cfg(feature = "import")]
pub mod import;
pub(crate) mod labels;
pub mod layer;
pub mod lint;
pub(crate) mod names;
mod replace;
pub mod source;

pub use entity::{Details, Entity, Name, NameRole, Names};
pub(crate) use ids::normalise as normalise_id;
pub use replace::{replace, replace_if};
pub use smol_str::SmolStr;
pub use source::content_hash;

use std::path::Path;

use crate::error::{Problem, Result};

/// The most layers one run can stack (the built-in one counts).
pub const MAX_LAYERS: usize = 8;
/// The most words a name can have; longer names are skipped with a warning.
pub const MAX_NAME_WORDS: usize = 32;
/// The most bytes a name can have; longer names are skipped with a warning.
pub const MAX_NAME_BYTES: usize = 256;
/// The most entities that one form keeps; the highest priors stay, ties by the smaller id.
pub const MAX_ENTITIES_A_FORM: usize = 64;
/// How well known an entity is when its row does not say.
pub const DEFAULT_PRIOR: f32 = 0.5;

/// How much a text may differ from a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MatchPolicy {
    /// Capitals and marks may be added or missing where a careful reader would accept it.
    Smart,
    /// Case and marks as listed.
    Exact,
    /// Any case, any marks.
    Folded,
}

impl MatchPolicy {
    /// Reads `smart`, `exact` or `folded` (any case).
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "smart" => Some(Self::Smart),
            "exact" => Some(Self::Exact),
            "folded" => Some(Self::Folded),
            _ => None,
        }
    }

    /// The word that [`MatchPolicy::parse`] reads.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Smart => "smart",
            Self::Exact => "exact",
            Self::Folded => "folded",
        }
    }
}

/// What a row does to an entity of an earlier layer that has the same id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// Adds names, fills fields; non-empty fields win over the earlier layer's.
    #[default]
    Merge,
    /// Takes the earlier entity's place altogether.
    Replace,
    /// Removes the earlier entity.
    Remove,
}

/// One source of names: a file, or all files of a folder.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// As the user named it (`builtin` for the embedded one).
    pub label: String,
    /// The files read, as the user would name them.
    pub files: Vec<String>,
    /// The entities in file and row order.
    pub entities: Vec<Entity>,
    /// Warnings, and under `lenient` also the errors of the rows that were skipped.
    pub problems: Vec<Problem>,
    /// How many rows were skipped.
    pub skipped: u64,
    /// 64-bit content hash of the sources, in hexadecimal (for `run.json`).
    pub hash: String,
    /// The file of a layer that is compiled already: `entities` is empty then.
    pub compiled: Option<Box<compiled::Compiled>>,
}

impl Layer {
    /// How many entities and names the layer lists.
    pub fn counts(&self) -> (u64, u64) {
        match &self.compiled {
            Some(compiled) => (compiled.header.entities, compiled.header.names),
            None => (self.entities.len() as u64, self.entities.iter().map(|entity| entity.names.len() as u64).sum()),
        }
    }
}

/// How gazetteer files are read.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadOptions {
    /// Skip bad rows instead of refusing the gazetteer.
    pub lenient: bool,
}

/// A stack of layers, the last of which has the last word about an entity's fields.
#[derive(Clone, Debug, Default)]
pub struct Gazetteer {
    layers: Vec<Layer>,
}

impl Gazetteer {
    /// A gazetteer without layers.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The built-in gazetteers, embedded in the library in compiled form.
    ///
    /// # Panics
    /// Never in a released build: a test reads them.
    pub fn builtin() -> Self {
        let layer = layer::builtin().expect("the embedded gazetteers are read by a test");
        Self { layers: vec![layer] }
    }

    /// The rows behind [`Gazetteer::builtin`], to look at: parsed from the embedded files, in tens of milliseconds.
    ///
    /// # Panics
    /// Never in a released build: a test reads them.
    pub fn builtin_rows() -> Self {
        let layer = layer::builtin_rows().expect("the embedded gazetteers are read by a test");
        Self { layers: vec![layer] }
    }

    /// Reads one file or folder as a gazetteer of one layer. Of a compiled file (`.gaz`) only the head is read; it is
    /// opened when an extractor is made.
    ///
    /// # Errors
    /// The file cannot be read, or rows are broken: all problems in one error.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Self::read_with(path, ReadOptions::default())
    }

    /// [`Gazetteer::read`] with options.
    ///
    /// # Errors
    /// As [`Gazetteer::read`]; with `lenient` broken rows are skipped and listed in [`Layer::problems`].
    pub fn read_with(path: impl AsRef<Path>, options: ReadOptions) -> Result<Self> {
        Ok(Self { layers: vec![source::read_path(path.as_ref(), options)?] })
    }

    /// A gazetteer of one layer made in memory.
    pub fn from_layer(layer: Layer) -> Self {
        Self { layers: vec![layer] }
    }

    /// Puts another gazetteer on top of this one.
    ///
    /// # Errors
    /// More than [`MAX_LAYERS`] layers.
    pub fn layer(mut self, other: Gazetteer) -> Result<Self> {
        self.layers.extend(other.layers);
        if self.layers.len() > MAX_LAYERS {
            return Err(crate::error::Error::message(format!(
                "{} gazetteer layers, at most {MAX_LAYERS}: flatten some with `gazetier compile A B -o C.gaz`",
                self.layers.len()
            )));
        }
        Ok(self)
    }

    /// Copies compiled files into memory instead of mapping them: nobody can change them then while they are in use,
    /// and large ones get huge pages.
    #[must_use]
    pub fn in_memory(mut self) -> Self {
        for compiled in self.layers.iter_mut().filter_map(|layer| layer.compiled.as_mut()) {
            compiled.in_memory = true;
        }
        self
    }

    /// The layers by value, lowest first.
    pub fn into_layers(self) -> Vec<Layer> {
        self.layers
    }

    /// The layers, lowest first.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }
}
