//! The paths that a file names, each written out from the crate's root: `use crate::{a::B, c}` names `crate::a::B` and `crate::c`.

use super::tokens::Token;

/// A path as a list of names. `self` and `super` are resolved; what is not a path from the root stands as it was written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NamedPath<'a> {
    /// The names, outermost first.
    pub(crate) names: Vec<&'a str>,
    /// Where it is named, from 1.
    pub(crate) line: usize,
}

/// Every path in `tokens`, which are those of the module `module` (`["service", "acts"]` for `src/service/acts.rs`).
pub(crate) fn named_paths<'a>(module: &[&'a str], tokens: &[Token<'a>]) -> Vec<NamedPath<'a>> {
    let mut reader = Reader {
        tokens,
        at: 0,
        found: Vec::new(),
    };
    // Modules that are open, with the depth of braces at which each closes.
    let mut inside: Vec<&'a str> = module.to_vec();
    let mut open: Vec<usize> = Vec::new();
    let mut depth = 0_usize;
    while let Some(token) = reader.peek(0) {
        match token.text {
            "mod" if reader.text(2) == "{" => {
                inside.push(reader.text(1));
                open.push(depth);
                depth += 1;
                reader.at += 3;
            }
            "{" => (depth, reader.at) = (depth + 1, reader.at + 1),
            "}" => {
                depth = depth.saturating_sub(1);
                if open.last() == Some(&depth) {
                    open.pop();
                    inside.pop();
                }
                reader.at += 1;
            }
            word if is_word(word) => reader.path(&inside, &[]),
            _ => reader.at += 1,
        }
    }
    reader.found
}

struct Reader<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
    found: Vec<NamedPath<'a>>,
}

impl<'a> Reader<'_, 'a> {
    fn peek(&self, ahead: usize) -> Option<Token<'a>> {
        self.tokens.get(self.at + ahead).copied()
    }

    fn text(&self, ahead: usize) -> &'a str {
        self.peek(ahead).map_or("", |token| token.text)
    }

    /// Reads the path that begins here, with its group in braces if it ends in one.
    fn path(&mut self, inside: &[&'a str], before: &[&'a str]) {
        let mut names = before.to_vec();
        let line = self.peek(0).map_or(0, |token| token.line);
        loop {
            names.push(self.text(0));
            self.at += 1;
            if self.text(0) != "::" {
                break;
            }
            match self.text(1) {
                "{" => {
                    self.at += 2;
                    return self.group(inside, &names);
                }
                word if is_word(word) => self.at += 1,
                "*" => {
                    self.at += 2;
                    break;
                }
                // The brackets of `Vec::<u8>`: the path ends before them.
                _ => {
                    self.at += 1;
                    break;
                }
            }
        }
        self.found.push(NamedPath {
            names: resolve(inside, &names),
            line,
        });
    }

    /// Reads what stands between the braces of `use a::{…}`, to the closing one.
    fn group(&mut self, inside: &[&'a str], before: &[&'a str]) {
        while let Some(token) = self.peek(0) {
            match token.text {
                "}" => {
                    self.at += 1;
                    return;
                }
                "*" => {
                    self.found.push(NamedPath {
                        names: resolve(inside, before),
                        line: token.line,
                    });
                    self.at += 1;
                }
                "as" => self.at += 2,
                word if is_word(word) => self.path(inside, before),
                _ => self.at += 1,
            }
        }
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// `names` from the crate's root, when they begin with `self` or `super` within the module `inside`.
fn resolve<'a>(inside: &[&'a str], names: &[&'a str]) -> Vec<&'a str> {
    let steps = names
        .iter()
        .take_while(|name| matches!(**name, "self" | "super"))
        .count();
    if steps == 0 {
        return names.to_vec();
    }
    let up = names[..steps].iter().filter(|name| **name == "super").count();
    let from = &inside[..inside.len().saturating_sub(up)];
    ["crate"]
        .iter()
        .chain(from)
        .chain(&names[steps..])
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::named_paths;

    fn paths(module: &[&str], source: &str) -> Vec<String> {
        named_paths(module, &tokens(source))
            .into_iter()
            .map(|path| path.names.join("::"))
            .collect()
    }

    #[test]
    fn groups_are_written_out() {
        let found = paths(&[], "use crate::{a::{B, self}, c as d, e::*};");
        assert_eq!(
            found,
            ["use", "crate::a::B", "crate::a::self", "crate::c", "crate::e"]
        );
    }

    #[test]
    fn super_climbs_from_where_it_stands() {
        assert_eq!(
            paths(&["a", "b"], "super::c::D; super::super::e::F; self::g"),
            ["crate::a::c::D", "crate::e::F", "crate::a::b::g"]
        );
    }

    #[test]
    fn a_module_in_the_file_is_a_step_too() {
        let source = "mod tests { use super::super::c; fn f() { { } } } super::d";
        let found = paths(&["a", "b"], source);
        assert!(found.contains(&"crate::a::c".to_owned()), "{found:?}");
        assert!(found.contains(&"crate::a::d".to_owned()), "{found:?}");
    }

    #[test]
    fn a_path_may_stand_anywhere() {
        let found = paths(
            &[],
            "fn f(x: Vec::<crate::a::B>) -> crate::c::D { crate::e::f() }",
        );
        for path in ["crate::a::B", "crate::c::D", "crate::e::f"] {
            assert!(found.contains(&path.to_owned()), "{path} is not in {found:?}");
        }
    }
}
