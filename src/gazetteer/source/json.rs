//! JSON values that borrow their texts from the line they are read from.
//!
//! A line of a gazetteer is read once and thrown away, so nothing of it is copied but texts with escapes. What is a
//! value, and what is said about a line that holds none, is as with [`serde_json::Value`] (a test compares the two).

use std::borrow::Cow;
use std::fmt;

use hashbrown::HashMap;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// From how many keys on an object is searched with a table.
const MANY_KEYS: usize = 32;

/// A JSON value.
#[derive(Clone, Debug)]
pub(in crate::gazetteer) enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Object<'a>),
}

/// Keys in the order of the line, each once: of repeated ones the first place and the last value count.
pub(in crate::gazetteer) type Object<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

impl From<&Json<'_>> for Value {
    fn from(json: &Json<'_>) -> Self {
        match json {
            Json::Null => Value::Null,
            Json::Bool(truth) => Value::Bool(*truth),
            Json::Number(number) => Value::Number(number.clone()),
            Json::Text(text) => Value::String(text.to_string()),
            Json::List(list) => Value::Array(list.iter().map(Value::from).collect()),
            Json::Object(object) => {
                Value::Object(object.iter().map(|(key, json)| (key.to_string(), json.into())).collect())
            }
        }
    }
}

/// As one line of JSON.
impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Value::from(self).fmt(f)
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(truth))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json<'de>, A::Error> {
        let mut object: Object<'de> = Vec::new();
        let mut places: HashMap<Cow<'de, str>, usize> = HashMap::new();
        while let Some(Key(key)) = entries.next_key()? {
            let value = entries.next_value()?;
            if object.len() == MANY_KEYS {
                places = object.iter().map(|(key, _)| key.clone()).zip(0..).collect();
            }
            let known = if object.len() < MANY_KEYS {
                object.iter().position(|(known, _)| *known == key)
            } else {
                places.get(&key).copied()
            };
            match known {
                Some(known) => object[known].1 = value,
                None => {
                    if object.len() >= MANY_KEYS {
                        places.insert(key.clone(), object.len());
                    }
                    object.push((key, value));
                }
            }
        }
        Ok(Json::Object(object))
    }
}

/// The key of an object.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(AnyKey)
    }
}

struct AnyKey;

impl<'de> Visitor<'de> for AnyKey {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string key")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Value and error as text: what a reader of a gazetteer sees.
    fn compare(text: &str) {
        let ours = serde_json::from_str::<Json<'_>>(text).map(|json| json.to_string());
        let theirs = serde_json::from_str::<Value>(text).map(|value| value.to_string());
        assert_eq!(ours.map_err(|error| error.to_string()), theirs.map_err(|error| error.to_string()), "{text}");
    }

    #[test]
    fn values_and_errors_are_those_of_serde_json() {
        for text in [
            r#"{"a":1,"b":-2,"c":2.5e3,"d":1e400,"a":[null,true,"x\ny"]}"#,
            r#"{"a":18446744073709551615,"b":184467440737095516150,"c":-0,"a":{"\u0061":1,"a":2}}"#,
            r#"{"a":"\ud800"}"#,
            r#"{"a" 1}"#,
            r#"[1,2"#,
            r#"{1:2}"#,
            "",
            "nul",
            "1 2",
        ] {
            compare(text);
        }
        compare(&"[".repeat(200));
        let keys: Vec<String> = (0..200).map(|i| format!("\"k{}\":{i}", i % 70)).collect();
        compare(&format!("{{{}}}", keys.join(",")));
    }

    proptest! {
        #[test]
        fn any_line_is_read_as_serde_json_reads_it(
            parts in prop::collection::vec(prop::sample::select(&[
                "{", "}", "[", "]", ":", ",", "\"a\":", "\"b\":", "{\"a\":1}", "\"a\"", "\"\\u00e9\\n\"", "\"é", "\"", "\\", "1", "-", ".5",
                "e9", "null", "true", "fals", " ", "\t",
            ][..]), 0..14),
        ) {
            compare(&parts.concat());
        }
    }
}
