//! The tables of folding and of common forms, and the rows, as for the library. There is no compiled gazetteer yet.

use std::path::{Path, PathBuf};

#[path = "../../../src/text/fold/table.rs"]
mod fold_table;
#[path = "../../../src/text/lang/forms/build.rs"]
mod forms;

include!("pack.rs");

fn main() {
    let out = std::env::var_os("OUT_DIR").map(PathBuf::from).expect("cargo sets OUT_DIR");
    fold_table::write(&out);
    forms::write(Path::new("../../../src/text/lang"), &out);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=pack.rs");
    println!("cargo::rerun-if-changed=../../../src/text/fold/table.rs");
    println!("cargo::rerun-if-changed=../../../src/text/lang/forms");
    pack(Path::new("../.."), &[], &out);
}
