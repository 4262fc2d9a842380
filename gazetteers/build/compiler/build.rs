//! The table of folding, as for the library. There is no compiled gazetteer yet.

use std::path::PathBuf;

#[path = "../../../src/text/fold/table.rs"]
mod fold_table;

fn main() {
    let folder = std::env::var_os("OUT_DIR").map(PathBuf::from).expect("cargo sets OUT_DIR");
    fold_table::write(&folder);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../../src/text/fold/table.rs");
    std::fs::write(folder.join("builtin.gaz"), b"").expect("the build folder can be written");
}
