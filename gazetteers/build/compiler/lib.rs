//! The library up to its lexicon, built for the build script: compiles the built-in gazetteers.

#![allow(dead_code, unused_imports, reason = "most of these modules is for what is built on them")]

#[path = "../../../src/error.rs"]
mod error;
#[path = "../../../src/gazetteer/mod.rs"]
mod gazetteer;
#[path = "../../../src/lexicon/mod.rs"]
mod lexicon;
#[path = "../../../src/text/mod.rs"]
mod text;

/// The built-in gazetteers as the bytes of one compiled file.
///
/// # Errors
/// A row is broken.
pub fn compile_builtin() -> Result<Vec<u8>, String> {
    let layer = gazetteer::layer::builtin_rows().map_err(|error| error.to_string())?;
    let header = gazetteer::compiled::Header {
        hash: layer.hash.clone(),
        label: layer.label.clone(),
        made: format!("gazetier {}, built in", env!("CARGO_PKG_VERSION")),
        ..gazetteer::compiled::Header::default()
    };
    let lexicon = lexicon::Lexicon::compile_owned(layer, lexicon::CompileOptions::default());
    Ok(lexicon.map_err(|error| error.to_string())?.to_bytes(&header))
}
