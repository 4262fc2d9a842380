//! What changed since an earlier evaluation.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::json::{FORMAT, rounded};

/// The figures that are compared: the part of a kind's figures, and the name there.
pub(super) const FIGURES: [(&str, &str); 8] = [
    ("strict", "precision"),
    ("strict", "recall"),
    ("strict", "f1"),
    ("untyped", "precision"),
    ("untyped", "recall"),
    ("untyped", "f1"),
    ("ids", "right_of_listed"),
    ("ids", "right_of_found"),
];

/// The JSON of an earlier evaluation.
pub(super) struct Earlier {
    path: String,
    value: Value,
}

/// What changed since then.
pub(super) struct Changes {
    pub path: String,
    /// By kind, `None` for all of them; the figures before and now, in the order of [`FIGURES`].
    pub kinds: Vec<(Option<String>, [Change; FIGURES.len()])>,
}

/// A figure before and now, where there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Change {
    pub before: Option<f64>,
    pub now: Option<f64>,
}

impl Change {
    /// By how much it grew.
    pub fn growth(self) -> Option<f64> {
        Some(rounded(self.now? - self.before?))
    }
}

impl Earlier {
    pub fn read(path: &Path) -> Result<Self> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(|| shown.clone())?;
        let value: Value =
            serde_json::from_str(&text).with_context(|| format!("{shown}: no figures of `gazetier eval --json`"))?;
        match value["eval_format"].as_u64() {
            Some(FORMAT) => {}
            Some(other) => bail!("{shown}: figures of format {other}, this build reads `{FORMAT}`"),
            None => bail!("{shown}: no figures of `gazetier eval --json`"),
        }
        Ok(Self { path: shown, value })
    }

    /// Whether the figures are of other documents or mentions of gold.
    pub fn gold_differs(&self, now: &Value) -> bool {
        let gold = |value: &Value| (value["total"]["documents"].clone(), value["total"]["all"]["gold"].clone());
        gold(&self.value) != gold(now)
    }

    /// What changed by now.
    pub fn changes(&self, now: &Value) -> Changes {
        let (before, now) = (&self.value["total"], &now["total"]);
        let of = |before: &Value, now: &Value| {
            FIGURES.map(|(part, name)| Change { before: before[part][name].as_f64(), now: now[part][name].as_f64() })
        };
        let names = [before, now].into_iter().filter_map(|value| value["kinds"].as_object()).flat_map(|map| map.keys());
        let names: BTreeSet<&String> = names.collect();
        let kinds = names.into_iter().map(|name| (Some(name.clone()), of(&before["kinds"][name], &now["kinds"][name])));
        let all = std::iter::once((None, of(&before["all"], &now["all"])));
        Changes { path: self.path.clone(), kinds: kinds.chain(all).collect() }
    }
}

impl Changes {
    /// As the figures list it.
    pub fn json(&self) -> Value {
        let figures = |changes: &[Change; FIGURES.len()]| {
            let mut value = json!({});
            for ((part, name), change) in FIGURES.iter().zip(changes) {
                value[part][name] = json!({ "before": change.before, "now": change.now, "change": change.growth() });
            }
            value
        };
        let mut value = json!({ "path": self.path, "kinds": {} });
        for (kind, changes) in &self.kinds {
            match kind {
                Some(kind) => value["kinds"][kind] = figures(changes),
                None => value["all"] = figures(changes),
            }
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_either_side_are_compared() {
        let figures = |f1: f64| json!({ "strict": { "f1": f1 } });
        let before =
            json!({ "total": { "kinds": { "place": figures(0.5), "ship": figures(0.1) }, "all": figures(0.4) } });
        let now =
            json!({ "total": { "kinds": { "person": figures(0.3), "place": figures(0.75) }, "all": figures(0.3) } });
        let changes = Earlier { path: "a.json".into(), value: before }.changes(&now);
        let f1: Vec<_> = changes.kinds.iter().map(|(kind, of)| (kind.as_deref(), of[2].growth())).collect();
        let expected = [(Some("person"), None), (Some("place"), Some(0.25)), (Some("ship"), None), (None, Some(-0.1))];
        assert_eq!(f1, expected);
        let json = changes.json();
        let expected = json!({ "before": 0.5, "now": 0.75, "change": 0.25 });
        assert_eq!(json["kinds"]["place"]["strict"]["f1"], expected);
        assert_eq!(json["all"]["strict"]["f1"]["change"], -0.1);
    }
}
