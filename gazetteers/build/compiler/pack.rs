// How the build scripts put the built-in gazetteers into a build folder; a part of both of them.

use std::fmt::Write as _;

/// The files of the built-in layer. `demonyms.csv` lies beside them and is no gazetteer of its own: demonyms are matched
/// only where a run asks for them.
const FILES: [&str; 4] = ["people.csv", "organizations.csv", "places.csv", "themes.csv"];

/// Writes the rows of the layer, and what they compile to.
fn pack(gazetteers: &Path, compiled: &[u8], out: &Path) {
    let mut texts = String::new();
    let mut list = format!("/// The files of the layer, and the bytes of each.\nconst FILES: [(&str, usize); {}] = [", FILES.len());
    for name in FILES {
        let path = gazetteers.join(name);
        println!("cargo::rerun-if-changed={}", path.display());
        let text = std::fs::read_to_string(&path).expect("the gazetteers lie beside the sources");
        let _ = write!(list, "(\"{name}\", {}), ", text.len());
        texts.push_str(&text);
    }
    list.push_str("];\n");
    let write = |name: &str, bytes: &[u8]| std::fs::write(out.join(name), bytes).expect("the build folder can be written");
    write("builtin_files.rs", list.as_bytes());
    write("builtin.csv.lz4", &lz4_flex::compress_prepend_size(texts.as_bytes()));
    write("builtin.gaz.lz4", &lz4_flex::compress_prepend_size(compiled));
}
