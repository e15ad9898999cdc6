//! Tests of the scan: what is refused and where, and that equal documents have equal canonical forms.

use super::*;

fn form(text: &str) -> String {
    String::from_utf8(canonical(text.as_bytes()).unwrap()).unwrap()
}

fn faults(text: &str) -> Vec<(String, String)> {
    match canonical(text.as_bytes()) {
        Err(Refusal::Faults(faults)) => faults
            .into_iter()
            .map(|fault| (fault.pointer, fault.detail))
            .collect(),
        other => panic!("{text}: {other:?}"),
    }
}

fn syntax_at(text: &[u8]) -> (usize, usize) {
    match canonical(text) {
        Err(Refusal::Syntax { line, column, .. }) => (line, column),
        other => panic!("{}: {other:?}", String::from_utf8_lossy(text)),
    }
}

#[test]
fn equal_documents_have_one_form() {
    assert_eq!(
        form(r#" { "b" : [ 1 , { } , [ ] ] , "a" : null } "#),
        r#"{"a":null,"b":[1,{},[]]}"#
    );
    assert_eq!(
        form(r#"{"a":{"z":1,"y":{"d":true,"c":false}},"A":2}"#),
        r#"{"A":2,"a":{"y":{"c":false,"d":true},"z":1}}"#
    );
    assert_eq!(
        form(r#""\u0041\/\u00e9\ud83d\ude00\n\"\\""#),
        "\"A/é😀\\u000a\\\"\\\\\""
    );
    assert_eq!(
        form("\"A/é😀\\n\\\"\\\\\""),
        form(r#""\u0041\/\u00e9\ud83d\ude00\n\"\\""#)
    );
}

#[test]
fn equal_numbers_have_one_form() {
    for (text, expected) in [
        ("0", "0"),
        ("-0", "0"),
        ("0.000", "0"),
        ("0e9", "0"),
        ("3", "3"),
        ("3.0", "3"),
        ("30e-1", "3"),
        ("0.3e1", "3"),
        ("3E+0", "3"),
        ("-2.50", "-25e-1"),
        ("100", "1e2"),
        ("1e2", "1e2"),
        ("1.0e+2", "1e2"),
        ("1.12345678901234567890", "11234567890123456789e-19"),
    ] {
        assert_eq!(form(text), expected, "{text}");
    }
    assert_ne!(form("9007199254740993"), form("9007199254740992"));
    assert_ne!(form("1e99999999999999999999"), form("1e99999999999999999998"));
    assert_ne!(form(&"9".repeat(400)), form(&"9".repeat(401)));
}

#[test]
fn repeated_keys_are_found_at_every_level_and_in_every_spelling() {
    assert_eq!(
        faults(r#"{"a":1,"b":2,"a":1}"#),
        [("/a".into(), "the key is there twice".into())]
    );
    assert_eq!(faults(r#"{"x":[{"k/~":1,"k\/~":2}]}"#)[0].0, "/x/0/k~1~0");
    assert_eq!(faults(r#"{"a":1,"\u0061":2}"#)[0].0, "/a");
}

#[test]
fn nul_and_lone_surrogates_are_found_in_strings_and_keys() {
    assert_eq!(
        faults(r#"{"a":["x\u0000y"]}"#),
        [("/a/0".into(), "the string has a NUL character (U+0000)".into())]
    );
    assert!(faults(r#"{"k\u0000":1}"#)[0].1.starts_with("the key has a NUL"));
    for text in [
        r#"["\ud800"]"#,
        r#"["\udc00"]"#,
        r#"["\ud800x"]"#,
        r#"["\ud800\u0041"]"#,
        r#"["\ud800\ud800"]"#,
    ] {
        let found = faults(text);
        assert_eq!(found[0].0, "/0", "{text}");
        assert!(found[0].1.contains("surrogate"), "{text}");
    }
    assert!(faults(r#"{"\udfff":1}"#)[0].1.starts_with("the key has half"));
    assert_eq!(
        faults(r#"["\u0000", {"a":1,"a":2}]"#).len(),
        2,
        "all faults are told at once"
    );
    assert_eq!(
        faults(&format!("[{}0]", r#""\u0000","#.repeat(50))).len(),
        MAX_FAULTS
    );
}

#[test]
fn the_depth_is_bounded() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(canonical(nested(MAX_DEPTH).as_bytes()).is_ok());
    let found = faults(&nested(MAX_DEPTH + 1));
    assert_eq!(found[0].0, "/0".repeat(MAX_DEPTH));
    assert!(found[0].1.contains("128"));
    assert_eq!(faults(&"[".repeat(1_000_000)).len(), 1);
    assert_eq!(faults(&"{\"a\":".repeat(200_000)).len(), 1);
}

#[test]
fn what_is_not_json_is_refused_with_its_place() {
    for (text, place) in [
        ("", (1, 1)),
        ("  ", (1, 3)),
        ("{", (1, 2)),
        ("[1,", (1, 4)),
        ("[1 2]", (1, 4)),
        ("[1,]", (1, 4)),
        ("{\"a\" 1}", (1, 6)),
        ("{a:1}", (1, 2)),
        ("{\"a\":1,}", (1, 9 - 1)),
        ("\"abc", (1, 5)),
        ("\"a\tb\"", (1, 3)),
        ("\"\\x\"", (1, 2)),
        ("\"\\u12g4\"", (1, 2)),
        ("\"\\u+123\"", (1, 2)),
        ("01", (1, 2)),
        ("-", (1, 2)),
        ("1.", (1, 3)),
        ("1e", (1, 3)),
        (".5", (1, 1)),
        ("+1", (1, 1)),
        ("nul", (1, 1)),
        ("NaN", (1, 1)),
        ("true false", (1, 6)),
        ("{\n  \"é\": x\n}", (2, 8)),
        ("\u{feff}{}", (1, 1)),
        ("'a'", (1, 1)),
    ] {
        assert_eq!(syntax_at(text.as_bytes()), place, "{text:?}");
    }
    assert_eq!(syntax_at(b"[\"\xff\"]"), (1, 3));
    assert_eq!(
        syntax_at(b"\"\xed\xa0\x80\""),
        (1, 2),
        "a surrogate in raw bytes is no UTF-8"
    );
}

#[test]
fn the_scan_and_the_typed_reader_agree_on_what_json_is() {
    // Each of these differs from a valid document by one byte; the two readers must take the same ones.
    let sample = r#"{"a":[1,-2.5e+3,"x\n\u00e9",true,false,null],"b":{"c":[]}}"#;
    let mut checked = 0;
    for at in 0..sample.len() {
        for byte in b" \"\\{}[]:,.-+eE0129aux\n\0" {
            let mut text = sample.as_bytes().to_vec();
            text[at] = *byte;
            let theirs = serde_json::from_slice::<serde_json::Value>(&text).is_ok();
            let ours = !matches!(canonical(&text), Err(Refusal::Syntax { .. }));
            assert_eq!(ours, theirs, "{}", String::from_utf8_lossy(&text));
            checked += 1;
        }
    }
    assert!(checked > 1000);
}
