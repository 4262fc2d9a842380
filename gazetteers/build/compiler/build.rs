//! The tables of folding and of common forms, as for the library. There is no compiled gazetteer yet.

use std::path::{Path, PathBuf};

#[path = "../../../src/text/fold/table.rs"]
mod fold_table;
#[path = "../../../src/text/lang/forms/build.rs"]
mod forms;

fn main() {
    let folder = std::env::var_os("OUT_DIR").map(PathBuf::from).expect("cargo sets OUT_DIR");
    fold_table::write(&folder);
    forms::write(Path::new("../../../src/text/lang"), &folder);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../../src/text/fold/table.rs");
    println!("cargo::rerun-if-changed=../../../src/text/lang/forms");
    std::fs::write(folder.join("builtin.gaz"), b"").expect("the build folder can be written");
}
