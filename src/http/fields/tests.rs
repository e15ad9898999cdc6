//! Tests of what request fields may hold.

use super::*;

fn refused(read: impl FnOnce(&mut Fields)) -> Vec<String> {
    let mut fields = Fields::default();
    read(&mut fields);
    fields.errors.into_iter().map(|e| e.pointer).collect()
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let mut fields = Fields::default();
    let name = fields.name("/name", " ");
    let span = fields.duration("/duration", Some(&Duration::Seconds(0)));
    assert!(name.is_none() && span.is_none());
    let problem = fields.finish(name).unwrap_err().document("");
    let pointers: Vec<_> = problem.errors.iter().map(|e| e.pointer.as_str()).collect();
    assert_eq!(pointers, ["/name", "/duration"]);
}

#[test]
fn a_whole_with_a_refused_part_is_refused() {
    let mut fields = Fields::default();
    fields.refuse("/x", "no");
    assert!(fields.finish(Some(1)).is_err());
    assert_eq!(Fields::default().finish(Some(1)).unwrap(), 1);
}

#[test]
fn texts_are_bounded_and_plain() {
    assert!(refused(|f| assert!(f.reason("/r", Some("two\nlines\tä")).is_some())).is_empty());
    assert!(refused(|f| assert!(f.reason("/r", Some("  ")).is_none())).is_empty());
    assert_eq!(
        refused(|f| drop(f.reason("/r", Some(&"x".repeat(2_001))))),
        ["/r"]
    );
    assert_eq!(refused(|f| drop(f.reason("/r", Some("\u{1b}[31m")))), ["/r"]);
    assert_eq!(refused(|f| drop(f.name("/n", "two\nlines"))), ["/n"]);
}

#[test]
fn links_lead_where_they_seem_to() {
    for good in [
        "https://example.org/a?b#c",
        "http://127.0.0.1:80/x",
        "https://[::1]/",
    ] {
        assert_eq!(check_url(good), Ok(()), "{good}");
    }
    for wrong in [
        "javascript:alert(1)",
        "https://",
        "https://a@b/",
        "https://a b",
        "ftp://a",
        "https://a\n",
        "https:///x",
        "https://a\\b",
    ] {
        assert!(check_url(wrong).is_err(), "{wrong}");
    }
    let long = |letter: &str, count| format!("https://a/{}", letter.repeat(count));
    for letter in ["a", "\u{e4}"] {
        assert!(check_url(&long(letter, 1_990)).is_ok());
        assert!(check_url(&long(letter, 1_991)).is_err());
    }
    let many = vec!["https://a".to_owned(); 11];
    assert_eq!(refused(|f| drop(f.evidence("/e", &many))), ["/e"]);
    assert_eq!(
        refused(|f| drop(f.evidence("/e", &["https://a".into(), "x".into()]))),
        ["/e/1"]
    );
}

#[test]
fn a_context_is_small_and_flat() {
    let one = |name: &str, value: &str| Some(BTreeMap::from([(name.to_owned(), value.to_owned())]));
    assert!(refused(|f| drop(f.context("/c", one("channel", "1").as_ref()))).is_empty());
    assert_eq!(
        refused(|f| drop(f.context("/c", one("a/b", &"x".repeat(501)).as_ref()))),
        ["/c/a~1b"]
    );
    assert_eq!(
        refused(|f| drop(f.context("/c", one(&"n".repeat(65), "1").as_ref()))).len(),
        1
    );
    let many = (0..21).map(|n| (n.to_string(), String::new())).collect();
    assert_eq!(refused(|f| drop(f.context("/c", Some(&many)))), ["/c"]);
}

#[test]
fn a_level_needs_a_rank() {
    let actor = ActorRequest {
        platform: Some("Discord".into()),
        id: Some(String::new()),
        level: Some(1),
        ..ActorRequest::default()
    };
    let named = refused(|f| drop(f.actor("/actor", Some(&actor))));
    assert_eq!(named, ["/actor/platform", "/actor/id", "/actor/level"]);
}

#[test]
fn an_actor_is_a_person_or_a_rule() {
    let refused = |text: &str| {
        let actor: ActorRequest = serde_json::from_str(text).unwrap();
        refused(|f| drop(f.actor("/actor", Some(&actor))))
    };
    assert_eq!(refused("{}"), ["/actor"]);
    assert_eq!(refused(r#"{"platform": "discord"}"#), ["/actor/id"]);
    assert_eq!(refused(r#"{"id": "1"}"#), ["/actor/platform"]);
    assert_eq!(
        refused(r#"{"id": "1", "rank": "owner", "automod": {"rule": "Links", "version": 0}}"#),
        [
            "/actor/id",
            "/actor/rank",
            "/actor/automod/rule",
            "/actor/automod/version"
        ]
    );
    assert!(refused(r#"{"automod": {"rule": "links", "version": 3}}"#).is_empty());
}
