//! Gazetteer file formats, one a file.
use super::{Layer, ReadOptions};
use crate::error::Result;
use std::path::Path;

/// Reads a file or folder.
pub fn read_path(path: &Path, _options: ReadOptions) -> Result<Layer> {
    Ok(Layer { label: path.display().to_string(), ..Layer::default() })
}
