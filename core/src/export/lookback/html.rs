//! Words and marks of the page.

use crate::book::{Amount, Handshake};
use crate::date::Date;
pub(super) use crate::html::{Text, bdi};

/// Text where no element may stand, in an SVG's: its direction stays its own there, too.
pub(super) fn isolated(text: &str) -> String {
    format!("\u{2068}{}\u{2069}", Text(text))
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `12 March 2018`.
pub(super) fn day_in_words(date: Date) -> String {
    let text = date.to_string();
    let mut parts = text.split('-').skip(1).filter_map(|part| part.parse::<usize>().ok());
    let (month, day) = (parts.next().unwrap_or(1), parts.next().unwrap_or(1));
    let month = MONTHS.get(month.saturating_sub(1)).copied().unwrap_or_default();
    format!("{day} {month} {}", date.year())
}

/// A day, also for machines.
pub(super) fn day(date: Date) -> String {
    format!("<time datetime=\"{date}\">{}</time>", day_in_words(date))
}

/// Who, where and when: `Grace Hopper, RustConf, 12 March 2018`.
pub(super) fn whom(first: &Handshake) -> String {
    format!("<strong>{}</strong>, {}", bdi(&first.name), where_and_when(first))
}

pub(super) fn where_and_when(first: &Handshake) -> String {
    let day = day(Date::of(first.met_at));
    if first.event.is_none() { day } else { format!("{}, {day}", bdi(first.event.as_str())) }
}

/// How long so many days are, to the unit that a person would say.
pub(super) fn long(days: u32) -> String {
    let months = (f64::from(days) / 30.436_875).round() as u64;
    match (days, months) {
        (0, _) => "the same day".into(),
        (..14, _) => counted(days.into(), "day", "days"),
        (..60, _) => counted(u64::from(days + 3) / 7, "week", "weeks"),
        (_, ..24) => counted(months, "month", "months"),
        (_, months) if months % 12 == 0 => counted(months / 12, "year", "years"),
        (_, months) => {
            let years = counted(months / 12, "year", "years");
            format!("{years} and {}", counted(months % 12, "month", "months"))
        }
    }
}

/// From a handshake to an outcome, in a table.
pub(super) fn took(days: i32) -> String {
    if days < 0 { "dated before you met".into() } else { long(days.unsigned_abs()) }
}

/// `1 outcome`, `2,000 outcomes`.
pub(super) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{}\u{a0}{}", grouped(n.into()), if n == 1 { one } else { many })
}

pub(super) fn grouped(n: u128) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1,200.50 EUR`.
pub(super) fn amount(amount: &Amount) -> String {
    money(amount.hundredths().into(), amount.currency())
}

pub(super) fn money(hundredths: i128, currency: &str) -> String {
    let (whole, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    let sign = if hundredths < 0 { "\u{2212}" } else { "" };
    let rest = if rest == 0 { String::new() } else { format!(".{rest:02}") };
    format!("{sign}{}{rest}\u{a0}{}", grouped(whole), Text(currency))
}

/// The one in the middle, or what lies between the two.
pub(super) fn median(days: &[i32]) -> Option<i32> {
    let mut sorted = days.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    let above = *sorted.get(middle)?;
    let is_even = sorted.len().is_multiple_of(2);
    let below = if is_even { *sorted.get(middle.checked_sub(1)?)? } else { above };
    Some(below.midpoint(above))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_as_a_person_would() {
        for (days, told) in [
            (0, "the same day"),
            (1, "1 day"),
            (13, "13 days"),
            (14, "2 weeks"),
            (59, "8 weeks"),
            (60, "2 months"),
            (365, "12 months"),
            (731, "2 years"),
            (1_158, "3 years and 2 months"),
        ] {
            assert_eq!(long(days).replace('\u{a0}', " "), told);
        }
        assert_eq!(took(-1), "dated before you met");
        assert_eq!(day_in_words("2018-03-02".parse().unwrap()), "2 March 2018");
    }

    #[test]
    fn sums_are_grouped_and_keep_their_hundredths() {
        for (text, told) in [
            ("1200.50 EUR", "1,200.50 EUR"),
            ("-3 CHF", "\u{2212}3 CHF"),
            ("0.05 USD", "0.05 USD"),
            ("92233720368547758.07 EUR", "92,233,720,368,547,758.07 EUR"),
        ] {
            assert_eq!(amount(&text.parse().unwrap()).replace('\u{a0}', " "), told);
        }
    }

    #[test]
    fn the_median_of_an_even_number_lies_in_the_middle() {
        assert_eq!((median(&[]), median(&[7])), (None, Some(7)));
        assert_eq!((median(&[9, 1, 5]), median(&[10, -2, 4, 0])), (Some(5), Some(2)));
    }
}
