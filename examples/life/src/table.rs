//! One handshake: two exchanges, and the texts of their codes passed between them.

use core::time::Duration;

use lapel::book::Book;
use lapel::exchange::{Exchange, Scanned, Verified};
use lapel::transcript::Transcript;
use rand_chacha::ChaCha20Rng;

use crate::LifeError;

/// One side of the table.
pub(crate) struct Side<'a> {
    pub(crate) exchange: Exchange,
    pub(crate) book: &'a mut Book,
    pub(crate) rng: &'a mut ChaCha20Rng,
}

impl Side<'_> {
    /// Reads what the other one shows.
    fn scans(&mut self, other: &mut Side<'_>, now: &mut Duration) -> Result<Scanned, LifeError> {
        *now += Duration::from_millis(700);
        let frame = other.exchange.frame(*now).ok_or(LifeError::Ended)?;
        Ok(self.exchange.scan(&frame.text, *now))
    }

    /// Accepts whom it verified, keeps them, and says so.
    fn accepts(&mut self, who: &Verified) -> Result<Transcript, LifeError> {
        let encounter = self.exchange.accept(&who.transcript)?;
        let recorded = self.book.record(&encounter, self.rng)?;
        self.exchange.acknowledge(&recorded)?;
        Ok(recorded.transcript())
    }
}

/// Four scans by turns, of which the first one scans an answer. If the second one walks off, the
/// first one has their badge and not their word.
pub(crate) fn meet(
    first: &mut Side<'_>,
    second: &mut Side<'_>,
    mut now: Duration,
    walks_off: bool,
) -> Result<Transcript, LifeError> {
    let now = &mut now;
    second.scans(first, now)?;
    let who = verified(first.scans(second, now)?)?;
    let transcript = first.accepts(&who)?;
    if walks_off {
        return Ok(transcript);
    }
    let who = verified(second.scans(first, now)?)?;
    second.accepts(&who)?;
    let Scanned::Confirmed(confirmation) = first.scans(second, now)? else {
        return Err(LifeError::Unheard);
    };
    first.book.confirm(&confirmation, first.rng)?;
    Ok(transcript)
}

fn verified(scanned: Scanned) -> Result<Verified, LifeError> {
    match scanned {
        Scanned::Verified(who) => Ok(who),
        _ => Err(LifeError::Unheard),
    }
}
