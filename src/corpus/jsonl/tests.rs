//! Tests of the JSON Lines reader.

use super::*;
use crate::corpus::{Origin, ParseOptions};
use proptest::prelude::*;

/// What comes out of bytes at line 1 of `in/a.jsonl`: documents as `id|text|title|date|lang|url|carried`, problems
/// as they print, behind their document's id.
fn read_with(bytes: &[u8], carry: bool, max_document_bytes: u64) -> Vec<String> {
    let origin = Origin { id: "a.jsonl".into(), path: "in/a.jsonl".into(), shown: "a".into() };
    let options = ParseOptions { carry, max_document_bytes, batch_bytes: 1 };
    let chunk = Chunk { bytes, origin: &origin, line: 1, offset: 1000, options };
    let mut out = Vec::new();
    JsonLines.documents(chunk, &mut Scratch::default(), &mut |result| {
        out.push(match result {
            Ok(d) => {
                assert_eq!((&*d.path, d.offsets, d.repairs.len()), ("in/a.jsonl", Offsets::Decoded, 0));
                let carried: Vec<_> = d.carried.iter().map(|(name, json)| format!("{name}={json}")).collect();
                [&*d.id, &d.text, &d.title, &d.date, &d.lang, &d.url, &carried.join(",")].join("|")
            }
            Err(found) => format!("{} {}", found.doc_id, found.problem),
        });
    });
    out
}

fn read(bytes: impl AsRef<[u8]>) -> Vec<String> {
    read_with(bytes.as_ref(), true, 1 << 30)
}

#[test]
fn records_become_documents() {
    let cases = [
        (r#"{"text":"x"}"#, "a.jsonl#1|x|||||"),
        (r#" { "id" : "i" , "text" : "x" } "#, "i|x|||||"),
        (r#"{"text":"x","title":"t","date":"d","lang":"l","url":"u","id":"i"}"#, "i|x|t|d|l|u|url=\"u\""),
        (r#"{"text":"","id":""}"#, "a.jsonl#1||||||"),
        (r#"{"text":"x","id":null,"title":null,"date":5,"lang":[1,{"a":2}],"url":{"a":[]}}"#, "a.jsonl#1|x|||||"),
        (r#"{"text":"x","id":1.0}"#, "1.0|x|||||"),
        (r#"{"text":"x","id": -0 }"#, "-0|x|||||"),
        (r#"{"text":"x","id":123456789012345678901234567890}"#, "123456789012345678901234567890|x|||||"),
        (r#"{"text":"x","id":1E400}"#, "1E400|x|||||"),
        (r#"{"\u0074ext":"a\nb\u00e9\ud83d\ude00\"","id":"\u0041\t"}"#, "A\t|a\nbé😀\"|||||"),
        (
            r#"{"text":"\n","title":"\"t","date":"\/d","lang":"\u006c","url":"\\u"}"#,
            "a.jsonl#1|\n|\"t|/d|l|\\u|url=\"\\\\u\"",
        ),
        (r#"{"text":"old","text":"new\n","text":"x","id":1,"id":"2"}"#, "2|x|||||"),
        (r#"{"b":[1, 2],"text":"x","a\n":1.50,"b":null}"#, "a.jsonl#1|x|||||b=[1, 2],a\n=1.50,b=null"),
    ];
    for (line, expected) in cases {
        assert_eq!(read(line), [expected], "{line}");
    }
}

#[test]
fn values_of_one_record_do_not_leak_into_the_next() {
    let lines = "{\"text\":\"\\n\",\"title\":\"\\t\",\"id\":\"\\u0041\"}\n{\"text\":\"x\"}";
    assert_eq!(read(lines), ["A|\n|\t||||", "a.jsonl#2|x|||||"]);
}

#[test]
fn lines_are_counted_whatever_they_hold() {
    let lines = "\n \t\r\n{\"text\":\"a\"}\r\nbroken\n{\"text\":\"b\"}";
    let expected = ["a.jsonl#3|a|||||", "a.jsonl#4 a:4: not a JSON object (byte 1019)", "a.jsonl#5|b|||||"];
    assert_eq!(read(lines), expected);
}

#[test]
fn broken_records_are_problems_with_a_place() {
    let cases = [
        ("[1]", "a.jsonl#1 a:1: not a JSON object (byte 1000)"),
        ("  5", "a.jsonl#1 a:1: not a JSON object (byte 1002)"),
        ("{}", "a.jsonl#1 a:1: no `text` (byte 1000)"),
        (r#"{"text":null,"id":7}"#, "7 a:1: no `text` (byte 1000)"),
        (r#"{"text":5,"id":"i"}"#, "i a:1: `text` is not a string (byte 1000)"),
        (r#"{"id":"i","text":"x""#, "i a:1: broken JSON: EOF while parsing an object (byte 1019)"),
        (r#"{"id":"i","text":"x"}}"#, "i a:1: broken JSON: trailing characters (byte 1021)"),
        (r#"{"text":"\ud800"}"#, "a.jsonl#1 a:1: broken JSON: unexpected end of hex escape (byte 1015)"),
        ("{\"text\":\"a\tb\"}", "CONTROL"),
    ];
    for (line, expected) in cases {
        let out = read(line);
        assert_eq!(out.len(), 1, "{line}");
        if expected == "CONTROL" {
            assert!(out[0].contains("control character"), "{out:?}");
        } else {
            assert_eq!(out[0], expected, "{line}");
        }
    }
    let surrogate = read(r#"{"text":"x","id":"\ud800"}"#);
    assert!(surrogate[0].starts_with("a.jsonl#1 a:1: broken JSON: unexpected end of hex escape"), "{surrogate:?}");
    assert!(!surrogate[0].contains("column"), "{surrogate:?}");
    let odd = read(r#"{"text":"x","id":[1]}"#);
    let warning = "a.jsonl#1 a:1: warning: `id` is neither a string nor a number, a made one is used (byte 1000)";
    assert_eq!(odd, ["a.jsonl#1|x|||||", warning]);
}

#[test]
fn carried_fields_are_left_out_unless_wanted() {
    let line = br#"{"a":[1],"text":"x","b":{"c":"\ud800"}}"#;
    assert_eq!(read_with(line, false, 100), ["a.jsonl#1|x|||||"]);
    assert_eq!(read(line), [r#"a.jsonl#1|x|||||a=[1],b={"c":"\ud800"}"#]);
}

#[test]
fn depth_is_no_danger() {
    let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
    for key in ["a", "title", "id"] {
        for carry in [false, true] {
            let line = format!(r#"{{"text":"x","{key}":{deep}}}"#);
            assert!(!read_with(line.as_bytes(), carry, 1 << 30).is_empty());
        }
    }
}

#[test]
fn invalid_utf8_is_shown_and_reported() {
    let lines = b"{\"text\":\"a\"}\n{\"text\":\"\xE9t\xE9\",\"id\":9}\n{\xFF}\n";
    let expected = [
        "a.jsonl#1|a|||||",
        "9|\u{FFFD}t\u{FFFD}|||||",
        "9 a:2: warning: 2 invalid UTF-8 sequences shown as U+FFFD (byte 1022)",
        "a.jsonl#3 a:3: broken JSON: key must be a string (byte 1035)",
        "a.jsonl#3 a:3: warning: 1 invalid UTF-8 sequence shown as U+FFFD (byte 1036)",
    ];
    assert_eq!(read(lines), expected);
}

#[test]
fn long_lines_are_refused() {
    let line = br#"{"text":"0123456789"}"#;
    assert_eq!(read_with(line, true, 21), ["a.jsonl#1|0123456789|||||"]);
    let expected = "a.jsonl#1 a:1: the line is larger than 20 bytes (byte 1000)";
    assert_eq!(read_with(line, true, 20), [expected]);
    let line = b"{\"text\":\"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\"}";
    assert_eq!(read_with(line, true, 20)[0], "a.jsonl#1 a:1: the decoded text is larger than 20 bytes (byte 1000)");
}

#[test]
fn a_first_line_tells_the_format() {
    for yes in ["{}", "{\"a\":1}\nwhatever", "\u{FEFF}\n \n {\"a\":[]} \r\nx", "{\"id\": 1e999}"] {
        assert!(JsonLines.recognises(yes.as_bytes()), "{yes}");
    }
    assert!(JsonLines.recognises(b"{\"a\":\"\xFF\"}\n"));
    for no in ["", "text", "{", "{not json}\n", "[{}]", "{\n\"a\":1}", "{} {}"] {
        assert!(!JsonLines.recognises(no.as_bytes()), "{no}");
    }
}

/// Pieces that make lines which are broken in interesting places.
fn token() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "{",
        "}",
        "\"text\"",
        "\"id\"",
        "\"a\"",
        ":",
        ",",
        "\"x\"",
        "1",
        "null",
        "[",
        "]",
        "\n",
        "\r\n",
        "\\",
        "\"",
        "{\"text\":\"é\"}\n",
        "{\"text\":\"\\u00e9\",\"id\":3}\n",
        "\\ud800",
        " ",
    ]);
    prop_oneof![8 => known.prop_map(|text| text.as_bytes().to_vec()), 1 => any::<u8>().prop_map(|byte| vec![byte])]
}

/// The fields, whether the id is odd, and what is carried.
fn told(record: &Record<'_>, values: &[String; STRING_FIELDS]) -> String {
    let fields: Vec<_> = record
        .fields
        .iter()
        .zip(values)
        .map(|(value, unescaped)| match value {
            Value::Absent => None,
            Value::Other => Some("other"),
            Value::Borrowed(text) => Some(*text),
            Value::Scratch => Some(unescaped.as_str()),
        })
        .collect();
    format!("{fields:?} {} {:?}", record.odd_id, record.carried)
}

/// Pieces of records as programs write them, and what makes them unusual.
fn piece() -> impl Strategy<Value = String> {
    let known = [
        "{",
        "}",
        "{\"text\":",
        "{ \"id\" : ",
        ",\"title\":",
        ", \"a\": ",
        ",\"a\\u0041\":",
        ",\"id\":",
        "\"x\"",
        "\"\"",
        "\"é”\"",
        "\"a long string without any escape, which goes on\"",
        "\"say \\\"hello\\\", and \\\\ then \\/ on and on\"",
        "\"\\n\\t\\r\\b\\f\"",
        "\"\\u00e9\\u1EA0\\ud83d\\ude00\"",
        "\"\\ud800\"",
        "\"\\ud83d\\u0041\"",
        "\"\\x\"",
        "\"\t\"",
        "0",
        "-0",
        "12",
        "-1.50",
        "01",
        "1.",
        "-",
        "1e5",
        "123456789012345678901234567890",
        "null",
        "true",
        "false",
        "nul",
        "[1,{}]",
        "{}",
        " ",
        "\r",
        "\n",
        "\t}",
        "\u{C}",
    ];
    prop::sample::select(known.map(str::to_owned).to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// What the quick reader takes, serde takes, and gives the same.
    #[test]
    fn quick_records_are_those_of_serde(pieces in prop::collection::vec(piece(), 0..8), usual in any::<bool>()) {
        let text = if usual { format!("{{\"text\":\"x\",\"id\":{}}}", pieces.concat()) } else { pieces.concat() };
        for carry in [false, true] {
            let (mut record, mut values) = (Record::default(), Default::default());
            let Some(length) = quick::record(&text, &mut record, &mut values, carry) else { continue };
            prop_assert!(matches!(text.as_bytes().get(length), None | Some(b'\n')) && !text[..length].contains('\n'));
            let (mut other, mut others) = (Record::default(), Default::default());
            let mut json = serde_json::Deserializer::from_str(&text[..length]);
            let seed = RecordSeed { record: &mut other, values: &mut others, carry };
            let parsed = seed.deserialize(&mut json).and_then(|()| json.end());
            prop_assert!(parsed.is_ok(), "{:?} {}", parsed, text);
            prop_assert_eq!(told(&record, &values), told(&other, &others), "{}", text);
        }
    }
}

#[test]
fn usual_records_are_read_quickly() {
    let usual = "{\"id\": \"a\", \"n\":-1.5,\"text\": \"say \\\"no\\\"\\n\\u00e9 \\ud83d\\ude00\", \"b\":null} \r\n{";
    let (mut record, mut values) = (Record::default(), Default::default());
    assert_eq!(quick::record(usual, &mut record, &mut values, true), Some(usual.len() - 2));
    let expected = "[Some(\"a\"), Some(\"say \\\"no\\\"\\né 😀\"), None, None, None, None] false [(\"n\", \"-1.5\"), (\"b\", \"null\")]";
    assert_eq!(told(&record, &values), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_give_one_outcome_a_line(tokens in prop::collection::vec(token(), 0..30)) {
        let bytes = tokens.concat();
        let lines = bytes.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
        for carry in [false, true] {
            let out = read_with(&bytes, carry, 1 << 30);
            prop_assert_eq!(out.iter().filter(|one| !one.contains(" warning: ")).count(), lines);
        }
    }
}
