//! Strings and numbers within the scan: read by the grammar, written in one canonical way.

use super::{Scanner, Stop};

/// A string without its quotes and escapes.
#[derive(Default)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) has_nul: bool,
    /// Half a surrogate pair stood here; the text has U+FFFD in its place.
    pub(super) has_lone_surrogate: bool,
}

impl Text {
    fn push(&mut self, character: char) {
        self.has_nul |= character == '\0';
        self.text.push(character);
    }
}

impl Scanner<'_> {
    /// Reads a string, of which the opening quote is the current byte.
    pub(super) fn string(&mut self) -> Result<Text, Stop> {
        self.at += 1;
        let mut read = Text::default();
        loop {
            let start = self.at;
            while self
                .peek()
                .is_some_and(|byte| byte != b'"' && byte != b'\\' && byte >= 0x20)
            {
                self.at += 1;
            }
            // Cut at ASCII bytes of what is UTF-8 as a whole, so each piece is UTF-8 again.
            read.text
                .push_str(&String::from_utf8_lossy(&self.input[start..self.at]));
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(read);
                }
                Some(b'\\') => self.escape(&mut read)?,
                Some(_) => return Err(Stop::Syntax("an unescaped control character in a string")),
                None => return Err(Stop::Syntax("the text ends in the middle of a string")),
            }
        }
    }

    fn escape(&mut self, read: &mut Text) -> Result<(), Stop> {
        let character = match self.input.get(self.at + 1) {
            Some(&byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(read),
            _ => return Err(Stop::Syntax("an escape that JSON does not have")),
        };
        self.at += 2;
        read.push(character);
        Ok(())
    }

    fn unicode_escape(&mut self, read: &mut Text) -> Result<(), Stop> {
        let Some(first) = self.unit(self.at) else {
            return Err(Stop::Syntax("an escape without four hexadecimal digits"));
        };
        self.at += 6;
        if let Some(character) = char::from_u32(u32::from(first)) {
            read.push(character);
            return Ok(());
        }
        // Half a pair: the other half has to follow at once.
        let second = self.unit(self.at).unwrap_or_default();
        if let Some(Ok(character)) = char::decode_utf16([first, second]).next() {
            self.at += 6;
            read.push(character);
        } else {
            read.has_lone_surrogate = true;
            read.push(char::REPLACEMENT_CHARACTER);
        }
        Ok(())
    }

    /// The UTF-16 unit of a `\uXXXX` at this byte.
    fn unit(&self, at: usize) -> Option<u16> {
        let escape = self.input.get(at..at + 6)?;
        let digits = escape.strip_prefix(b"\\u")?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    }

    /// Reads a number and writes it canonically.
    pub(super) fn number(&mut self) -> Result<(), Stop> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let whole = self.digits();
        if whole == 0 {
            return Err(Stop::Syntax("a digit was expected"));
        }
        if whole > 1 && self.input[self.at - whole] == b'0' {
            self.at -= whole - 1;
            return Err(Stop::Syntax("a number with a leading zero"));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(Stop::Syntax("a digit was expected"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(Stop::Syntax("a digit was expected"));
            }
        }
        write_number(&self.input[start..self.at], &mut self.out);
        Ok(())
    }

    /// Passes over digits and counts them.
    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }
}

/// Writes a number so that equal values look equal: all digits in one, trailing zeros moved to the exponent.
fn write_number(number: &[u8], out: &mut Vec<u8>) {
    let (number, sign) = number
        .strip_prefix(b"-")
        .map_or((number, None), |rest| (rest, Some(b'-')));
    let mantissa = number
        .iter()
        .position(|byte| matches!(byte, b'e' | b'E'))
        .unwrap_or(number.len());
    let (mantissa, exponent) = number.split_at(mantissa);
    let exponent = exponent
        .get(1..)
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .unwrap_or("0");
    let point = mantissa
        .iter()
        .position(|&byte| byte == b'.')
        .unwrap_or(mantissa.len());
    let fraction = mantissa.len().saturating_sub(point + 1);
    let digits: Vec<u8> = mantissa
        .iter()
        .copied()
        .filter(|&byte| byte != b'.')
        .skip_while(|&byte| byte == b'0')
        .collect();
    let zeros = digits.iter().rev().take_while(|&&byte| byte == b'0').count();
    let digits = &digits[..digits.len() - zeros];
    if digits.is_empty() {
        out.push(b'0');
        return;
    }
    out.extend(sign);
    out.extend_from_slice(digits);
    match exponent.parse::<i64>() {
        Ok(exponent) if exponent.unsigned_abs() < 1 << 40 => {
            // Both counts are below the size of a body, so the sum stays far from the limits.
            let shift = i64::try_from(zeros).unwrap_or(i64::MAX / 4)
                - i64::try_from(fraction).unwrap_or(i64::MAX / 4);
            if exponent + shift != 0 {
                out.extend_from_slice(format!("e{}", exponent + shift).as_bytes());
            }
        }
        // No number of this size means anything to us; its own words are canonical enough.
        _ => out.extend_from_slice(format!("e{exponent}-{fraction}+{zeros}").as_bytes()),
    }
}

/// Writes a string with the fewest escapes that JSON allows.
pub(super) fn write(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}
