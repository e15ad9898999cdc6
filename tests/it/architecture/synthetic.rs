//! Violations made up for the purpose: every rule must see its own, and must not see what is allowed.

use super::rules::violations;
use super::{File, MOST_LINES};

fn found(path: &str, code: &str) -> Vec<String> {
    violations(&File {
        path: path.to_owned(),
        text: format!("//! A file.\n{code}\n"),
    })
}

#[track_caller]
fn refused(path: &str, code: &str, because: &str) {
    let found = found(path, code);
    assert!(
        found.len() == 1 && found[0].contains(because),
        "{path} with {code:?}: {found:?}"
    );
}

#[track_caller]
fn allowed(path: &str, code: &str) {
    assert_eq!(found(path, code), [""; 0], "{path} with {code:?}");
}

#[test]
fn an_arrow_that_is_not_drawn_is_refused() {
    refused(
        "src/domain/points.rs",
        "use crate::ports::Clock;",
        "`domain` may not use `ports`",
    );
    refused(
        "src/service/acts.rs",
        "use crate::{domain::Act, http::Problem};",
        "`service` may not use `http`",
    );
    refused(
        "src/ports/record.rs",
        "use wire::Case;",
        "`ports` may not use `wire`",
    );
    refused(
        "src/storage/sqlite/acts.rs",
        "fn f() -> wire::Case { }",
        "`storage` may not use `wire`",
    );
    refused(
        "src/http/v1/acts.rs",
        "fn f() { crate::storage::open() }",
        "`http` may not use `storage`",
    );
    refused(
        "src/http/v1/acts.rs",
        "use crate::ports::store::Store;",
        "`http` may not use `ports`",
    );
    refused(
        "src/jobs/timers.rs",
        "use super::super::storage;",
        "`jobs` may not use `storage`",
    );
    refused(
        "src/jobs/mod.rs",
        "use super::boot::build;",
        "`jobs` may not use `boot`",
    );
    refused("src/config.rs", "use crate::boot;", "`config` may not use `boot`");
    refused(
        "src/main.rs",
        "use tribune::storage;",
        "`main` may not use `storage`",
    );
    refused(
        "src/lib.rs",
        "pub use crate::domain::Act;",
        "`lib` may not use `domain`",
    );
}

#[test]
fn the_arrows_that_are_drawn_are_allowed() {
    allowed(
        "src/http/v1/acts.rs",
        "use crate::http::Problem; use crate::service::Acts; use wire::Case;",
    );
    allowed(
        "src/service/acts.rs",
        "use crate::{domain::Act, ports::store::Store};",
    );
    allowed("src/service/acts.rs", "fn wire() {} fn f(wire: u8) {}");
    allowed(
        "src/storage/sqlite/acts.rs",
        "use super::super::postgres; use crate::ports::store::Store;",
    );
    allowed("src/domain/mod.rs", "mod tests { use super::points; }");
    allowed(
        "src/boot.rs",
        "use crate::{config, http, jobs, service, storage};",
    );
    allowed("src/main.rs", "use tribune::{boot, config};");
}

#[test]
fn a_layer_that_nobody_drew_is_refused() {
    refused("src/plumbing/pipes.rs", "", "`plumbing` is no layer");
}

#[test]
fn the_domain_is_pure() {
    for (code, word) in [
        ("use tokio::sync::Mutex;", "`tokio`"),
        ("use sqlx as db;", "`sqlx`"),
        ("use std::{fmt, fs};", "`std::fs`"),
        ("use std::net::IpAddr;", "`std::net`"),
        ("fn f() { std::time::SystemTime::now() }", "`SystemTime`"),
        ("use std::time::{Duration, Instant};", "`std::time::Instant`"),
        ("fn f() { chrono::Utc::now() }", "`Utc::now`"),
        ("fn f() { rand::random() }", "`rand`"),
        ("fn f() { getrandom::fill(b) }", "`getrandom`"),
        ("async fn f() {}", "`async`"),
    ] {
        let found = found("src/domain/points.rs", code);
        assert!(
            found
                .iter()
                .any(|sentence| sentence.contains("`domain` is pure") && sentence.contains(word)),
            "{code:?}: {found:?}"
        );
    }
    allowed(
        "src/domain/time.rs",
        "use std::time::Duration; use chrono::{DateTime, Utc}; struct Instant(i64);",
    );
}

#[test]
fn sql_stays_where_it_is() {
    refused("src/service/acts.rs", "use sqlx::Row;", "`sqlx` stays");
    refused("src/http/page.rs", "fn f(e: sqlx::Error) {}", "`sqlx` stays");
    allowed(
        "src/service/acts.rs",
        "// sqlx::Row\nconst WORD: &str = \"sqlx::Row\";",
    );
    allowed("src/storage/postgres/acts.rs", "use sqlx::Row;");
    allowed("src/boot.rs", "use sqlx::PgPool;");
}

#[test]
fn a_file_says_what_it_is_for_and_is_not_long() {
    let silent = File {
        path: "wire/src/lib.rs".to_owned(),
        text: "use a::b;\n".to_owned(),
    };
    assert!(violations(&silent)[0].contains("begins with `//!`"));
    let longest = "// x\n".repeat(MOST_LINES - 2);
    allowed("tests/it/long.rs", &longest);
    refused("tests/it/long.rs", &format!("{longest}//\n"), "501 lines");
}

#[test]
fn no_module_is_a_drawer() {
    refused("wire/src/lib.rs", "mod utils;", "`mod utils` names no subject");
    refused(
        "src/http/mod.rs",
        "pub(crate) mod helpers { }",
        "`mod helpers` names no subject",
    );
}
