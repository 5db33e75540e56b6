//! Making a book out of what another one was, where there is none or an empty one.

use rand_core::CryptoRng;

use super::build::{Take, create};
use super::home::{Claim, Home};
use super::settings::Settings;
use super::{OpenError, OpenReport, RewriteError, Store};
use crate::disk::create_dir;
use crate::ledger::Draft;

impl Store {
    /// Makes a book of the identity with this secret out of what `pour` brings, and opens it. It takes the
    /// place of `empty`, in which nothing is, or is made where there is none. Its store id is a new one. A
    /// kill leaves what was there or the new one, whole.
    ///
    /// # Errors
    /// [`OpenError`]; it is [`OpenError::NotOurs`] where there is another book or anything else.
    pub(crate) fn make(
        settings: &Settings,
        empty: Option<Self>,
        secret: &[u8; 32],
        pour: &mut dyn FnMut(&mut Take<'_>) -> Result<(), RewriteError>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Self, OpenReport), OpenError> {
        let home = settings.home.as_path();
        let replaces = empty.is_some();
        let claim = match empty {
            Some(empty) => empty.claim,
            None => {
                Home::survey(home)?;
                create_dir(home, false).map_err(OpenError::at(home))?;
                Claim::take(home, true)?
            }
        };
        let found = Home::survey(home)?;
        if !replaces && !found.whole.is_empty() {
            return Err(OpenError::NotOurs { path: home.into() });
        }
        let mut fill = |draft: &mut Draft, rng: &mut dyn CryptoRng| {
            pour(&mut |entry| Ok(draft.push(entry, rng)?))
        };
        create(settings, &found, secret, &mut fill, rng)?;
        drop(claim);
        // It is the book from here on, and what it replaces goes at this open.
        let (mut store, mut report) = Self::open(&settings.clone().unstoppable(), rng)?;
        store.settings = settings.clone();
        report.cleaned = false;
        Ok((store, report))
    }
}
