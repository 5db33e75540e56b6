//! Face to face: both show and scan at once, in no order. Two threads, each with a clock of its
//! own, which never wait for each other's calls.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use lapel::exchange::{Exchange, Scanned, Verified};
use lapel_optics::picture::Picture;

use crate::Outcome;
use crate::person::{Person, code, render};

/// How much faster than life the clocks run.
const FACTOR: u32 = 4;
/// They give up after this much of life.
const PATIENCE: Duration = Duration::from_secs(90);

/// What one phone shows and the other may photograph.
type Screen = Mutex<Option<Picture>>;

/// They meet face to face.
pub(crate) fn meet(ada: &mut Person, grace: &mut Person) -> Outcome<()> {
    println!("\nFace to face, {FACTOR} times faster than life");
    let began = Instant::now();
    let (screens, done) = ([Screen::default(), Screen::default()], AtomicUsize::new(0));
    let (says, heard) = mpsc::channel::<String>();
    let [adas, graces] = &screens;
    let table =
        |own, other, seed| Table { began, own, other, done: &done, says: says.clone(), seed };
    let (at_ada, at_grace) = (table(adas, graces, 7), table(graces, adas, 11));
    thread::scope(|scope| {
        let one = scope.spawn(move || at_ada.sit(ada));
        let other = scope.spawn(move || at_grace.sit(grace));
        drop(says);
        heard.iter().for_each(|line| println!("{line}"));
        let ended = |thread: thread::ScopedJoinHandle<'_, Outcome<()>>| {
            thread.join().unwrap_or_else(|_| Err("a phone panicked".into()))
        };
        ended(one).and(ended(other))
    })
}

/// One side of the table.
struct Table<'a> {
    began: Instant,
    own: &'a Screen,
    other: &'a Screen,
    /// How many phones are done; each keeps showing until both are.
    done: &'a AtomicUsize,
    says: mpsc::Sender<String>,
    seed: u64,
}

impl Table<'_> {
    fn now(&self) -> Duration {
        self.began.elapsed() * FACTOR
    }

    fn sit(mut self, person: &mut Person) -> Outcome<()> {
        let mut exchange = person.begins(self.now())?;
        let (mut shown, mut looks, mut pictures) = (String::new(), 0, 0);
        let mut next_look = self.now() + self.about(200);
        let mut deciding: Option<(Duration, Verified)> = None;
        let (mut accepted, mut confirmed, mut finished) = (false, false, false);
        while self.done.load(Ordering::SeqCst) < 2 {
            let now = self.now();
            if now > PATIENCE {
                return Err(format!("{} waited for too long", person.name).into());
            }
            self.show(&mut exchange, &mut shown, now)?;
            if now >= next_look {
                next_look = now + self.about(160);
                pictures += 1;
                let screen = self.other.lock().map_err(|_| "a screen broke")?.clone();
                let Some(screen) = screen else { continue };
                let (_, Some(scanned)) = person.looks(&mut exchange, &screen, self.now()) else {
                    continue;
                };
                looks += 1;
                let news = !matches!(scanned, Scanned::NothingNew) && !finished;
                if news {
                    self.says(person.name, &format!("scans. {scanned}"));
                }
                confirmed |= person.is_confirmed(&scanned)?;
                if let Scanned::Verified(who) = scanned {
                    confirmed |= who.confirmed;
                    let decides_at = deciding.as_ref().map_or(now + self.about(900), |(at, _)| *at);
                    deciding = (!accepted).then_some((decides_at, who));
                }
            }
            if let Some((_, who)) = deciding.take_if(|(at, _)| now >= *at) {
                let outcome = person.accepts(&mut exchange, &who)?;
                self.says(person.name, &format!("{outcome} (check code {})", code(&who)));
                accepted = true;
            }
            if accepted && confirmed && !finished {
                finished = true;
                self.says(
                    person.name,
                    &format!(
                        "is done after {looks} readable pictures of {pictures}; keeps showing"
                    ),
                );
                self.done.fetch_add(1, Ordering::SeqCst);
            }
            thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Draws a frame, if it is another than before.
    fn show(&self, exchange: &mut Exchange, shown: &mut String, now: Duration) -> Outcome<()> {
        let frame = exchange.frame(now).ok_or("the exchange has ended")?;
        if frame.text != *shown {
            let (_, picture) = render(&frame.text)?;
            *self.own.lock().map_err(|_| "a screen broke")? = Some(picture);
            *shown = frame.text;
        }
        Ok(())
    }

    /// A time of about so many milliseconds, longer or shorter by up to a quarter: xorshift64.
    fn about(&mut self, millis: u64) -> Duration {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        Duration::from_millis(millis * 3 / 4 + self.seed % (millis / 2))
    }

    fn says(&self, who: &str, what: &str) {
        let line = format!("  {:>4.1} s  {who:<6} {what}", self.now().as_secs_f32());
        // Nobody listens any more only when the other phone has given up.
        let _ = self.says.send(line);
    }
}
