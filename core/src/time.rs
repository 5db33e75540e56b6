//! Wall time as a claim.
//!
//! Lapel trusts no clock. Freshness is judged by the app's monotonic clock, handed in as a
//! [`Duration`](core::time::Duration) since any fixed origin, from a clock that goes on while the
//! device sleeps (`CLOCK_BOOTTIME`, `mach_continuous_time`). Wall time is signed as its owner's
//! claim, and shown as one.

use core::fmt;

use serde::Serialize;

/// Seconds since 1970-01-01T00:00:00Z, as someone's wall clock said.
///
/// Always between 65,536 (18:12:16 on that day) and 2³² − 1 (in the year 2106), so that its CBOR
/// encoding takes five bytes whatever it says, and a frame's length tells nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct UnixTime(u32);

impl UnixTime {
    /// The earliest time there is.
    pub const MIN: Self = Self(65_536);

    /// What a wall clock says, brought into the range. A clock that was never set reads as
    /// [`UnixTime::MIN`]: the claim is wrong either way, and the exchange works.
    pub fn clamped(seconds: i64) -> Self {
        Self(u32::try_from(seconds.max(i64::from(Self::MIN.0))).unwrap_or(u32::MAX))
    }

    /// Seconds since 1970.
    pub fn seconds(self) -> u32 {
        self.0
    }

    pub(crate) fn plus(self, seconds: u64) -> Self {
        Self::clamped(i64::from(self.0).saturating_add_unsigned(seconds))
    }

    /// The time, unless it is outside the range.
    pub(crate) fn received(seconds: u32) -> Option<Self> {
        (seconds >= Self::MIN.0).then_some(Self(seconds))
    }
}

/// RFC 3339 in UTC, to the second: `2026-11-23T18:25:00Z`.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, second) = (self.0 / 86_400, self.0 % 86_400);
        let (year, month, day) = civil(days);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// Year, month and day of a day counted from 1970-01-01, by Howard Hinnant's
/// [`civil_from_days`](https://howardhinnant.github.io/date_algorithms.html).
fn civil(days: u32) -> (u32, u32, u32) {
    let z = days + 719_468; // days since 0000-03-01
    let (era, doe) = (z / 146_097, z % 146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + u32::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_the_calendars() {
        let shown = |s| UnixTime::clamped(s).to_string();
        assert_eq!(shown(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(shown(1_795_458_300), "2026-11-23T18:25:00Z");
        assert_eq!(shown(i64::MIN), "1970-01-01T18:12:16Z");
        assert_eq!(shown(i64::MAX), "2106-02-07T06:28:15Z");
        assert_eq!(shown(4_107_542_400), "2100-03-01T00:00:00Z");
    }
}
