//! Makes what the library embeds: the table of its folding, those of common forms, and the built-in gazetteers, compiled.
//!
//! The compiler is the library's own code, built once more as a package for this script
//! (`gazetteers/build/compiler`), so that the file is what `gazetier compile` would write.

use std::path::{Path, PathBuf};

use gazetier_compiler::compile_builtin;

#[path = "src/text/fold/table.rs"]
mod fold_table;
#[path = "src/text/lang/forms/build.rs"]
mod forms;

include!("gazetteers/build/compiler/pack.rs");

fn main() {
    let out = std::env::var_os("OUT_DIR").map(PathBuf::from).expect("cargo sets OUT_DIR");
    fold_table::write(&out);
    forms::write(Path::new("src/text/lang"), &out);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/text/fold/table.rs");
    println!("cargo::rerun-if-changed=src/text/lang/forms");
    // A compiled gazetteer is in the byte order of the machine that compiles it. One for another order is left empty:
    // the library compiles its rows when it starts, then.
    let order = std::env::var("CARGO_CFG_TARGET_ENDIAN").unwrap_or_default();
    let same = order == if cfg!(target_endian = "big") { "big" } else { "little" };
    let compiled = if same { compile_builtin().expect("the built-in gazetteers are sound") } else { Vec::new() };
    pack(Path::new("gazetteers"), &compiled, &out);
}
