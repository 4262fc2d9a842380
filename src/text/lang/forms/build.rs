//! Writes the tables of forms into the build folder. Part of the build scripts, not of the library.

use std::collections::BTreeMap;
use std::path::Path;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

#[path = "table.rs"]
mod table;

/// Writes `forms-LANGUAGE.bin` for every list `forms-LANGUAGE.txt` of a folder of sources.
pub fn write(sources: &Path, folder: &Path) {
    for language in ["en", "fr", "vi"] {
        let name = format!("forms-{language}");
        let path = sources.join(&name).with_extension("txt");
        println!("cargo::rerun-if-changed={}", path.display());
        let list = std::fs::read_to_string(path).expect("the lists of forms are part of the sources");
        std::fs::write(folder.join(name).with_extension("bin"), bytes(&list)).expect("the build folder can be written");
    }
}

/// The table of a list.
fn bytes(list: &str) -> Vec<u8> {
    let mut forms: BTreeMap<(String, u8), u8> = BTreeMap::new();
    for line in list.lines() {
        let (code, words) = line.split_once(' ').expect("a line is a code and forms");
        let digit = |at: usize| code.as_bytes()[at] - b'0';
        let packed = digit(0) << 4 | digit(1);
        for word in words.split(' ') {
            forms.insert((word.to_owned(), 0), packed);
            let bare = without_marks(word);
            if bare != word {
                // Of the forms that are written alike without marks, the most frequent one counts.
                let best = forms.entry((bare, table::UNMARKED)).or_insert(packed);
                if (packed & 15, packed >> 4) > (*best & 15, *best >> 4) {
                    *best = packed;
                }
            }
        }
    }
    let slots = (forms.len() * 4 / 3 + 1).next_power_of_two();
    let mut table = vec![0u32; slots];
    let mut entries: Vec<u8> = Vec::new();
    for ((form, flags), packed) in &forms {
        let hash = table::hash(form.as_bytes());
        let mut slot = table::home(hash, slots);
        while table[slot] != 0 {
            slot = (slot + 1) % slots;
        }
        let place = (4 + slots * 4 + entries.len()) as u32;
        assert!(place <= table::PLACE, "a list of forms is too long");
        table[slot] = place | table::tag(hash);
        entries.extend_from_slice(&[u8::try_from(form.len()).expect("forms are short"), *flags, *packed]);
        entries.extend_from_slice(form.as_bytes());
    }
    let mut out = (slots as u32).to_le_bytes().to_vec();
    out.extend(table.iter().flat_map(|slot| slot.to_le_bytes()));
    out.extend(entries);
    out
}

/// A word as it is typed without marks: `đã` is `da`.
fn without_marks(word: &str) -> String {
    word.nfd().filter(|c| !is_combining_mark(*c)).map(|c| if c == 'đ' { 'd' } else { c }).collect()
}
