//! Writes an answer's members straight into bytes, in whichever form the client speaks.
//!
//! Owns: the three output forms (XML, JSON, CBOR) behind one set of calls, so that an action is written once. Knows nothing of
//! AWS's services. Must stay true: what is written is well-formed whatever the values hold, and nothing is built up in
//! memory besides the bytes themselves (a page of 1,000 instances is written in one pass).

use super::encode::{self, cbor};
use crate::sim::time::SimTime;

/// The form in which a [`Writer`] writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Elements; a list is an element whose items have an element each.
    Xml,
    /// RFC 8259.
    Json,
    /// RFC 8949, with maps and arrays of indefinite length, so that nothing need be counted first.
    Cbor,
}

/// The members of one answer, written in order.
///
/// Member names are those of the wire: `reservationSet` for EC2, `AutoScalingGroups` for Query. Item names matter in XML only.
#[derive(Debug)]
pub struct Writer {
    form: Form,
    bytes: Vec<u8>,
    /// JSON only: whether a comma is due before the next value in the structure or list being written.
    comma: bool,
}

impl Writer {
    /// An XML document's members; their root element is written by [`super::answer()`].
    pub fn xml() -> Self {
        Self::new(Form::Xml)
    }

    /// The members of one JSON object.
    pub fn json() -> Self {
        Self::new(Form::Json)
    }

    /// The members of one CBOR map.
    pub fn cbor() -> Self {
        Self::new(Form::Cbor)
    }

    /// A writer in that form.
    pub fn new(form: Form) -> Self {
        let mut writer = Self { form, bytes: Vec::with_capacity(4096), comma: false };
        match form {
            Form::Xml => {}
            Form::Json => writer.bytes.push(b'{'),
            Form::Cbor => writer.bytes.push(cbor::MAP),
        }
        writer
    }

    /// The bytes written, complete.
    pub fn finish(mut self) -> Vec<u8> {
        match self.form {
            Form::Xml => {}
            Form::Json => self.bytes.push(b'}'),
            Form::Cbor => self.bytes.push(cbor::BREAK),
        }
        self.bytes
    }

    /// A string member.
    pub fn text(&mut self, name: &str, value: impl AsRef<str>) {
        self.member(name, |w| w.text_value(value.as_ref()));
    }

    /// A string member, left out when there is no value.
    pub fn maybe_text(&mut self, name: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// A whole number.
    pub fn integer(&mut self, name: &str, value: i64) {
        self.member(name, |w| w.integer_value(value));
    }

    /// A truth value.
    pub fn boolean(&mut self, name: &str, value: bool) {
        self.member(name, |w| match w.form {
            Form::Xml | Form::Json => w.bytes.extend_from_slice(if value { b"true" } else { b"false" }),
            Form::Cbor => w.bytes.push(if value { cbor::TRUE } else { cbor::FALSE }),
        });
    }

    /// A floating-point number.
    pub fn float(&mut self, name: &str, value: f64) {
        self.member(name, |w| w.float_value(value));
    }

    /// An instant: RFC 3339 with milliseconds in XML, seconds since 1970 in JSON and CBOR.
    pub fn time(&mut self, name: &str, value: SimTime) {
        self.member(name, |w| w.time_value(value));
    }

    /// An instant, left out when there is none.
    pub fn maybe_time(&mut self, name: &str, value: Option<SimTime>) {
        if let Some(value) = value {
            self.time(name, value);
        }
    }

    /// A structure, its members written by `fill`.
    pub fn structure(&mut self, name: &str, fill: impl FnOnce(&mut Self)) {
        self.member(name, |w| w.structure_value(fill));
    }

    /// A list of structures, each item's members written by `fill`.
    pub fn list<T>(
        &mut self,
        name: &str,
        item_name: &str,
        items: impl IntoIterator<Item = T>,
        mut fill: impl FnMut(&mut Self, T),
    ) {
        self.array(name, item_name, items, |w, item| w.structure_value(|w| fill(w, item)));
    }

    /// A list of strings.
    pub fn texts<T: AsRef<str>>(&mut self, name: &str, item_name: &str, items: impl IntoIterator<Item = T>) {
        self.array(name, item_name, items, |w, item| w.text_value(item.as_ref()));
    }

    /// A list of whole numbers.
    pub fn integers(&mut self, name: &str, item_name: &str, items: impl IntoIterator<Item = i64>) {
        self.array(name, item_name, items, Self::integer_value);
    }

    /// A list of floating-point numbers.
    pub fn floats(&mut self, name: &str, item_name: &str, items: impl IntoIterator<Item = f64>) {
        self.array(name, item_name, items, Self::float_value);
    }

    /// A list of instants.
    pub fn times(&mut self, name: &str, item_name: &str, items: impl IntoIterator<Item = SimTime>) {
        self.array(name, item_name, items, Self::time_value);
    }

    /// A map of names to numbers, for JSON and CBOR; in XML as Query writes maps (`entry`, `key`, `value`).
    pub fn map_of_floats<K: AsRef<str>>(&mut self, name: &str, entries: impl IntoIterator<Item = (K, f64)>) {
        self.map_with(name, entries, Self::float_value);
    }

    /// A map of names to strings, written as [`Writer::map_of_floats`] does.
    pub fn map<K: AsRef<str>, V: AsRef<str>>(&mut self, name: &str, entries: impl IntoIterator<Item = (K, V)>) {
        self.map_with(name, entries, |w, value| w.text_value(value.as_ref()));
    }

    /// XML only: an opening tag, with a namespace.
    pub(super) fn open(&mut self, name: &str, namespace: Option<&str>) {
        self.bytes.push(b'<');
        self.bytes.extend_from_slice(name.as_bytes());
        if let Some(namespace) = namespace {
            self.bytes.extend_from_slice(b" xmlns=\"");
            encode::xml_text(&mut self.bytes, namespace);
            self.bytes.push(b'"');
        }
        self.bytes.push(b'>');
    }

    /// XML only: a closing tag.
    pub(super) fn close(&mut self, name: &str) {
        self.bytes.extend_from_slice(b"</");
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.push(b'>');
    }

    fn map_with<K: AsRef<str>, V>(
        &mut self,
        name: &str,
        entries: impl IntoIterator<Item = (K, V)>,
        mut write: impl FnMut(&mut Self, V),
    ) {
        self.member(name, |w| {
            if w.form == Form::Xml {
                for (key, value) in entries {
                    w.open("entry", None);
                    w.text("key", key);
                    w.member("value", |w| write(w, value));
                    w.close("entry");
                }
            } else {
                w.structure_value(|w| {
                    for (key, value) in entries {
                        w.member(key.as_ref(), |w| write(w, value));
                    }
                });
            }
        });
    }

    fn array<T>(
        &mut self,
        name: &str,
        item_name: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.member(name, |w| match w.form {
            Form::Xml => {
                for item in items {
                    w.open(item_name, None);
                    write(w, item);
                    w.close(item_name);
                }
            }
            Form::Json => {
                w.bytes.push(b'[');
                w.comma = false;
                for item in items {
                    w.separate();
                    write(w, item);
                    w.comma = true;
                }
                w.bytes.push(b']');
            }
            Form::Cbor => {
                w.bytes.push(cbor::ARRAY);
                for item in items {
                    write(w, item);
                }
                w.bytes.push(cbor::BREAK);
            }
        });
    }

    fn member(&mut self, name: &str, write: impl FnOnce(&mut Self)) {
        match self.form {
            Form::Xml => {
                self.open(name, None);
                write(self);
                self.close(name);
            }
            Form::Json => {
                self.separate();
                encode::json_string(&mut self.bytes, name);
                self.bytes.push(b':');
                write(self);
                self.comma = true;
            }
            Form::Cbor => {
                encode::cbor_text(&mut self.bytes, name);
                write(self);
            }
        }
    }

    fn structure_value(&mut self, fill: impl FnOnce(&mut Self)) {
        match self.form {
            Form::Xml => fill(self),
            Form::Json => {
                self.bytes.push(b'{');
                self.comma = false;
                fill(self);
                self.bytes.push(b'}');
            }
            Form::Cbor => {
                self.bytes.push(cbor::MAP);
                fill(self);
                self.bytes.push(cbor::BREAK);
            }
        }
    }

    fn text_value(&mut self, value: &str) {
        match self.form {
            Form::Xml => encode::xml_text(&mut self.bytes, value),
            Form::Json => encode::json_string(&mut self.bytes, value),
            Form::Cbor => encode::cbor_text(&mut self.bytes, value),
        }
    }

    fn integer_value(&mut self, value: i64) {
        match self.form {
            Form::Xml | Form::Json => encode::print(&mut self.bytes, format_args!("{value}")),
            Form::Cbor if value < 0 => cbor::head(&mut self.bytes, cbor::NEGATIVE, !value.cast_unsigned()),
            Form::Cbor => cbor::head(&mut self.bytes, cbor::UNSIGNED, value.cast_unsigned()),
        }
    }

    fn float_value(&mut self, value: f64) {
        match self.form {
            // `{:?}` keeps the decimal point, which tells a float from a whole number.
            Form::Xml | Form::Json if value.is_finite() => encode::print(&mut self.bytes, format_args!("{value:?}")),
            Form::Xml | Form::Json => {
                let word = if value.is_nan() {
                    "NaN"
                } else if value > 0.0 {
                    "Infinity"
                } else {
                    "-Infinity"
                };
                self.text_value(word);
            }
            Form::Cbor => {
                self.bytes.push(cbor::DOUBLE);
                self.bytes.extend_from_slice(&value.to_be_bytes());
            }
        }
    }

    fn time_value(&mut self, value: SimTime) {
        match self.form {
            Form::Xml => encode::print(&mut self.bytes, format_args!("{value}")),
            Form::Json => {
                let millis = value.as_millis().rem_euclid(1000);
                match millis {
                    0 => encode::print(&mut self.bytes, format_args!("{}", value.as_seconds())),
                    _ => self.float_value(value.as_seconds_f64()),
                }
            }
            Form::Cbor => {
                self.bytes.push(cbor::EPOCH);
                self.float_value(value.as_seconds_f64());
            }
        }
    }

    fn separate(&mut self) {
        if self.comma {
            self.bytes.push(b',');
        }
        self.comma = false;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(form: Form) -> Vec<u8> {
        let mut w = Writer::new(form);
        w.text("Name", "a<b>&\"c\"\r\u{1}é\u{10348}");
        w.maybe_text("None", None::<&str>);
        w.integer("Least", i64::MIN);
        w.integer("Big", 70_000);
        w.boolean("Yes", true);
        w.float("Share", 0.25);
        w.time("At", SimTime::from_millis(1_795_230_862_045));
        w.time("Even", SimTime::from_seconds(1_795_230_862));
        w.structure("Empty", |_| {});
        w.list("Items", "member", [1, 2], |w, item| {
            w.integer("Id", item);
            w.texts("Tags", "member", ["x", "y"]);
        });
        w.list("Nothing", "member", [0; 0], |_, _| {});
        w.floats("Values", "member", [1.0, -2.5]);
        w.times("Times", "member", [SimTime::from_seconds(0)]);
        w.map_of_floats("Weights", [("use1-az1", 0.0), ("use1-az2", 1.0)]);
        w.finish()
    }

    #[test]
    fn json_reads_back() {
        let expected = json!({
            "Name": "a<b>&\"c\"\r\u{1}é\u{10348}", "Least": i64::MIN, "Big": 70_000, "Yes": true, "Share": 0.25, "At": 1_795_230_862.045,
            "Even": 1_795_230_862, "Empty": {}, "Items": [{"Id": 1, "Tags": ["x", "y"]}, {"Id": 2, "Tags": ["x", "y"]}],
            "Nothing": [], "Values": [1.0, -2.5], "Times": [0], "Weights": {"use1-az1": 0.0, "use1-az2": 1.0},
        });
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&written(Form::Json)).unwrap(), expected);
    }

    #[test]
    fn cbor_reads_back_and_tags_instants() {
        use ciborium::Value;
        let read: Value = ciborium::from_reader(written(Form::Cbor).as_slice()).unwrap();
        let member =
            |name: &str| read.as_map().unwrap().iter().find(|(key, _)| key.as_text() == Some(name)).unwrap().1.clone();
        assert_eq!(member("Name"), Value::from("a<b>&\"c\"\r\u{1}é\u{10348}"));
        assert_eq!((member("Least"), member("Big")), (Value::from(i64::MIN), Value::from(70_000)));
        assert_eq!(member("At"), Value::Tag(1, Box::new(Value::from(1_795_230_862.045))));
        assert_eq!(member("Nothing"), Value::Array(vec![]));
        assert_eq!(member("Values"), Value::Array(vec![Value::from(1.0), Value::from(-2.5)]));
        assert_eq!(member("Items").as_array().unwrap().len(), 2);
    }

    /// No XML parser is at hand here: the acceptance tests read every answer with botocore's.
    #[test]
    fn xml_escapes_what_it_must_and_what_it_cannot_carry() {
        let expected = "<Name>a&lt;b&gt;&amp;&quot;c&quot;&#xD;\u{fffd}é\u{10348}</Name><Least>-9223372036854775808</Least><Big>70000</Big>\
            <Yes>true</Yes><Share>0.25</Share><At>2026-11-21T03:14:22.045Z</At><Even>2026-11-21T03:14:22.000Z</Even><Empty></Empty>\
            <Items><member><Id>1</Id><Tags><member>x</member><member>y</member></Tags></member>\
            <member><Id>2</Id><Tags><member>x</member><member>y</member></Tags></member></Items>\
            <Nothing></Nothing><Values><member>1.0</member><member>-2.5</member></Values><Times><member>1970-01-01T00:00:00.000Z</member></Times>\
            <Weights><entry><key>use1-az1</key><value>0.0</value></entry><entry><key>use1-az2</key><value>1.0</value></entry></Weights>";
        assert_eq!(String::from_utf8(written(Form::Xml)).unwrap(), expected);
    }
}
