//! Tables as text: a row at a time, with quotes, whatever ends the lines and whatever stands between the fields.

use std::io::BufRead;

use super::ConvertError;

/// The longest row that is taken into memory, in bytes. A quote that nobody closes ends here and not with the memory.
pub const LARGEST_ROW: usize = 1024 * 1024;

/// What may stand between fields, in the order in which a header is asked.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A row of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    /// Its fields.
    pub(super) fields: Vec<String>,
    /// Whether bytes were replaced because they are not UTF-8.
    pub(super) replaced: bool,
}

/// Reads rows.
pub(super) struct Rows<'a> {
    input: &'a mut dyn BufRead,
    separator: Option<u8>,
    line: u64,
}

impl<'a> Rows<'a> {
    /// Of an input behind its byte order mark. The first row shows what stands between fields.
    pub(super) fn new(input: &'a mut dyn BufRead) -> Self {
        Self {
            input,
            separator: None,
            line: 0,
        }
    }

    /// The next row that is not empty.
    pub(super) fn next(&mut self) -> Result<Option<Row>, ConvertError> {
        let mut line = Vec::new();
        loop {
            let first = self.line + 1;
            let broken = |why: &str| ConvertError::Table {
                line: first,
                why: why.to_owned(),
            };
            if !self.physical(&mut line)? {
                return Ok(None);
            }
            if line.starts_with(&[0xFF, 0xFE]) || line.starts_with(&[0xFE, 0xFF]) || line.contains(&0) {
                return Err(broken("the text is UTF-16 or binary; save it as CSV in UTF-8"));
            }
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let separator = *self.separator.get_or_insert_with(|| most_frequent(&line));
            let mut splitter = Splitter::new(separator);
            splitter.take(&line);
            while splitter.state == State::Quoted {
                if !self.physical(&mut line)? {
                    return Err(broken("a quotation mark is opened and not closed"));
                }
                splitter.take(&line);
                if splitter.bytes > LARGEST_ROW {
                    return Err(broken(
                        "the row does not end within 1 MiB; is a quotation mark not closed?",
                    ));
                }
            }
            return Ok(Some(splitter.row(first)));
        }
    }

    /// Reads a line of the file with its end into `line`; `false` at the end of the file.
    fn physical(&mut self, line: &mut Vec<u8>) -> Result<bool, ConvertError> {
        line.clear();
        loop {
            let buffer = self.input.fill_buf().map_err(ConvertError::Read)?;
            let end = buffer
                .iter()
                .position(|byte| *byte == b'\n')
                .map(|place| place + 1);
            let taken = end.unwrap_or(buffer.len());
            line.extend_from_slice(&buffer[..taken]);
            self.input.consume(taken);
            if line.len() > LARGEST_ROW {
                let why = "the line does not end within 1 MiB; is this a table?".to_owned();
                return Err(ConvertError::Table {
                    line: self.line + 1,
                    why,
                });
            }
            if end.is_some() || taken == 0 {
                self.line += 1;
                return Ok(!line.is_empty());
            }
        }
    }
}

/// The separator of which a header has most; a comma where there is none.
fn most_frequent(header: &[u8]) -> u8 {
    let count = |separator: u8| header.iter().filter(|byte| **byte == separator).count();
    let mut best = SEPARATORS[0];
    for separator in SEPARATORS {
        if count(separator) > count(best) {
            best = separator;
        }
    }
    best
}

/// Where in a field a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// At its beginning, spaces aside: a quotation mark opens it.
    Begin,
    /// In a field without quotation marks.
    Plain,
    /// Between quotation marks.
    Quoted,
    /// Behind the second mark, which may turn out to be half of a pair that stands for one.
    Closed,
}

/// Cuts a row into fields, line by line.
struct Splitter {
    separator: u8,
    state: State,
    fields: Vec<Vec<u8>>,
    field: Vec<u8>,
    bytes: usize,
}

impl Splitter {
    fn new(separator: u8) -> Self {
        Self {
            separator,
            state: State::Begin,
            fields: Vec::new(),
            field: Vec::new(),
            bytes: 0,
        }
    }

    fn take(&mut self, line: &[u8]) {
        self.bytes += line.len();
        for byte in line {
            self.state = match (self.state, *byte) {
                (State::Quoted, b'"') => State::Closed,
                (State::Closed, b'"') => {
                    self.field.push(b'"');
                    State::Quoted
                }
                (State::Begin, b'"') => {
                    self.field.clear();
                    State::Quoted
                }
                (State::Begin | State::Plain | State::Closed, separator) if separator == self.separator => {
                    self.fields.push(std::mem::take(&mut self.field));
                    State::Begin
                }
                (state, byte) => {
                    self.field.push(byte);
                    match (state, byte) {
                        (State::Quoted, _) => State::Quoted,
                        (State::Begin, b' ') => State::Begin,
                        _ => State::Plain,
                    }
                }
            };
        }
    }

    fn row(mut self, line: u64) -> Row {
        while self.field.ends_with(b"\n") || self.field.ends_with(b"\r") {
            self.field.pop();
        }
        self.fields.push(self.field);
        let mut replaced = false;
        let fields = self.fields.into_iter().map(|bytes| {
            String::from_utf8(bytes).unwrap_or_else(|error| {
                replaced = true;
                String::from_utf8_lossy(error.as_bytes()).into_owned()
            })
        });
        let fields = fields.collect();
        Row {
            line,
            fields,
            replaced,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[u8]) -> Result<Vec<Row>, String> {
        let mut input = text;
        let mut rows = Rows::new(&mut input);
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(|error| error.to_string())? {
            found.push(row);
        }
        Ok(found)
    }

    fn fields(text: &str) -> Vec<Vec<String>> {
        rows(text.as_bytes())
            .unwrap()
            .into_iter()
            .map(|row| row.fields)
            .collect()
    }

    #[test]
    fn quotes_hold_separators_line_breaks_and_pairs() {
        let found = rows(b"a,b\r\n\r\n\"x, \"\"y\"\"\",\"1\r\n2\"\r\n3, \"4,5\" \n").unwrap();
        let text: Vec<_> = found.iter().map(|row| (row.line, row.fields.join("|"))).collect();
        assert_eq!(
            text,
            [
                (1, "a|b".into()),
                (3, "x, \"y\"|1\r\n2".into()),
                (5, "3|4,5 ".into())
            ] as [(u64, String); 3]
        );
    }

    #[test]
    fn marks_inside_a_field_are_text() {
        assert_eq!(
            fields("a,b\n5\" nail,say \"hi\"\n\"a\"b,\"\"")[1..],
            [["5\" nail", "say \"hi\""], ["ab", ""]]
        );
    }

    #[test]
    fn the_header_shows_the_separator() {
        for text in ["a;b,c;d", "a\tb,c\td", "a|b,c|d"] {
            assert_eq!(fields(text), [["a", "b,c", "d"]], "{text}");
        }
        assert_eq!(fields("alone\nx,y"), [vec!["alone"], vec!["x", "y"]]);
    }

    #[test]
    fn what_is_no_table_is_said() {
        assert_eq!(
            rows(b"a,b\n\"open,\n1\n").unwrap_err(),
            "line 2: a quotation mark is opened and not closed"
        );
        assert!(rows(b"\xFF\xFEa\0,\0").unwrap_err().contains("UTF-16"));
        assert!(rows(&[b'x'; LARGEST_ROW + 1]).unwrap_err().contains("1 MiB"));
        assert!(
            rows(format!("\"{}", "\n".repeat(LARGEST_ROW + 1)).as_bytes())
                .unwrap_err()
                .contains("1 MiB")
        );
        assert!(rows(b"a\nb\xE9").unwrap()[1].replaced);
        assert_eq!(rows(b"").unwrap(), []);
    }
}
