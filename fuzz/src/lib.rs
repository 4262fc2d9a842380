//! What fuzzing runs: a file of any bytes whatever is refused or used, and never brings the process down.

use gazetier::gazetteer::ReadOptions;
use gazetier::gazetteer::compiled::{Header, seal};
use gazetier::gazetteer::source::read_texts;
use gazetier::lexicon::{CompileOptions, Lexicon, Stack};
use gazetier::{Document, Extractor, ResolveOptions};

/// A gazetteer with something of everything.
const NAMES: &str = "id,kind,name,name:fr,name:vi,aliases,acronyms,prior,parent,country,lat,lon,wikidata,match,needs,important,action\n\
    a:1,place,London,Londres,Luân Đôn,The Smoke|City of London,LDN,0.9,a:3,GB,51.5,-0.1,Q84,,,true,\n\
    a:2,place,東京,,,Tokyo|東京都,,0.9,,JP,,,Q1490,exact,,,\n\
    a:3,place,England,Angleterre,,,,,,,,,,folded,reine|roi,,\n\
    a:4,ship,London,,,,,0.9,,,,,,,,,\n\
    Q84,city,London,,,Londinium,,,,,,,,,,,\n\
    a:5,theme,supply chain,chaîne,,,,,,,,,,,,,\n\
    a:6,organization,AT&T,,,Yahoo!|C++|++,UN,,,,,,,,,,\n\
    a:9,,,,,,,,,,,,,,,,remove\n";
/// A text that holds most of its names.
const TEXT: &str = "The Smoke, LONDRES et Luan Don: la reine d'ANGLETERRE. 東京都 Tokyo, C++ AT & T Yahoo! LDN ++ UN. \
    supply chains, London; City of London, Londinium.";

/// A sound file.
pub fn sound() -> Vec<u8> {
    let layer = read_texts("names", &[("names.csv", NAMES)], ReadOptions::default()).expect("sound rows");
    let lexicon = Lexicon::compile(&layer, CompileOptions::default()).expect("a small gazetteer");
    lexicon.to_bytes(&Header { hash: "00".into(), label: "names".into(), ..Header::default() })
}

/// Opens a file and does all that can be done with it; how many mentions it gave, if it could be opened.
pub fn gaz(bytes: &[u8]) -> Option<usize> {
    // Behind a wrong checksum nothing is looked at.
    let mut bytes = bytes.to_vec();
    seal(&mut bytes);
    let lexicon = Lexicon::of_bytes(&bytes).ok()?;
    let _ = lexicon.verify();
    lexicon.check();
    let stack = Stack::of(vec![lexicon]);
    for id in ["a:1", "wikidata:Q84", "a:9", "nothing"] {
        if let Some(entity) = stack.find(id) {
            let view = stack.entity(entity);
            let _ = (view.outside(), view.needs(), view.name_in("fr"), stack.kind(view.kind), stack.parent(entity));
        }
    }
    let _ = stack.flatten(CompileOptions::default());
    let extractor = Extractor::of_stack(stack, ResolveOptions::default());
    Some(extractor.worker().extract(&Document::new("text", TEXT)).mentions.len())
}
