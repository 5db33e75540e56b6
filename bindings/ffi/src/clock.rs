//! The two clocks of a phone, so that no app passes time.

use core::time::Duration;
use std::time::SystemTime;

use lapel::date::Date;
use lapel::time::UnixTime;
use rustix::time::{ClockId, clock_gettime};

/// Time that goes on while the device sleeps: Linux's and Android's `CLOCK_BOOTTIME`, and Apple's
/// `CLOCK_MONOTONIC`, which is the time of day less that of the start, so that it steps where somebody sets
/// the clock. An exchange believes no step back.
#[derive(Default)]
pub(crate) struct Clock {
    /// So much is added to it, for the scenarios: nothing, wherever an app runs.
    #[cfg(feature = "rehearsal")]
    pub(crate) rehearsed: crate::rehearsal::Rehearsed,
}

impl Clock {
    pub(crate) fn now(&self) -> Duration {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        const CLOCK: ClockId = ClockId::Boottime;
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        const CLOCK: ClockId = ClockId::Monotonic;
        let time = clock_gettime(CLOCK);
        let (seconds, nanos) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
        let now = Duration::new(seconds.unwrap_or_default(), nanos.unwrap_or_default());
        #[cfg(feature = "rehearsal")]
        let now = self.rehearsed.instead_of(now);
        now
    }
}

/// What the wall clock says, which is a claim.
pub(crate) fn wall() -> UnixTime {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    #[cfg(feature = "rehearsal")]
    let since = since.map(|since| crate::rehearsal::Rehearsed::default().instead_of(since));
    UnixTime::clamped(since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX)))
}

/// Today where the day is the furthest, 14 hours ahead of UTC, so that nobody's today is still to
/// come.
pub(crate) fn today() -> Date {
    Date::of(UnixTime::clamped(i64::from(wall().seconds()) + 14 * 3_600))
}
