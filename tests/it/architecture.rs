//! The layers of `ARCHITECTURE.md` as data, and a test that fails on any use that they do not allow.
//!
//! The rules read tokens, not lines: comments and strings say what they like. Each rule is tried on a synthetic violation too,
//! so that a rule which no longer sees anything fails as well.

mod paths;
mod rules;
mod synthetic;
pub(crate) mod tokens;

use std::path::Path;
use std::process::Command;

/// Who may use whom: a layer is a file or folder directly in `src/`. A layer that is missing here may not exist.
///
/// A request goes down (`http → service → domain`), storage is reached through a port, and nobody knows `boot`.
pub(crate) const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("ports", &["domain"]),
    // The answer to an idempotency key is kept as it was given, so the service writes the documents that callers read.
    ("service", &["domain", "ports", "texts", "wire"]),
    // What members read, in their languages: who speaks to them uses it, and it knows only what is spoken of.
    ("texts", &["domain"]),
    ("storage", &["domain", "ports"]),
    // How Redis is reached. Whoever keeps something there uses it, and it knows nothing of what that is.
    ("nodes", &[]),
    ("limiter", &["domain", "ports", "nodes"]),
    ("bus", &["domain", "ports", "nodes"]),
    ("outbound", &["domain", "ports"]),
    // Records of other bots become lines of an import, on values: what may be in a line is the domain's to say.
    ("adapters", &["domain", "wire"]),
    ("http", &["domain", "service", "texts", "wire"]),
    ("jobs", &["domain", "ports", "service"]),
    ("config", &[]),
    ("cli", &["config"]),
    ("logging", &["config"]),
    ("health", &[]),
    (
        "boot",
        &[
            "domain", "ports", "service", "storage", "nodes", "limiter", "bus", "adapters", "http", "jobs",
            "config", "wire", "cli", "logging", "health", "outbound",
        ],
    ),
    ("main", &["boot", "cli", "config"]),
    // The crate's root is a map: it declares the layers and uses none.
    ("lib", &[]),
];

/// What `domain/` may not name: it decides on values, without reading or writing anything, and without a clock or dice.
///
/// `std::net` has sockets and look-ups; `core::net`, which is not here, has addresses as values and nothing that could use them.
pub(crate) const NOT_IN_DOMAIN: &[&str] = &[
    "tokio",
    "sqlx",
    "axum",
    "hyper",
    "tower",
    "reqwest",
    "redis",
    "tracing",
    "rand",
    "getrandom",
    "async",
    "await",
    "async_trait",
    "SystemTime",
    "std::fs",
    "std::net",
    "std::io",
    "std::env",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "Utc::now",
    "Local::now",
    "Uuid::now_v7",
    "Uuid::new_v4",
];

/// The layers that may name the database driver: the one that speaks SQL, and the one that builds it.
pub(crate) const MAY_NAME_SQLX: &[&str] = &["storage", "boot"];

/// Modules that would collect whatever has no place.
pub(crate) const NO_SUCH_MODULE: &[&str] = &["utils", "util", "helpers", "misc", "common"];

/// The most lines that a file may have.
pub(crate) const MOST_LINES: usize = 500;

/// A text file of the repository.
pub(crate) struct File {
    /// Its path from the root, with slashes.
    pub(crate) path: String,
    /// Its content.
    pub(crate) text: String,
}

/// Every text file that is in the repository or would be with `git add`.
pub(crate) fn repository() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Continuous integration may own the clone as somebody else, which git distrusts unless told.
    let output = Command::new("git")
        .args([
            "-c",
            "safe.directory=*",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root)
        .output()
        .expect("git is installed: the tests read the list of files from it");
    assert!(
        output.status.success(),
        "git ls-files: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let listed = String::from_utf8(output.stdout).expect("paths are UTF-8");
    let read = |path: &str| {
        let text = std::fs::read_to_string(root.join(path)).ok()?;
        Some(File {
            path: path.to_owned(),
            text,
        })
    };
    listed.split_terminator('\0').filter_map(read).collect()
}

#[test]
fn the_layers_hold() {
    let files = repository();
    let rust: Vec<&File> = files.iter().filter(|file| file.path.ends_with(".rs")).collect();
    assert!(
        rust.iter().any(|file| file.path == "src/main.rs"),
        "the list of files is not that of this repository"
    );
    let violations: Vec<String> = rust.into_iter().flat_map(rules::violations).collect();
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

#[test]
fn no_layers_use_each_other() {
    let targets = |layer: &str| {
        MAY_USE
            .iter()
            .find(|(name, _)| *name == layer)
            .map_or(&[][..], |(_, to)| to)
    };
    for (layer, uses) in MAY_USE {
        for used in *uses {
            assert!(
                !targets(used).contains(layer),
                "{layer} and {used} may use each other"
            );
        }
    }
}
