//! What tables beside the gazetteers say: ids of one entity, and where things lie.

use std::path::Path;

use hashbrown::HashMap;

use crate::error::{Error, Problem, Result};
use crate::gazetteer::{SmolStr, content_hash, ids};

/// What tables beside the gazetteers say of ids.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// Ids of one entity each, normalised.
    pub same: Vec<Vec<SmolStr>>,
    /// Country and position by id.
    pub places: HashMap<SmolStr, (SmolStr, f64, f64)>,
}

impl Knowledge {
    /// Reads a table of ids of one entity a row, whose headers are their prefixes (`wikidata,geonames`); or, if it has the
    /// columns `id`, `lat` and `lon`, a table of countries and positions by id. Other columns are not looked at. Returns the
    /// hash of the content that was read.
    ///
    /// # Errors
    /// The file cannot be read, or a row is broken: with its line.
    pub fn read(&mut self, path: &Path) -> Result<String> {
        let at = |line: u64, message: String| {
            let problem = Problem::error("knowledge", message).in_file(path.display().to_string());
            Error::from_problems(vec![problem.at_line(line)])
        };
        let broken = |error: csv::Error| {
            let line = error.position().map_or(1, csv::Position::line);
            at(line, error.to_string())
        };
        let bytes = std::fs::read(path).map_err(|error| Error::io(path, error))?;
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let headers: Vec<String> = reader.headers().map_err(broken)?.iter().map(str::to_ascii_lowercase).collect();
        let column = |name: &str| headers.iter().position(|header| header == name);
        let places = column("id").zip(column("lat").zip(column("lon")));
        let prefixes: Vec<usize> =
            (0..headers.len()).filter(|column| COLLECTIONS.contains(&headers[*column].as_str())).collect();
        if places.is_none() && prefixes.len() < 2 {
            let message = format!("neither `id,lat,lon` nor two of {} among the columns", COLLECTIONS.join(", "));
            return Err(at(1, message));
        }
        for row in reader.records() {
            let row = row.map_err(broken)?;
            let line = row.position().map_or(0, csv::Position::line);
            let cell = |column: usize| row.get(column).unwrap_or_default().trim();
            if let Some((id, (lat, lon))) = places {
                let degrees = |column: usize, most: f64| {
                    let value = cell(column).parse::<f64>().ok().filter(|value| value.abs() <= most);
                    value.ok_or_else(|| at(line, format!("not an angle in degrees `{}`", cell(column))))
                };
                let position = (degrees(lat, 90.0)?, degrees(lon, 180.0)?);
                let id = ids::normalise(cell(id)).ok_or_else(|| at(line, format!("not an id `{}`", cell(id))))?;
                let country = column("country").map_or("", cell);
                self.places.insert(id.into(), (country.to_ascii_uppercase().into(), position.0, position.1));
                continue;
            }
            let mut same = Vec::new();
            for column in prefixes.iter().filter(|column| !cell(**column).is_empty()) {
                let (prefix, text) = (headers[*column].as_str(), cell(*column));
                let id = if text.contains(':') { text.to_owned() } else { format!("{prefix}:{text}") };
                let id = ids::normalise(&id).ok_or_else(|| at(line, format!("not an id `{text}`")))?;
                same.push(SmolStr::from(id));
            }
            self.same.push(same);
        }
        Ok(content_hash(&[&bytes]))
    }
}

/// Headers of tables of ids.
const COLLECTIONS: &[&str] = &["wikidata", "geonames", "wof", "insee", "iso", "m49", "ror", "iptc", "eurovoc", "osm"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_with_their_mistakes() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("table.csv");
        let read = |text: &str| {
            std::fs::write(&file, text).expect("written");
            let mut known = Knowledge::default();
            known.read(&file).map(|_| known).map_err(|error| error.to_string())
        };
        let known = read("wikidata,geonames,source\nQ84,2643743,x\nwikidata:Q90,,y\n").expect("sound");
        assert_eq!(known.same, [vec!["wikidata:Q84", "geonames:2643743"], vec!["wikidata:Q90"]]);
        let known = read("id,country,lat,lon,population\ngn:12,ir,32.0,48.9,1266\n").expect("sound");
        assert_eq!(known.places["geonames:12"], ("IR".into(), 32.0, 48.9));
        let hash = Knowledge::default().read(&file).expect("sound");
        assert_eq!(hash, content_hash(&[b"id,country,lat,lon,population\ngn:12,ir,32.0,48.9,1266\n"]));
        for (text, message) in [
            ("a,b\n1,2\n", ":1: neither `id,lat,lon`"),
            ("id,lat,lon\ngn:1,91,0\n", ":2: not an angle in degrees `91`"),
            ("wikidata,geonames\nQ1,1\nQx,2\n", ":3: not an id `Qx`"),
            ("wikidata,geonames\nQ1\n", ":2: "),
        ] {
            let error = read(text).expect_err("broken");
            assert!(error.contains(message), "{error}");
        }
    }
}
