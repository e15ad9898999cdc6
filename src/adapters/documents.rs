//! JSON as exports have it: one document, several behind each other, or one on each line.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};

use serde_json::{Map, Value};

use super::ConvertError;

/// The largest document that is taken into memory, in bytes. In memory it is several times as large.
pub const LARGEST_DOCUMENT: u64 = 256 * 1024 * 1024;

/// Reads bytes until a document has had as many as it may, give or take what is read ahead.
struct Bounded<'a, R> {
    inner: R,
    left: &'a Cell<u64>,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.inner.read(&mut buffer[..most])?;
        self.left.set(left - read as u64);
        Ok(read)
    }
}

/// Calls `each` with every document, in their order. A byte order mark at the beginning is nothing.
pub(super) fn for_each(
    input: &mut dyn BufRead,
    largest: u64,
    mut each: impl FnMut(Value) -> Result<(), ConvertError>,
) -> Result<(), ConvertError> {
    let left = Cell::new(largest);
    let inner = without_mark(input).map_err(ConvertError::Read)?;
    let reader = Bounded { inner, left: &left };
    let mut any = false;
    for document in serde_json::Deserializer::from_reader(BufReader::new(reader)).into_iter::<Value>() {
        let document = document.map_err(|error| match error.io_error_kind() {
            Some(io::ErrorKind::FileTooLarge) => ConvertError::TooLarge { largest },
            Some(_) => ConvertError::Read(error.into()),
            None => ConvertError::Json(error),
        })?;
        left.set(largest);
        any = true;
        each(document)?;
    }
    if any {
        Ok(())
    } else {
        Err(ConvertError::Shape("the file is empty".to_owned()))
    }
}

/// The input behind its byte order mark, if it has one.
pub(super) fn without_mark(input: &mut dyn BufRead) -> io::Result<impl BufRead + '_> {
    let mut head = Vec::new();
    Read::take(&mut *input, 3).read_to_end(&mut head)?;
    if head == [0xEF, 0xBB, 0xBF] {
        head.clear();
    }
    Ok(io::Cursor::new(head).chain(input))
}

/// An object of a document. Names are found whatever their case, because a dump of a table and an API differ in it.
#[derive(Clone, Copy)]
pub(super) struct Record<'a>(&'a Map<String, Value>);

impl<'a> Record<'a> {
    /// The object that a value is.
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Record)
    }

    /// A field that is there and not null.
    pub(super) fn get(self, name: &str) -> Option<&'a Value> {
        let value = match self.0.get(name) {
            Some(value) => value,
            None => self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1,
        };
        Some(value).filter(|value| !value.is_null())
    }

    /// Text, or a number or truth as it is written.
    pub(super) fn text(self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// A truth: as JSON has it, or 0 and 1 as databases do.
    pub(super) fn truth(self, name: &str) -> Option<bool> {
        match self.text(name)?.as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }

    /// A list.
    pub(super) fn list(self, name: &str) -> &'a [Value] {
        self.get(name)
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }

    /// An object.
    pub(super) fn object(self, name: &str) -> Option<Self> {
        Self::of(self.get(name)?)
    }

    /// What it holds, by name.
    pub(super) fn entries(self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, largest: u64) -> Result<Vec<Value>, ConvertError> {
        let mut found = Vec::new();
        for_each(&mut text.as_bytes(), largest, |document| {
            found.push(document);
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn documents_may_follow_each_other() {
        for text in [
            "\u{feff}{\"a\":1}\n{\"a\":1}\n",
            "{\"a\":1}{\"a\":1}",
            "{\"a\":1}\r\n\r\n{\"a\":1}",
        ] {
            assert_eq!(read(text, 100).unwrap().len(), 2, "{text}");
        }
        assert!(matches!(read(" \n", 100), Err(ConvertError::Shape(_))));
        assert!(matches!(read("{\"a\":1}{", 100), Err(ConvertError::Json(_))));
    }

    #[test]
    fn the_bound_is_for_each_document() {
        let line = "{\"a\":\"0123456789\"}\n";
        assert_eq!(read(&line.repeat(100), 64).unwrap().len(), 100);
        assert!(matches!(
            read(&line.replace('0', &"0".repeat(64)), 64),
            Err(ConvertError::TooLarge { .. })
        ));
    }
}
