//! The rules for a badge's fields, written down from PROTOCOL.md a second time.

use lapel::badge::BadgeFields;
use unicode_normalization::is_nfc;

/// Whether text is in form and takes at most `max` bytes.
pub fn text(text: &str, max: usize) -> bool {
    let refused = |c: char| {
        let n = u32::from(c);
        c.is_control()
            || [0x061C, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0x2060, 0xFEFF].contains(&n)
            || (0x202A..=0x202E).contains(&n)
            || (0x2066..=0x2069).contains(&n)
            || (0xFFF9..=0xFFFB).contains(&n)
            || (0xFDD0..=0xFDEF).contains(&n)
            || n & 0xFFFE == 0xFFFE
    };
    (1..=max).contains(&text.len())
        && is_nfc(text)
        && !text.starts_with(char::is_whitespace)
        && !text.ends_with(char::is_whitespace)
        && !text.chars().any(refused)
}

fn email(email: &str) -> bool {
    let sides = email.rsplit_once('@');
    sides.is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
        && !email.contains(char::is_whitespace)
}

fn phone(phone: &str) -> bool {
    phone.bytes().all(|b| b.is_ascii_digit() || b" +-().*#/,".contains(&b))
        && phone.bytes().any(|b| b.is_ascii_digit())
}

fn url(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    let behind = lower.strip_prefix("http://").or_else(|| lower.strip_prefix("https://"));
    behind.is_some_and(|rest| !rest.is_empty())
        && !url.contains(char::is_whitespace)
        && !url.contains(['<', '>', '"', '\\', '^', '`', '{', '|', '}'])
}

fn one(field: &Option<String>, max: usize) -> bool {
    field.as_ref().is_none_or(|t| text(t, max))
}

fn list(values: &[String], max: usize, form: fn(&str) -> bool) -> bool {
    values.len() <= 4 && values.iter().all(|t| text(t, max) && form(t))
}

/// Whether a badge may have these fields.
pub fn hold(fields: &BadgeFields) -> bool {
    text(&fields.name, 64)
        && one(&fields.title, 64)
        && one(&fields.organisation, 64)
        && list(&fields.emails, 64, email)
        && list(&fields.phones, 32, phone)
        && list(&fields.urls, 96, url)
        && list(&fields.handles, 48, |_| true)
        && one(&fields.pronouns, 24)
        && one(&fields.line, 96)
}
