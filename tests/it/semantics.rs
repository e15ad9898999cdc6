//! The page of the rules names the tests that hold them: each name is a test that exists, and each rule has one.

use std::collections::BTreeSet;
use std::path::Path;

/// The names of all functions in the Rust files of a folder.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let after = text.split("fn ").skip(1);
            found.extend(after.map(|rest| {
                rest.chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect()
            }));
        }
    }
}

#[test]
fn every_rule_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = BTreeSet::new();
    functions(&root.join("src"), &mut known);
    functions(&root.join("tests/it"), &mut known);
    let page = std::fs::read_to_string(root.join("docs/semantics.md")).unwrap();
    let rules: Vec<(&str, &str)> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.rsplit_once(" | "))
        .filter(|(rule, _)| *rule != "rule")
        .collect();
    assert!(rules.len() > 40, "the page has its rules: {}", rules.len());
    for (rule, tests) in rules {
        let tests: Vec<&str> = tests.split(", ").map(|name| name.trim_matches('`')).collect();
        assert!(!tests.is_empty() && !tests.contains(&""), "no test holds: {rule}");
        for test in tests {
            assert!(
                known.contains(test),
                "there is no test {test}, which should hold: {rule}"
            );
        }
    }
}
