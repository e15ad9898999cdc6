//! Scripts: code that a server runs at once, by the name under which it knows it.

use redis::{Cmd, Script};
use std::sync::LazyLock;

/// A script, and the name by which a server knows it once it has run it.
pub(crate) struct Known {
    code: &'static str,
    hash: LazyLock<String>,
}

impl Known {
    /// A script. `hash` is [`Known::hash`] of the same code: what is asked for once is worked out once.
    pub(crate) const fn new(code: &'static str, hash: fn() -> String) -> Self {
        Self {
            code,
            hash: LazyLock::new(hash),
        }
    }

    /// The name of some code.
    pub(crate) fn hash(code: &str) -> String {
        Script::new(code).get_hash().to_owned()
    }

    /// The call by the script's name, which is short; or with the whole script, for a server that does not know it.
    pub(super) fn command(&self, call: &Call, whole: bool) -> Cmd {
        let mut command = redis::cmd(if whole { "EVAL" } else { "EVALSHA" });
        command.arg(if whole { self.code } else { self.hash.as_str() });
        command.arg(call.keys.ends.len());
        for word in call.keys.iter().chain(call.arguments.iter()) {
            command.arg(word);
        }
        command
    }
}

/// Keys and arguments of one call.
#[derive(Default)]
pub(crate) struct Call {
    keys: Words,
    arguments: Words,
}

/// Many short words in one piece of memory: a call has hundreds.
#[derive(Default)]
struct Words {
    text: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Words {
    fn push(&mut self, parts: &[&[u8]]) {
        for part in parts {
            self.text.extend_from_slice(part);
        }
        self.ends.push(self.text.len());
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins
            .zip(&self.ends)
            .filter_map(|(begin, end)| self.text.get(begin..*end))
    }
}

impl Call {
    /// Adds a key, of two parts.
    pub(crate) fn key(&mut self, prefix: &str, key: &str) {
        self.keys.push(&[prefix.as_bytes(), key.as_bytes()]);
    }

    /// Adds an argument.
    pub(crate) fn word(&mut self, word: impl AsRef<[u8]>) {
        self.arguments.push(&[word.as_ref()]);
    }

    /// Adds an argument that is a number.
    pub(crate) fn number(&mut self, number: impl itoa::Integer) {
        self.word(itoa::Buffer::new().format(number));
    }
}
