//! What a person shows: parsed and bounded, so that only valid badges exist.
//!
//! A badge is at most [`Badge::MAX_BYTES`] bytes of deterministic CBOR, because it has to fit into
//! one QR code that a phone reads at arm's length. What the event and an attestation leave of that
//! is checked when an exchange begins.

use core::fmt;

use minicbor::Decoder;
use serde::{Deserialize, Serialize};

use crate::cbor::{self, NotCanonical};
use crate::text::{self, TextFlaw};

/// The fields of a badge as an app fills them in. Only [`Badge::new`] makes a badge of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BadgeFields {
    /// Display name, required, at most 64 bytes.
    pub name: String,
    /// Job title, at most 64 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Company or other organisation, at most 64 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// At most four addresses of 64 bytes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
    /// At most four numbers of 32 bytes: digits, spaces and `+-().*#/,`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
    /// At most four `http://` or `https://` addresses of 96 bytes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
    /// At most four social handles of 48 bytes, such as `@ada@example.social`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub handles: Vec<String>,
    /// Pronouns, at most 24 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pronouns: Option<String>,
    /// A short free line, at most 96 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
}

/// A field of a badge, as errors name it. The numbers are the keys of the encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "each is the field of that name in BadgeFields")]
#[repr(u8)]
pub enum Field {
    Name = 0,
    Title = 1,
    Organisation = 2,
    Email = 3,
    Phone = 4,
    Url = 5,
    Handle = 6,
    Pronouns = 7,
    Line = 8,
}

impl Field {
    /// All of them, in the order of the encoding.
    pub const ALL: [Self; 9] = [
        Self::Name,
        Self::Title,
        Self::Organisation,
        Self::Email,
        Self::Phone,
        Self::Url,
        Self::Handle,
        Self::Pronouns,
        Self::Line,
    ];

    /// How many values the field may hold, or `None` where it holds one text and not a list.
    const fn list(self) -> Option<usize> {
        match self {
            Self::Email | Self::Phone | Self::Url | Self::Handle => Some(4),
            _ => None,
        }
    }

    /// The most bytes of UTF-8 that one value may take.
    const fn max_bytes(self) -> usize {
        match self {
            Self::Name | Self::Title | Self::Organisation | Self::Email => 64,
            Self::Phone => 32,
            Self::Url | Self::Line => 96,
            Self::Handle => 48,
            Self::Pronouns => 24,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "name",
            Self::Title => "title",
            Self::Organisation => "organisation",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Handle => "handle",
            Self::Pronouns => "pronouns",
            Self::Line => "line",
        })
    }
}

/// Why a badge is refused. Nothing is changed by a refusal; mend the named field and try again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadgeError {
    /// A field's text breaks the character rule or its bound.
    #[error("the badge's {field} {flaw}")]
    Text {
        /// The field.
        field: Field,
        /// What is wrong with it.
        flaw: TextFlaw,
    },
    /// A list holds too many values.
    #[error("the badge has {count} values for {field} and may have {max}")]
    TooMany {
        /// The field.
        field: Field,
        /// Values given.
        count: usize,
        /// Values allowed.
        max: usize,
    },
    /// A value hasn't the form that its field asks for.
    #[error("the badge's {field} must be {expected}")]
    Form {
        /// The field.
        field: Field,
        /// The form, in words.
        expected: &'static str,
    },
    /// All fields are fine, and together they are too large.
    #[error("the badge takes {bytes} bytes and may take {max}: shorten {}", .fields)]
    TooLarge {
        /// Encoded size in bytes.
        bytes: usize,
        /// Most bytes allowed.
        max: usize,
        /// What takes the space.
        fields: FieldSizes,
    },
    /// Received bytes are not the deterministic encoding of a badge.
    #[error("the badge is not in its one deterministic encoding")]
    Encoding,
}

impl From<NotCanonical> for BadgeError {
    fn from(_: NotCanonical) -> Self {
        Self::Encoding
    }
}

/// The fields of a badge and the bytes each takes encoded, largest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSizes(Vec<(Field, usize)>);

impl FieldSizes {
    /// Field and bytes, largest first.
    pub fn iter(&self) -> impl Iterator<Item = (Field, usize)> + '_ {
        self.0.iter().copied()
    }
}

impl fmt::Display for FieldSizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (field, bytes)) in self.iter().enumerate() {
            write!(f, "{}{field} ({bytes})", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// A valid badge, with its one encoding.
///
/// Two badges are equal exactly if their encodings are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    fields: BadgeFields,
    encoded: Vec<u8>,
}

impl Badge {
    /// The most bytes an encoded badge may take: what the largest frame leaves without an event.
    pub const MAX_BYTES: usize = 236;

    /// Makes a badge of typed fields: text is brought into Normalization Form C and trimmed,
    /// empty optional fields are left out, and everything is checked.
    pub fn new(fields: BadgeFields) -> Result<Self, BadgeError> {
        let fields = fields.tidied();
        fields.check()?;
        let encoded = fields.encode();
        if encoded.len() > Self::MAX_BYTES {
            let (bytes, max) = (encoded.len(), Self::MAX_BYTES);
            return Err(BadgeError::TooLarge { bytes, max, fields: fields.sizes() });
        }
        Ok(Self { fields, encoded })
    }

    /// Reads a badge as it is received or stored. Anything but the one encoding of a valid badge
    /// is refused, text that merely could be brought into form included.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadgeError> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(BadgeError::Encoding);
        }
        let fields = cbor::exactly(bytes, BadgeFields::decode, BadgeFields::encode)?;
        fields.check()?;
        Ok(Self { fields, encoded: bytes.to_vec() })
    }

    /// The encoding: what the commitment covers and the frame carries.
    pub fn as_bytes(&self) -> &[u8] {
        &self.encoded
    }

    /// The fields, in Normalization Form C.
    pub fn fields(&self) -> &BadgeFields {
        &self.fields
    }

    /// The display name.
    pub fn name(&self) -> &str {
        &self.fields.name
    }

    /// What takes the space, largest first.
    pub fn sizes(&self) -> FieldSizes {
        self.fields.sizes()
    }
}

impl BadgeFields {
    /// A badge that holds a name alone.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The values of one field, in order.
    pub fn values(&self, field: Field) -> &[String] {
        match field {
            Field::Name => core::slice::from_ref(&self.name),
            Field::Title => self.title.as_slice(),
            Field::Organisation => self.organisation.as_slice(),
            Field::Email => &self.emails,
            Field::Phone => &self.phones,
            Field::Url => &self.urls,
            Field::Handle => &self.handles,
            Field::Pronouns => self.pronouns.as_slice(),
            Field::Line => self.line.as_slice(),
        }
    }

    fn tidied(self) -> Self {
        let one = |text: Option<String>| text.map(|t| text::tidy(&t)).filter(|t| !t.is_empty());
        let all = |list: Vec<String>| list.iter().map(|t| text::tidy(t)).collect();
        Self {
            name: text::tidy(&self.name),
            title: one(self.title),
            organisation: one(self.organisation),
            emails: all(self.emails),
            phones: all(self.phones),
            urls: all(self.urls),
            handles: all(self.handles),
            pronouns: one(self.pronouns),
            line: one(self.line),
        }
    }

    fn check(&self) -> Result<(), BadgeError> {
        for field in Field::ALL {
            let values = self.values(field);
            if let Some(max) = field.list()
                && values.len() > max
            {
                return Err(BadgeError::TooMany { field, count: values.len(), max });
            }
            for value in values {
                text::check(value, field.max_bytes())
                    .map_err(|flaw| BadgeError::Text { field, flaw })?;
                form(field, value)?;
            }
        }
        Ok(())
    }

    fn present(&self) -> impl Iterator<Item = (Field, &[String])> {
        Field::ALL.into_iter().map(|f| (f, self.values(f))).filter(|(_, v)| !v.is_empty())
    }

    fn encode(&self) -> Vec<u8> {
        cbor::write(|w| {
            w.map(self.present().count() as u64)?;
            for (field, values) in self.present() {
                w.u8(field as u8)?;
                if field.list().is_some() {
                    w.array(values.len() as u64)?;
                }
                for value in values {
                    w.str(value)?;
                }
            }
            Ok(())
        })
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, BadgeError> {
        let text = |d: &mut Decoder<'_>| d.str().map(str::to_owned).map_err(NotCanonical::from);
        let list = |d: &mut Decoder<'_>| -> Result<Vec<String>, NotCanonical> {
            match d.array()? {
                Some(1..=4) => {}
                _ => return Err(NotCanonical),
            }
            // The length is checked against the array's head by the re-encoding.
            let mut values = Vec::new();
            while d.datatype().is_ok_and(|t| t == minicbor::data::Type::String) && values.len() < 4
            {
                values.push(text(d)?);
            }
            Ok(values)
        };
        let mut fields = Self::default();
        let entries = d.map().map_err(NotCanonical::from)?.ok_or(NotCanonical)?;
        for _ in 0..entries.min(Field::ALL.len() as u64) {
            let key = d.u8().map_err(NotCanonical::from)?;
            match Field::ALL.into_iter().find(|f| *f as u8 == key).ok_or(NotCanonical)? {
                Field::Name => fields.name = text(d)?,
                Field::Title => fields.title = Some(text(d)?),
                Field::Organisation => fields.organisation = Some(text(d)?),
                Field::Email => fields.emails = list(d)?,
                Field::Phone => fields.phones = list(d)?,
                Field::Url => fields.urls = list(d)?,
                Field::Handle => fields.handles = list(d)?,
                Field::Pronouns => fields.pronouns = Some(text(d)?),
                Field::Line => fields.line = Some(text(d)?),
            }
        }
        Ok(fields)
    }

    fn sizes(&self) -> FieldSizes {
        let mut sizes: Vec<_> = self
            .present()
            .map(|(field, values)| {
                let head = 1 + usize::from(field.list().is_some());
                (field, head + values.iter().map(|v| cbor::string_size(v.len())).sum::<usize>())
            })
            .collect();
        sizes.sort_by_key(|&(field, bytes)| (core::cmp::Reverse(bytes), field));
        FieldSizes(sizes)
    }
}

/// The form that some fields ask for: loose enough for real life, tight enough that an address
/// book or a link can't be turned into something else.
fn form(field: Field, value: &str) -> Result<(), BadgeError> {
    let (fits, expected) = match field {
        Field::Email => (
            !value.contains(char::is_whitespace)
                && value
                    .rsplit_once('@')
                    .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty()),
            "an address such as ada@example.org",
        ),
        Field::Phone => (
            value.chars().all(|c| c.is_ascii_digit() || " +-().*#/,".contains(c))
                && value.chars().any(|c| c.is_ascii_digit()),
            "a number of digits, spaces and +-().*#/, such as +44 20 7946 0018",
        ),
        Field::Url => (
            ["https://", "http://"].iter().any(|scheme| {
                value.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme))
                    && value.len() > scheme.len()
            }) && !value.contains(|c: char| c.is_whitespace() || "<>\"\\^`{|}".contains(c)),
            "a web address that begins with https:// or http://",
        ),
        _ => return Ok(()),
    };
    if fits { Ok(()) } else { Err(BadgeError::Form { field, expected }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> BadgeFields {
        BadgeFields {
            name: "Ada Lovelace".into(),
            title: Some("Analyst".into()),
            organisation: Some("Analytical Engines".into()),
            emails: vec!["ada@example.org".into(), "a@b".into()],
            phones: vec!["+44 20 7946 0018".into()],
            urls: vec!["https://example.org/ada".into()],
            handles: vec!["@ada".into()],
            pronouns: Some("she/her".into()),
            line: Some("Poetical science".into()),
        }
    }

    #[test]
    fn a_badge_reads_back_as_it_was_written() {
        let badge = Badge::new(full()).unwrap();
        assert_eq!(Badge::from_bytes(badge.as_bytes()).unwrap(), badge);
        assert_eq!(Badge::new(BadgeFields::named("Ada")).unwrap().as_bytes(), b"\xa1\x00\x63Ada");
    }

    #[test]
    fn typed_text_is_tidied_and_empty_fields_are_left_out() {
        let typed = BadgeFields { title: Some("  ".into()), ..BadgeFields::named(" Jose\u{301} ") };
        let badge = Badge::new(typed).unwrap();
        assert_eq!(badge.fields(), &BadgeFields::named("José"));
    }

    #[test]
    fn every_refusal_names_the_field() {
        let said = |fields| Badge::new(fields).unwrap_err().to_string();
        let with = |change: fn(&mut BadgeFields)| {
            let mut fields = full();
            change(&mut fields);
            said(fields)
        };
        assert_eq!(said(BadgeFields::default()), "the badge's name is empty");
        assert_eq!(
            with(|f| f.line = Some("\u{202E}evil".into())),
            "the badge's line contains the forbidden character U+202E"
        );
        assert_eq!(
            with(|f| f.pronouns = Some("x".repeat(25))),
            "the badge's pronouns takes 25 bytes of UTF-8 and may take 24"
        );
        assert_eq!(
            with(|f| f.phones = vec!["1".into(); 5]),
            "the badge has 5 values for phone and may have 4"
        );
        assert_eq!(with(|f| f.emails = vec![String::new()]), "the badge's email is empty");
        assert_eq!(
            with(|f| f.emails = vec!["ada".into()]),
            "the badge's email must be an address such as ada@example.org"
        );
        assert_eq!(
            with(|f| f.urls = vec!["javascript:alert(1)".into()]),
            "the badge's url must be a web address that begins with https:// or http://"
        );
        assert!(
            with(|f| f.phones = vec!["call me".into()]).starts_with("the badge's phone must be")
        );
        let long = BadgeFields {
            urls: vec![format!("https://{}", "x".repeat(88))],
            line: Some("y".repeat(40)),
            ..full()
        };
        assert_eq!(
            said(long),
            "the badge takes 244 bytes and may take 236: shorten url (100), line (43), email (22), \
             organisation (20), phone (19), name (14), title (9), pronouns (9), handle (7)"
        );
    }

    #[test]
    fn only_the_one_encoding_is_read() {
        let refused = |bytes: &[u8]| Badge::from_bytes(bytes).unwrap_err();
        for bytes in [
            b"".as_slice(),
            b"\xa1\x00\x63Ad",                     // cut short
            b"\xa1\x00\x63Ada\x00",                // trailing byte
            b"\xa1\x00\x78\x03Ada",                // overlong length
            b"\xa1\x18\x00\x63Ada",                // overlong key
            b"\xbf\x00\x63Ada\xff",                // indefinite map
            b"\xa2\x00\x63Ada\x00\x63Ada",         // the same key twice
            b"\xa2\x01\x61t\x00\x63Ada",           // keys out of order
            b"\xa2\x00\x63Ada\x09\x61x",           // unknown key
            b"\xa2\x00\x63Ada\x03\x80",            // empty list
            b"\xa2\x00\x63Ada\x03\x9f\x63a@b\xff", // indefinite list
            b"\xa1\x00\x7f\x63Ada\xff",            // indefinite text
        ] {
            assert_eq!(refused(bytes), BadgeError::Encoding, "{bytes:02x?}");
        }
        let not_nfc = BadgeFields::named("Jose\u{301}").encode();
        assert_eq!(
            refused(&not_nfc),
            BadgeError::Text { field: Field::Name, flaw: TextFlaw::NotNormalized }
        );
    }
}
