//! Tidiness as a test: nothing is left unfinished or switched off, and every exception has its reason.

use crate::architecture::tokens::{Token, tokens};
use crate::architecture::{File, repository};

/// What means that something is not done. In pieces, because this file is searched too.
const UNFINISHED: &[&str] = &[
    concat!("#[ig", "nore"),
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("FIX", "ME"),
];

/// Prose and generated text may speak of these words.
const NOT_SEARCHED: &[&str] = &[".md", ".lock", ".json"];

/// The one file of the tests that may pause.
const MAY_SLEEP: &str = "tests/it/support/wait.rs";

fn violations(file: &File) -> Vec<String> {
    let mut found = Vec::new();
    if !NOT_SEARCHED.iter().any(|end| file.path.ends_with(end)) {
        unfinished(file, &mut found);
    }
    if file.path.ends_with(".rs") {
        let tokens = tokens(&file.text);
        exceptions(file, &tokens, &mut found);
        sleeps(file, &tokens, &mut found);
    }
    found
}

fn unfinished(file: &File, found: &mut Vec<String>) {
    for (number, line) in (1..).zip(file.text.lines()) {
        if let Some(word) = UNFINISHED.iter().find(|word| line.contains(**word)) {
            found.push(format!(
                "{}:{number}: `{word}`: finish it, or leave it out",
                file.path
            ));
        }
    }
}

/// `allow` and `expect` in an attribute, without the `reason` that they take.
fn exceptions(file: &File, tokens: &[Token<'_>], found: &mut Vec<String>) {
    for (at, token) in tokens.iter().enumerate() {
        let opens = |ahead: usize| tokens.get(at + ahead).map(|token| token.text);
        let in_attribute = at > 0 && matches!(tokens[at - 1].text, "[" | ",") && opens(1) == Some("(");
        if !in_attribute || !matches!(token.text, "allow" | "expect") {
            continue;
        }
        let inside = tokens[at..].iter().take_while(|token| token.text != "]");
        if !inside.into_iter().any(|token| token.text == "reason") {
            let Token { text, line } = token;
            found.push(format!("{}:{line}: `{text}` without a reason = \"…\"", file.path));
        }
    }
}

fn sleeps(file: &File, tokens: &[Token<'_>], found: &mut Vec<String>) {
    if !file.path.starts_with("tests/") || file.path == MAY_SLEEP {
        return;
    }
    for token in tokens.iter().filter(|token| token.text == "sleep") {
        let line = token.line;
        found.push(format!(
            "{}:{line}: tests do not sleep; support::wait::until has a deadline",
            file.path
        ));
    }
}

#[test]
fn the_repository_is_tidy() {
    let violations: Vec<String> = repository().iter().flat_map(violations).collect();
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

#[test]
fn untidiness_is_seen() {
    let found = |path: &str, text: &str| {
        violations(&File {
            path: path.to_owned(),
            text: text.to_owned(),
        })
        .len()
    };
    for word in UNFINISHED {
        assert_eq!(found("src/lib.rs", &format!("fn f() {{ {word} }}")), 1, "{word}");
        assert_eq!(found("justfile", word), 1, "{word}");
        assert_eq!(found("CONTRIBUTING.md", word), 0, "{word}");
    }
    assert_eq!(found("src/lib.rs", "#[expect(dead_code)] fn f() {}"), 1);
    assert_eq!(found("src/lib.rs", "#![allow(dead_code)]"), 1);
    assert_eq!(
        found("src/lib.rs", "#[cfg_attr(test, allow(dead_code))] fn f() {}"),
        1
    );
    assert_eq!(
        found("src/lib.rs", "#[expect(dead_code, reason = \"soon\")] fn f() {}"),
        0
    );
    assert_eq!(
        found("src/lib.rs", "fn f() { x.expect(\"a\"); [expect_all(1), y] }"),
        0
    );
    assert_eq!(found("tests/it/api/acts.rs", "tokio::time::sleep(d).await;"), 1);
    assert_eq!(found(MAY_SLEEP, "tokio::time::sleep(d).await;"), 0);
    assert_eq!(found("src/jobs/timers.rs", "tokio::time::sleep(d).await;"), 0);
}
