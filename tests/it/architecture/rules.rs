//! The rules, each a function from one file to the sentences that say what is wrong with it.

use super::paths::{NamedPath, named_paths};
use super::tokens::{Token, tokens};
use super::{File, MAY_NAME_SQLX, MAY_USE, MOST_LINES, NO_SUCH_MODULE, NOT_IN_DOMAIN};

/// Everything that is wrong with one Rust file.
pub(crate) fn violations(file: &File) -> Vec<String> {
    let tokens = tokens(&file.text);
    let mut found = Vec::new();
    shape(file, &mut found);
    modules(file, &tokens, &mut found);
    if let Some(module) = file.path.strip_prefix("src/").map(module_of) {
        let paths = named_paths(&module, &tokens);
        let layer = layer_of(&file.path);
        arrows(file, layer, &paths, &mut found);
        if layer == "domain" {
            pure(file, &paths, &mut found);
        }
        if !MAY_NAME_SQLX.contains(&layer) {
            no_sql(file, &paths, &mut found);
        }
    }
    found
}

/// The module path of a file in `src/`: `["service", "acts"]` for `service/acts.rs`, `["service"]` for `service/mod.rs`.
fn module_of(path: &str) -> Vec<&str> {
    let mut names: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    if matches!(names.last(), Some(&("mod" | "lib" | "main"))) {
        names.pop();
    }
    names
}

/// The first name under `src/`: `service` for `src/service/acts.rs`, `boot` for `src/boot.rs`, `lib` for `src/lib.rs`.
fn layer_of(path: &str) -> &str {
    let name = path
        .trim_start_matches("src/")
        .split('/')
        .next()
        .unwrap_or_default();
    name.trim_end_matches(".rs")
}

fn shape(file: &File, found: &mut Vec<String>) {
    if !file.text.starts_with("//!") {
        found.push(format!(
            "{}:1: a file begins with `//!` and says what it is for",
            file.path
        ));
    }
    let lines = file.text.lines().count();
    if lines > MOST_LINES {
        found.push(format!(
            "{}: {lines} lines; {MOST_LINES} is the most, 300 is usual",
            file.path
        ));
    }
}

fn modules(file: &File, tokens: &[Token<'_>], found: &mut Vec<String>) {
    for pair in tokens
        .windows(2)
        .filter(|pair| pair[0].text == "mod" && NO_SUCH_MODULE.contains(&pair[1].text))
    {
        let Token { text, line } = pair[1];
        found.push(format!(
            "{}:{line}: `mod {text}` names no subject; say what is in it",
            file.path
        ));
    }
}

fn arrows(file: &File, layer: &str, paths: &[NamedPath<'_>], found: &mut Vec<String>) {
    let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == layer) else {
        found.push(format!(
            "{}: `{layer}` is no layer of tests/it/architecture.rs",
            file.path
        ));
        return;
    };
    for path in paths {
        let used = match path.names[..] {
            ["crate" | "tribune", used, ..] => used,
            ["wire", _, ..] => "wire",
            _ => continue,
        };
        if used == layer || allowed.contains(&used) || !is_layer(used) {
            continue;
        }
        let written = path.names.join("::");
        found.push(format!(
            "{}:{}: `{layer}` may not use `{used}` (`{written}`)",
            file.path, path.line
        ));
    }
}

/// What a layer must not reach for is a layer: `crate::Thing` at the root does not exist, since the root only declares them.
fn is_layer(name: &str) -> bool {
    name == "wire" || MAY_USE.iter().any(|(layer, _)| *layer == name)
}

fn pure(file: &File, paths: &[NamedPath<'_>], found: &mut Vec<String>) {
    for path in paths {
        let written = path.names.join("::");
        if let Some(banned) = NOT_IN_DOMAIN.iter().find(|banned| names(path, banned)) {
            let line = path.line;
            found.push(format!(
                "{}:{line}: `domain` is pure: no `{banned}` (`{written}`)",
                file.path
            ));
        }
    }
}

/// Whether `path` contains the names of `banned` in a row; a crate's name counts only where a path begins.
fn names(path: &NamedPath<'_>, banned: &str) -> bool {
    let banned: Vec<&str> = banned.split("::").collect();
    match banned[..] {
        [one] if one.starts_with(char::is_lowercase) => path.names.first() == Some(&one),
        _ => path.names.windows(banned.len()).any(|window| window == banned),
    }
}

fn no_sql(file: &File, paths: &[NamedPath<'_>], found: &mut Vec<String>) {
    for path in paths.iter().filter(|path| path.names.first() == Some(&"sqlx")) {
        found.push(format!(
            "{}:{}: `sqlx` stays in src/storage and src/boot.rs",
            file.path, path.line
        ));
    }
}
