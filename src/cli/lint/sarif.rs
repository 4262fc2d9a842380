//! Findings in SARIF 2.1.0, which forges show beside the lines of a change.

use serde_json::{Value, json};

use crate::author::fix::Fix;
use crate::error::{Problem, Severity};
use crate::gazetteer::lint::RULES;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// A log of one run. `fixable` says which bytes `--fix` would write, for findings of its rules.
pub(super) fn report(problems: &[Problem], fixable: &[(String, Fix)]) -> Value {
    let rules: Vec<Value> = RULES
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "shortDescription": { "text": rule.summary },
                "defaultConfiguration": { "level": level(rule.severity) },
            })
        })
        .collect();
    let by_place: std::collections::HashMap<(&str, u64, &str, String), &Fix> = fixable
        .iter()
        .map(|(path, fix)| ((path.as_str(), fix.line, fix.rule, fix.problem(path).message), fix))
        .collect();
    let results: Vec<Value> = problems
        .iter()
        .map(|problem| {
            let path = problem.path.as_deref().unwrap_or("");
            let fix = by_place.get(&(path, problem.line.unwrap_or(0), problem.code, problem.message.clone()));
            result(problem, fix.copied())
        })
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": { "name": "gazetier", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules },
            },
            "results": results,
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

fn result(problem: &Problem, fix: Option<&Fix>) -> Value {
    let mut result = json!({
        "ruleId": problem.code,
        "level": level(problem.severity),
        "message": { "text": problem.message },
    });
    if let Some(index) = RULES.iter().position(|rule| rule.id == problem.code) {
        result["ruleIndex"] = index.into();
    }
    if let Some(path) = &problem.path {
        let artifact = json!({ "uri": uri(path) });
        let mut location = json!({ "artifactLocation": artifact });
        if let Some(line) = problem.line.filter(|line| *line > 0) {
            location["region"] = json!({ "startLine": line });
        }
        result["locations"] = json!([{ "physicalLocation": location }]);
        if let Some(fix) = fix {
            let region = json!({ "byteOffset": fix.range.start, "byteLength": fix.range.len() });
            let replacement = json!({ "deletedRegion": region, "insertedContent": { "text": fix.written } });
            result["fixes"] = json!([{
                "description": { "text": problem.fix },
                "artifactChanges": [{ "artifactLocation": artifact, "replacements": [replacement] }],
            }]);
        }
    }
    if let (Some(fix), None) = (&problem.fix, fix) {
        result["properties"] = json!({ "fix": fix });
    }
    result
}

/// A path as a relative reference or a `file:` address; what may not stand in one is written in hexadecimal.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("own/my names.csv"), "own/my%20names.csv");
        assert_eq!(uri("/tmp/é.csv"), "file:///tmp/%C3%A9.csv");
    }
}
