//! The badges among the vectors.

use super::*;

/// A badge's fields and its one encoding.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct BadgeCase {
    pub fields: Fields,
    pub hex: String,
}

/// Bytes that are no badge.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct NoBadge {
    pub why: String,
    pub hex: String,
    /// `encoding`, `text`, `form` or `too_many`.
    pub error: String,
}

/// A badge's fields, as the core's own JSON has them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct Fields {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub handles: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pronouns: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
}

impl Fields {
    /// The encoding, as the text draws it.
    pub fn encode(&self) -> Vec<u8> {
        let list = |texts: &[String]| -> Option<Vec<u8>> {
            let items: Vec<_> = texts.iter().map(|t| cbor::text(t)).collect();
            (!items.is_empty()).then(|| cbor::array(&items))
        };
        let one = |text: &Option<String>| text.as_ref().map(|t| cbor::text(t));
        let values = [
            Some(cbor::text(&self.name)),
            one(&self.title),
            one(&self.organisation),
            list(&self.emails),
            list(&self.phones),
            list(&self.urls),
            list(&self.handles),
            one(&self.pronouns),
            one(&self.line),
        ];
        let present: Vec<_> = (0u8..).zip(values).filter_map(|(k, v)| Some((k, v?))).collect();
        let body = present.iter().flat_map(|(k, v)| [&[*k], v.as_slice()].concat());
        [cbor::head(5, present.len() as u64), body.collect()].concat()
    }
}

pub(super) fn ada_fields() -> Fields {
    Fields {
        name: "Ada Lovelace".into(),
        title: Some("Analyst".into()),
        organisation: Some("Analytical Engines".into()),
        emails: vec!["ada@example.org".into()],
        handles: vec!["@ada".into()],
        pronouns: Some("she/her".into()),
        ..Fields::default()
    }
}

pub(super) fn grace_fields() -> Fields {
    Fields {
        name: "Grace Hopper".into(),
        organisation: Some("Navy".into()),
        phones: vec!["+1 555 0100".into()],
        urls: vec!["https://example.org/grace".into()],
        line: Some("A ship in port is safe".into()),
        ..Fields::default()
    }
}

pub(super) fn badges_good() -> Vec<BadgeCase> {
    let named = |name: &str| Fields { name: name.into(), ..Fields::default() };
    let many = Fields {
        emails: ["a@b", "c@d", "e@f", "g@h"].map(Into::into).to_vec(),
        phones: vec!["1".into(), "(0) 2-3.4*#/,+".into()],
        urls: vec!["HTTP://example.org/é?a=%20#b".into()],
        ..named("n")
    };
    let cases = [
        named("Ada"),
        named("José"),
        named("山田太郎"),
        named("می\u{200C}خواهم"),
        named("👩\u{200D}💻"),
        named(&"n".repeat(23)),
        named(&"n".repeat(24)),
        named(&"n".repeat(64)),
        ada_fields(),
        grace_fields(),
        many,
    ];
    cases.into_iter().map(|fields| BadgeCase { hex: hex(fields.encode()), fields }).collect()
}

pub(super) fn badges_bad() -> Vec<NoBadge> {
    let case = |why: &str, error: &str, bytes: &[u8]| NoBadge {
        why: why.into(),
        hex: hex(bytes),
        error: error.into(),
    };
    let named = |name: &str| Fields { name: name.into(), ..Fields::default() }.encode();
    let with = |change: fn(&mut Fields)| {
        let mut fields = Fields { name: "Eve".into(), ..Fields::default() };
        change(&mut fields);
        fields.encode()
    };
    vec![
        case("nothing", "encoding", b""),
        case("cut short", "encoding", b"\xa1\x00\x63Ev"),
        case("a byte more", "encoding", b"\xa1\x00\x63Eve\x00"),
        case("an overlong length", "encoding", b"\xa1\x00\x78\x03Eve"),
        case("an overlong key", "encoding", b"\xa1\x18\x00\x63Eve"),
        case("an overlong map", "encoding", b"\xb8\x01\x00\x63Eve"),
        case("an indefinite map", "encoding", b"\xbf\x00\x63Eve\xff"),
        case("an indefinite text", "encoding", b"\xa1\x00\x7f\x63Eve\xff"),
        case("an indefinite list", "encoding", b"\xa2\x00\x63Eve\x03\x9f\x63a@b\xff"),
        case("a key twice", "encoding", b"\xa2\x00\x63Eve\x00\x63Eve"),
        case("keys out of order", "encoding", b"\xa2\x01\x61t\x00\x63Eve"),
        case("an unknown key", "encoding", b"\xa2\x00\x63Eve\x09\x61x"),
        case("an empty list", "encoding", b"\xa2\x00\x63Eve\x03\x80"),
        case("bytes for text", "encoding", b"\xa1\x00\x43Eve"),
        case("no UTF-8", "encoding", b"\xa1\x00\x62\xc3\x28"),
        case(
            "more than 236 bytes",
            "encoding",
            &with(|f| f.urls = vec!["http://".to_owned() + &"u".repeat(80); 3]),
        ),
        case("no name", "encoding", b"\xa0"),
        case("an empty name", "text", &named("")),
        case("white space alone", "text", &named("\u{3000}")),
        case("white space in front", "text", &named(" Eve")),
        case("a line break", "text", &named("E\nve")),
        case("a control character", "text", &named("E\u{85}ve")),
        case("an override", "text", &named("E\u{202E}ve")),
        case("an isolate", "text", &named("E\u{2066}ve")),
        case("an invisible space", "text", &named("E\u{200B}ve")),
        case("a noncharacter", "text", &named("E\u{1FFFE}ve")),
        case("not in NFC", "text", &named("Jose\u{301}")),
        case("65 bytes of name", "text", &named(&"n".repeat(65))),
        case("25 bytes of pronouns", "text", &with(|f| f.pronouns = Some("p".repeat(25)))),
        case("five emails", "encoding", &with(|f| f.emails = vec!["a@b".into(); 5])),
        case("no @", "form", &with(|f| f.emails = vec!["eve".into()])),
        case("nothing before @", "form", &with(|f| f.emails = vec!["@b".into()])),
        case("letters in a number", "form", &with(|f| f.phones = vec!["call me".into()])),
        case("no digit", "form", &with(|f| f.phones = vec!["+-()".into()])),
        case("a script", "form", &with(|f| f.urls = vec!["javascript:alert(1)".into()])),
        case("a scheme alone", "form", &with(|f| f.urls = vec!["https://".into()])),
        case("a quote in a link", "form", &with(|f| f.urls = vec!["https://a\"b".into()])),
    ]
}
