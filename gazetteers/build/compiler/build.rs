//! The table of folding and the rows, as for the library. There is no compiled gazetteer yet.

use std::path::{Path, PathBuf};

#[path = "../../../src/text/fold/table.rs"]
mod fold_table;

include!("pack.rs");

fn main() {
    let out = std::env::var_os("OUT_DIR").map(PathBuf::from).expect("cargo sets OUT_DIR");
    fold_table::write(&out);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=pack.rs");
    println!("cargo::rerun-if-changed=../../../src/text/fold/table.rs");
    pack(Path::new("../.."), &[], &out);
}
