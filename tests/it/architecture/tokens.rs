//! Rust source as words and signs, without comments, strings and lifetimes: as much of a lexer as the rules need.

/// A word (`use`, `crate`, `tokio`), or a sign of one character; `::` is one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    /// What stands there.
    pub(crate) text: &'a str,
    /// In which line, from 1.
    pub(crate) line: usize,
}

/// The tokens of `source`.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut rest, mut line) = (source, 1);
    while !rest.is_empty() {
        let length = match skipped(rest) {
            Some(length) => length,
            None => {
                let length = token_length(rest);
                tokens.push(Token {
                    text: &rest[..length],
                    line,
                });
                length
            }
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    tokens
}

/// How long what carries no meaning here is: space, a comment, a literal, a lifetime.
fn skipped(rest: &str) -> Option<usize> {
    let first = rest.chars().next()?;
    if first.is_whitespace() {
        return Some(first.len_utf8());
    }
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment(rest));
    }
    if first == '\'' {
        return Some(character_or_lifetime(rest));
    }
    literal_prefix(rest).map(|prefix| prefix + string(&rest[prefix..]))
}

/// The letters before the hashes or quote of a string (`b`, `r`, `br`, `c`, `cr`), when a string begins here.
fn literal_prefix(rest: &str) -> Option<usize> {
    ["", "b", "c", "r", "br", "cr"].into_iter().find_map(|prefix| {
        let after = rest.strip_prefix(prefix)?;
        let quoted = if prefix.ends_with('r') {
            after.trim_start_matches('#')
        } else {
            after
        };
        quoted.starts_with('"').then_some(prefix.len()).map(|length| {
            // The `r` belongs to the hashes: whether escapes count is decided by it.
            if prefix.ends_with('r') { length - 1 } else { length }
        })
    })
}

/// The length of a string that begins with its quote, or with `r` and its hashes.
fn string(rest: &str) -> usize {
    if let Some(raw) = rest.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let end = format!("\"{}", "#".repeat(hashes));
        let body = &raw[hashes + 1..];
        return body
            .find(&end)
            .map_or(rest.len(), |at| 1 + hashes + 1 + at + end.len());
    }
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let here = &rest[at..];
        if here.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if here.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// `'x'`, `'\n'` and `'\u{e9}'` are characters; `'static` is a lifetime, whose name means nothing to the rules.
fn character_or_lifetime(rest: &str) -> usize {
    let mut inside = rest.char_indices().skip(1);
    match (inside.next(), inside.next()) {
        (Some((_, '\\')), Some((after, c))) => {
            let from = after + c.len_utf8();
            rest[from..].find('\'').map_or(rest.len(), |at| from + at + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1 + word_length(&rest[1..]),
    }
}

fn token_length(rest: &str) -> usize {
    let word = word_length(rest);
    if word > 0 {
        return word;
    }
    if rest.starts_with("::") {
        2
    } else {
        rest.chars().next().map_or(1, char::len_utf8)
    }
}

fn word_length(rest: &str) -> usize {
    rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::tokens;

    fn texts(source: &str) -> Vec<&str> {
        tokens(source).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn words_and_signs() {
        assert_eq!(texts("use crate::http;"), ["use", "crate", "::", "http", ";"]);
    }

    #[test]
    fn comments_strings_and_characters_say_nothing() {
        assert_eq!(
            texts("a // sqlx\nb /* sqlx /* nested */ sqlx */ c"),
            ["a", "b", "c"]
        );
        assert_eq!(
            texts(r##"f("sqlx \" sqlx", r#"sqlx " sqlx"#, b"x", br"\", c"x") d"##)[..],
            ["f", "(", ",", ",", ",", ",", ")", "d"]
        );
        assert_eq!(
            texts(r"('\'', 'x', '{', '\u{e9}', b'x')"),
            ["(", ",", ",", ",", ",", "b", ")"]
        );
    }

    #[test]
    fn lifetimes_do_not_open_a_character() {
        assert_eq!(texts("&'a str, 'b'"), ["&", "str", ","]);
    }

    #[test]
    fn words_that_begin_like_a_string_are_words() {
        assert_eq!(
            texts("r b br crate r#type"),
            ["r", "b", "br", "crate", "r", "#", "type"]
        );
    }

    #[test]
    fn lines_are_counted_through_everything() {
        let source = "/*\n*/ \"\n\" r\"\n\" word";
        assert_eq!(tokens(source)[0].line, 4);
    }
}
