//! Text and numbers as XML, JSON and CBOR spell them.
//!
//! Owns: escaping, and CBOR's heads. Knows nothing of structure (that is [`super::writer`]). Must stay true: whatever a text
//! holds, what is written is well-formed.

use std::fmt::{Arguments, Write};

/// Appends formatted text that needs no escaping.
pub fn print(bytes: &mut Vec<u8>, arguments: Arguments<'_>) {
    // Writing to memory does not fail.
    let _ = Appending(bytes).write_fmt(arguments);
}

/// Character data, or an attribute's value.
pub fn xml_text(bytes: &mut Vec<u8>, text: &str) {
    // Nearly all text in an answer is ids and names: copied whole. 0xef begins U+FFFE and U+FFFF.
    let special = |byte: u8| matches!(byte, b'&' | b'<' | b'>' | b'"' | 0xef | 0..=8 | 11..=31);
    if !text.bytes().any(special) {
        return bytes.extend_from_slice(text.as_bytes());
    }
    for character in text.chars() {
        let replacement = match character {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            // A bare carriage return would be read back as a line feed.
            '\r' => "&#xD;",
            // XML 1.0 cannot carry the other control characters, not even as references.
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => "\u{fffd}",
            other => {
                push(bytes, other);
                continue;
            }
        };
        bytes.extend_from_slice(replacement.as_bytes());
    }
}

/// A JSON string with its quotes.
pub fn json_string(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(b'"');
    let special = |byte: u8| matches!(byte, b'"' | b'\\' | 0..=31);
    let (plain, rest) = text.split_at(text.bytes().position(special).unwrap_or(text.len()));
    bytes.extend_from_slice(plain.as_bytes());
    for character in rest.chars() {
        match character {
            '"' => bytes.extend_from_slice(b"\\\""),
            '\\' => bytes.extend_from_slice(b"\\\\"),
            '\n' => bytes.extend_from_slice(b"\\n"),
            control if control < ' ' => print(bytes, format_args!("\\u{:04x}", u32::from(control))),
            other => push(bytes, other),
        }
    }
    bytes.push(b'"');
}

/// A CBOR text string.
pub fn cbor_text(bytes: &mut Vec<u8>, text: &str) {
    cbor::head(bytes, cbor::TEXT, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

fn push(bytes: &mut Vec<u8>, character: char) {
    bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// The initial bytes of RFC 8949, section 3.
pub mod cbor {
    /// Major type 0.
    pub const UNSIGNED: u8 = 0x00;
    /// Major type 1.
    pub const NEGATIVE: u8 = 0x20;
    /// Major type 3.
    pub const TEXT: u8 = 0x60;
    /// An array of indefinite length.
    pub const ARRAY: u8 = 0x9f;
    /// A map of indefinite length.
    pub const MAP: u8 = 0xbf;
    /// Tag 1: seconds since 1970.
    pub const EPOCH: u8 = 0xc1;
    /// False.
    pub const FALSE: u8 = 0xf4;
    /// True.
    pub const TRUE: u8 = 0xf5;
    /// A double follows.
    pub const DOUBLE: u8 = 0xfb;
    /// The end of what is of indefinite length.
    pub const BREAK: u8 = 0xff;

    /// A major type with its argument in the shortest encoding.
    pub fn head(bytes: &mut Vec<u8>, major: u8, argument: u64) {
        if argument < 24 {
            bytes.push(major | argument as u8);
        } else if let Ok(byte) = u8::try_from(argument) {
            bytes.extend_from_slice(&[major | 24, byte]);
        } else if let Ok(short) = u16::try_from(argument) {
            bytes.push(major | 25);
            bytes.extend_from_slice(&short.to_be_bytes());
        } else if let Ok(word) = u32::try_from(argument) {
            bytes.push(major | 26);
            bytes.extend_from_slice(&word.to_be_bytes());
        } else {
            bytes.push(major | 27);
            bytes.extend_from_slice(&argument.to_be_bytes());
        }
    }
}

/// Lets formatting append to bytes.
struct Appending<'a>(&'a mut Vec<u8>);

impl Write for Appending<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}
