//! Where the built-in gazetteers come from.

use serde::{Deserialize, Serialize};

/// The file: one row for each source of a file.
const FILE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/gazetteers/LICENSES.csv"));

/// One source of a built-in gazetteer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    /// The file of the gazetteer.
    pub file: String,
    /// What was taken, and whose it is.
    pub source: String,
    /// The package it was taken from, with its registry; empty where it is ours.
    pub package: String,
    /// The version of the package.
    pub version: String,
    /// SPDX expression.
    pub licence: String,
    /// Where licence or source can be read.
    pub url: String,
    /// What whoever passes the data on has to say.
    pub attribution: String,
}

/// The sources of the built-in gazetteers, with what has to be said of them.
///
/// # Panics
/// Never in a released build: a test reads the embedded file.
pub fn licences() -> Vec<Licence> {
    let mut reader = csv::Reader::from_reader(FILE.as_bytes());
    reader.deserialize().map(|row| row.expect("the embedded file is read by a test")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/gazetteers/README.md"));

    const LOCK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/gazetteers/build/packages.lock"));
    const FORMS_LOCK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/gazetteers/build/forms.lock"));

    #[test]
    fn every_file_has_its_sources() {
        let licences = licences();
        for file in ["people.csv", "organizations.csv", "places.csv", "demonyms.csv", "themes.csv"] {
            assert!(licences.iter().any(|row| row.file == file), "{file}");
        }
        for row in &licences {
            assert!(!row.source.is_empty() && !row.licence.is_empty() && !row.url.is_empty(), "{row:?}");
            // What is taken from others names them.
            assert!(row.package.is_empty() || !row.attribution.is_empty(), "{row:?}");
        }
    }

    /// What is built from a package says so; the lists of forms, which only count, say it in a lock of their own.
    #[test]
    fn every_locked_package_is_listed() {
        let licences = licences();
        let mut packages = 0;
        for line in LOCK.lines().filter(|line| !line.starts_with('#')) {
            let [registry, name, version, ..] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let registry = match registry {
                "deb" => "Debian",
                "pypi" => "PyPI",
                other => other,
            };
            packages += 1;
            let listed = |row: &Licence| row.package == format!("{registry} {name}") && row.version == version;
            assert!(licences.iter().any(listed), "{line}");
        }
        assert!(packages >= 5, "the lock is not read as it is written");
        let forms = FORMS_LOCK.lines().filter(|line| !line.starts_with('#'));
        assert!(
            forms.clone().count() > 30
                && forms.into_iter().all(|line| line.split('\t').nth(4).is_some_and(|licence| !licence.is_empty()))
        );
        assert!(licences.iter().any(|row| row.file.contains("forms") && row.source.contains("forms.lock")));
    }

    /// The README names every package where it tells of a source: `npm `x` 1.0`, `PyPI package `y``.
    #[test]
    fn every_package_of_the_readme_is_listed() {
        let licences = licences();
        let mut packages = 0;
        for registry in ["npm", "PyPI", "Debian"] {
            for (at, _) in README.match_indices(&format!("{registry} ")) {
                let rest = README[at + registry.len() + 1..].trim_start_matches("package ");
                let Some((name, behind)) = rest.strip_prefix('`').and_then(|rest| rest.split_once('`')) else {
                    continue;
                };
                let version = behind
                    .trim_start()
                    .split(|c: char| c.is_whitespace() || "),;".contains(c))
                    .next()
                    .unwrap_or_default();
                let version = version.trim_end_matches('.');
                let version = if version.starts_with(|c: char| c.is_ascii_digit()) { version } else { "" };
                packages += 1;
                let listed =
                    |row: &Licence| row.package == format!("{registry} {name}") && row.version.starts_with(version);
                assert!(licences.iter().any(listed), "{registry} `{name}` {version}");
            }
        }
        assert!(packages >= 4, "the README is not read as it is written");
    }
}
