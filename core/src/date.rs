//! Days of the calendar, as people write them down: without a time, and without a time zone.

use core::fmt;
use core::str::FromStr;

use jiff::civil;

use crate::time::UnixTime;

/// A day of the Gregorian calendar, from 1900-01-01 to 2199-12-31.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

/// Why something isn't a [`Date`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" isn't a day from 1900-01-01 to 2199-12-31, written as year, month and day")]
pub struct NotADate(String);

impl NotADate {
    /// What was written, or the first 40 characters of it.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl Date {
    /// The last day there is.
    pub const MAX: Self = Self(civil::date(2199, 12, 31));

    /// The day that it was in UTC.
    pub fn of(time: UnixTime) -> Self {
        let days = i32::try_from(time.seconds() / 86_400).unwrap_or_default();
        Self::from_days(days).unwrap_or(Self(EPOCH))
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i32 {
        self.0.since(EPOCH).map_or(0, |span| span.get_days())
    }

    /// The day so many days after 1970-01-01.
    pub(crate) fn from_days(days: i32) -> Option<Self> {
        let date = EPOCH.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
        Self::within(date)
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    fn within(date: civil::Date) -> Option<Self> {
        (1900..2200).contains(&date.year()).then_some(Self(date))
    }
}

const EPOCH: civil::Date = civil::date(1970, 1, 1);

/// `2026-11-26`, as in RFC 3339.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Date {
    type Err = NotADate;

    /// Reads `2026-11-26`, and nothing shorter or longer.
    fn from_str(text: &str) -> Result<Self, NotADate> {
        let wrong = || NotADate(text.chars().take(40).collect());
        let date = if text.len() == 10 { text.parse().ok() } else { None };
        date.and_then(Self::within).ok_or_else(wrong)
    }
}

impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_the_calendars() {
        for (text, days) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-02-29", 11_016),
            ("1900-01-01", -25_567),
            ("2199-12-31", 84_005),
        ] {
            let date: Date = text.parse().unwrap();
            assert_eq!((date.days(), date.to_string().as_str()), (days, text));
            assert_eq!(Date::from_days(days), Some(date));
        }
        let time = UnixTime::clamped(951_827_696);
        assert_eq!(
            (Date::of(time).to_string(), Date::of(time).year()),
            ("2000-02-29".into(), 2000)
        );
        assert_eq!(Date::of(UnixTime::clamped(i64::MAX)).to_string(), "2106-02-07");
    }

    #[test]
    fn anything_else_is_no_date() {
        for text in [
            "",
            "2026",
            "2026-11",
            "2026-11-31",
            "2026-02-29",
            "2026-13-01",
            "1899-12-31",
            "2200-01-01",
            "2026-11-26T",
            "2026-11-26 ",
            "20261126",
            "26-11-2026",
            "2026/11/26",
            "today",
        ] {
            let error = text.parse::<Date>().unwrap_err();
            assert!(error.to_string().contains(&format!("\"{text}\"")), "{error}");
        }
        assert_eq!((Date::from_days(i32::MAX), Date::from_days(i32::MIN)), (None, None));
        assert_eq!((Date::from_days(84_006), Date::from_days(-25_568)), (None, None));
    }
}
