//! From YAML to JSON, value by value, remembering the line of each: what is read then is what the API reads.
//!
//! Only what JSON can say too. Aliases, which let a short text stand for an enormous one, are refused, and so are tags, repeated
//! keys and more than one document. A number keeps its own digits.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::{Event, Parser, ScalarStyle};

/// How deep mappings and lists may be nested. A policy needs 4.
const MAX_DEPTH: usize = 32;

/// What cannot be read, and on which line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub(super) line: usize,
    pub(super) detail: String,
}

/// The lines of values, by JSON pointer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lines(BTreeMap<String, usize>);

impl Lines {
    /// The line of a value, or of what it would stand in.
    pub(super) fn of(&self, pointer: &str) -> Option<usize> {
        let mut pointer = pointer;
        loop {
            if let Some(line) = self.0.get(pointer) {
                return Some(*line);
            }
            pointer = pointer.rsplit_once('/')?.0;
        }
    }
}

/// What is open while reading.
enum Open {
    Mapping { keys: BTreeSet<String>, has_key: bool },
    List { items: usize },
}

/// What was written so far.
#[derive(Default)]
struct Writing {
    json: String,
    lines: Lines,
    open: Vec<Open>,
    /// The pointer of the value that comes next, as its steps.
    path: Vec<String>,
}

/// The document as JSON.
pub(super) fn to_json(text: &str) -> Result<(String, Lines), Unreadable> {
    let mut writing = Writing::default();
    let mut documents = 0;
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| Unreadable {
            line: error.marker().line(),
            detail: format!("this is not YAML: {}", error.info()),
        })?;
        if matches!(event, Event::DocumentStart(_)) {
            documents += 1;
        }
        let taken = if documents > 1 {
            Err("a file holds one policy".to_owned())
        } else {
            writing.take(event, span.start.line())
        };
        taken.map_err(|detail| Unreadable {
            line: span.start.line(),
            detail,
        })?;
    }
    if writing.json.is_empty() {
        writing.json.push_str("null");
    }
    Ok((writing.json, writing.lines))
}

impl Writing {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), String> {
        match event {
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
            Event::Alias(_) => Err("aliases are not read; write the value out".to_owned()),
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(anchor, _)
            | Event::MappingStart(anchor, _)
                if anchor > 0 =>
            {
                Err("anchors are not read; write each value out".to_owned())
            }
            Event::Scalar(.., Some(tag))
            | Event::SequenceStart(_, Some(tag))
            | Event::MappingStart(_, Some(tag)) => Err(format!("tags such as {tag} are not read")),
            Event::Scalar(text, style, ..) => self.scalar(text, style == ScalarStyle::Plain, line),
            Event::SequenceStart(..) => self.begin('[', Open::List { items: 0 }, line),
            Event::MappingStart(..) => {
                let (keys, has_key) = (BTreeSet::new(), false);
                self.begin('{', Open::Mapping { keys, has_key }, line)
            }
            Event::SequenceEnd => self.end(']'),
            Event::MappingEnd => self.end('}'),
        }
    }

    fn scalar(&mut self, text: Cow<'_, str>, plain: bool, line: usize) -> Result<(), String> {
        if let Some(Open::Mapping { keys, has_key }) = self.open.last_mut()
            && !*has_key
        {
            if !keys.insert(text.to_string()) {
                return Err(format!("{text} stands here a second time"));
            }
            *has_key = true;
            if keys.len() > 1 {
                self.json.push(',');
            }
            self.json.push_str(&quoted(&text));
            self.json.push(':');
            self.path.push(text.replace('~', "~0").replace('/', "~1"));
            self.note(line);
            return Ok(());
        }
        self.before_value(line);
        let word = if plain { plain_word(&text) } else { None };
        match word {
            Some(word) => self.json.push_str(word),
            None => self.json.push_str(&quoted(&text)),
        }
        self.after_value();
        Ok(())
    }

    fn begin(&mut self, bracket: char, open: Open, line: usize) -> Result<(), String> {
        if matches!(self.open.last(), Some(Open::Mapping { has_key: false, .. })) {
            return Err("a key is a text".to_owned());
        }
        if self.open.len() == MAX_DEPTH {
            return Err(format!("nested more than {MAX_DEPTH} deep"));
        }
        self.before_value(line);
        self.json.push(bracket);
        self.open.push(open);
        Ok(())
    }

    fn end(&mut self, bracket: char) -> Result<(), String> {
        self.open.pop();
        self.json.push(bracket);
        self.after_value();
        Ok(())
    }

    fn before_value(&mut self, line: usize) {
        if let Some(Open::List { items }) = self.open.last_mut() {
            if *items > 0 {
                self.json.push(',');
            }
            self.path.push(items.to_string());
            *items += 1;
            self.note(line);
        }
    }

    fn after_value(&mut self) {
        self.path.pop();
        if let Some(Open::Mapping { has_key, .. }) = self.open.last_mut() {
            *has_key = false;
        }
    }

    fn note(&mut self, line: usize) {
        let pointer: String = self.path.iter().flat_map(|step| ["/", step]).collect();
        self.lines.0.insert(pointer, line);
    }
}

/// A text as JSON writes it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What a word without quotes means, if it is more than a text.
fn plain_word(text: &str) -> Option<&str> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some("null"),
        "true" | "True" | "TRUE" => Some("true"),
        "false" | "False" | "FALSE" => Some("false"),
        number => serde_json::from_str::<serde_json::Number>(number)
            .is_ok()
            .then_some(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        to_json(text).unwrap().0
    }

    fn refused(text: &str, line: usize, says: &str) {
        let error = to_json(text).unwrap_err();
        assert_eq!(error.line, line, "{error:?}");
        assert!(error.detail.contains(says), "{error:?}");
    }

    #[test]
    fn values_become_those_of_json() {
        let text = "a: 1.50\nb: [x, 'y', \"2\", ~, true, yes, 007]\nc:\n  - d: -3\n    e: {}\nf:\n";
        let same = r#"{"a":1.50,"b":["x","y","2",null,true,"yes","007"],"c":[{"d":-3,"e":{}}],"f":null}"#;
        assert_eq!(json(text), same);
        assert_eq!((json(""), json("# nothing\n")), ("null".into(), "null".into()));
        assert_eq!(json(same), same, "JSON is YAML");
    }

    #[test]
    fn each_value_has_its_line() {
        let (_, lines) = to_json("a: 1\nladder:\n  - id: x\n    at: 3\n  - {id: y, at: 4}\n").unwrap();
        for (pointer, line) in [
            ("/a", 1),
            ("/ladder", 2),
            ("/ladder/0/at", 4),
            ("/ladder/1/at", 5),
            ("/ladder/1/no", 5),
        ] {
            assert_eq!(lines.of(pointer), Some(line), "{pointer}");
        }
        assert_eq!(lines.of("/nowhere"), None);
    }

    #[test]
    fn what_json_cannot_say_is_refused() {
        refused("a: 1\nb: 2\na: 3\n", 3, "a stands here a second time");
        refused("a: &x [1]\nb: *x\n", 1, "anchors");
        refused("a: !!str 1\n", 1, "tags");
        refused("? [1]\n: 2\n", 1, "a key is a text");
        refused("a: 1\n---\nb: 2\n", 2, "one policy");
        refused("a: [1\nb: 2\n", 2, "not YAML");
        refused(&"[".repeat(40), 1, "nested more than 32");
        refused(&"[".repeat(100_000), 1, "recursion");
    }

    #[test]
    fn a_bomb_does_not_go_off() {
        let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for (name, before) in ('b'..='z').zip('a'..='y') {
            bomb.push_str(&format!(
                "{name}: &{name} [*{before}, *{before}, *{before}, *{before}, *{before}]\n"
            ));
        }
        refused(&bomb, 1, "anchors");
    }
}
