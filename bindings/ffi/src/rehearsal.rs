//! For the scenarios that all languages run, and for no app: this is in no library that ships.

use core::convert::Infallible;
use core::time::Duration;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lapel::badge::Badge;
use lapel::code::Code;
use lapel::exchange::{Exchange, Options};
use lapel::identity::Identity;
use lapel::time::UnixTime;
use rand_core::{TryCryptoRng, TryRng};

use crate::badge::Badge as LapelBadge;
use crate::book::{Book, system_rng};
use crate::clock::{self, Clock};
use crate::error::LapelError;
use crate::session::{Session, SessionOptions};

static PUT_FORWARD: AtomicU64 = AtomicU64::new(0);

/// Puts the clock of all sessions forward, and the wall clock.
#[uniffi::export]
pub fn rehearse_time_passes(seconds: u64) {
    PUT_FORWARD.fetch_add(seconds, Ordering::SeqCst);
}

/// Panics.
#[uniffi::export]
#[allow(clippy::panic, reason = "it is what this is for")]
pub fn rehearse_panic() -> Result<(), LapelError> {
    panic!("as rehearsed");
}

/// Panics in the middle of a call on this book.
#[uniffi::export]
pub fn rehearse_panic_in(book: Arc<Book>) -> Result<(), LapelError> {
    book.in_the_middle_of_a_call(rehearse_panic)
}

/// Fails with this code, as any call might.
#[uniffi::export]
pub fn rehearse_error(code: Code) -> Result<(), LapelError> {
    let values = HashMap::from([("field".to_owned(), "name".to_owned())]);
    Err(LapelError::Failed { code, reason: format!("rehearsed: {code:?}"), values })
}

/// Meets so many people, `Person 0` and so on, at `event`: each offers and is accepted.
#[uniffi::export]
pub fn rehearse_meetings(book: &Book, people: u32, event: String) -> Result<(), LapelError> {
    let named = |name: &str| LapelBadge { name: name.to_owned(), ..LapelBadge::default() };
    let options = SessionOptions { event, ..SessionOptions::default() };
    let (clock, wall) = (Clock::default(), clock::wall());
    for number in 0..people {
        let (mine, mut rng) = (book.begin(named("Me"), options.clone())?, system_rng()?);
        let badge = Badge::new(named(&format!("Person {number}")))?;
        let (them, options) = (Identity::generate(&mut rng), options.clone().checked()?);
        let theirs = Exchange::begin(&them, &badge, options, clock.now(), wall, 0, &mut rng)?;
        let theirs = Session::of(theirs, Clock::default());
        let shown = |session: &Session| -> Result<String, LapelError> {
            Ok(session.frame()?.map(|frame| frame.text).unwrap_or_default())
        };
        theirs.scan(shown(&mine)?)?;
        let who = mine.scan(shown(&theirs)?)?.who().ok_or_else(|| LapelError::system("nobody"))?;
        let recorded = book.record(&*mine.accept(who.transcript)?)?;
        mine.acknowledge(&recorded)?;
    }
    Ok(())
}

/// A session out of a test vector, of which nothing is left to chance.
#[derive(uniffi::Object)]
pub struct RehearsedSession(Arc<Session>);

/// What a session of a test vector draws on; see the vectors' README.
#[derive(uniffi::Record)]
pub struct Start {
    /// The private key, 32 bytes.
    pub identity_secret: Vec<u8>,
    /// The random source's 32 bytes.
    pub random: Vec<u8>,
    /// Seconds since 1970.
    pub met_at: i64,
    /// Milliseconds.
    pub monotonic_ms: u64,
    /// The counter.
    pub counter: u64,
    /// The badge's encoding.
    pub badge: Vec<u8>,
    /// The rest.
    pub options: SessionOptions,
}

#[uniffi::export]
impl RehearsedSession {
    /// Begins it.
    #[uniffi::constructor]
    pub fn new(start: Start) -> Result<Arc<Self>, LapelError> {
        let secret =
            start.identity_secret.try_into().map_err(|_| LapelError::system("a secret"))?;
        let (me, badge) = (Identity::from_secret(&secret), Badge::from_bytes(&start.badge)?);
        let options: Options = start.options.checked()?;
        let (now, wall) =
            (Duration::from_millis(start.monotonic_ms), UnixTime::clamped(start.met_at));
        let rng = &mut Given(start.random.into_iter());
        let exchange = Exchange::begin(&me, &badge, options, now, wall, start.counter, rng)?;
        let clock = Clock { rehearsed: Rehearsed(Some(AtomicU64::new(start.monotonic_ms))) };
        Ok(Arc::new(Self(Session::of(exchange, clock))))
    }

    /// It is so late by its clock now, in milliseconds.
    pub fn set_time(&self, ms: u64) {
        self.0.clock().rehearsed.set(ms);
    }

    /// The session, which is like any other.
    pub fn session(&self) -> Arc<Session> {
        Arc::clone(&self.0)
    }
}

/// A clock's rehearsed time: its own, or what all were put forward by.
#[derive(Default)]
pub(crate) struct Rehearsed(Option<AtomicU64>);

impl Rehearsed {
    pub(crate) fn instead_of(&self, now: Duration) -> Duration {
        match &self.0 {
            Some(ms) => Duration::from_millis(ms.load(Ordering::SeqCst)),
            None => now + Duration::from_secs(PUT_FORWARD.load(Ordering::SeqCst)),
        }
    }

    fn set(&self, ms: u64) {
        self.0.iter().for_each(|own| own.store(ms, Ordering::SeqCst));
    }
}

/// Gives the bytes it was given, in order.
struct Given(std::vec::IntoIter<u8>);

impl TryRng for Given {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        to.iter_mut().zip(&mut self.0).for_each(|(to, byte)| *to = byte);
        Ok(())
    }
}

impl TryCryptoRng for Given {}
