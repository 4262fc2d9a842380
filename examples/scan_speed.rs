use gazetier::gazetteer::*;
use gazetier::resolve::ResolveOptions;
use gazetier::*;
use std::time::Instant;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let names = std::fs::read_to_string(&args[1]).unwrap();
    let mut layer = gazetteer::Layer::default();
    for (i, n) in names.lines().enumerate() {
        layer.entities.push(Entity {
            id: format!("n:{i}"),
            kind: "person".into(),
            name: n.into(),
            names: vec![Name { text: n.into(), lang: None, role: NameRole::Canonical, policy: None, prior: None }],
            ..Entity::default()
        });
    }
    let t = Instant::now();
    let e =
        Extractor::with_options(&Gazetteer::from_layer(layer), ResolveOptions { resolve: false, ..Default::default() })
            .unwrap();
    eprintln!("compile {:?}", t.elapsed());
    let text = std::fs::read_to_string("/work/bench/corpus.txt").unwrap();
    let mut w = e.worker();
    for _ in 0..4 {
        let t = Instant::now();
        let (mut m, mut words) = (0, 0);
        for line in text.lines() {
            let mut d = Document::new("x", line);
            d.lang = "fr".into();
            let x = w.extract(&d);
            m += x.mentions.len();
            words += x.words;
        }
        let s = t.elapsed().as_secs_f64();
        eprintln!("{m} mentions {words} words {:.1} MB/s", text.len() as f64 / 1e6 / s);
    }
}
