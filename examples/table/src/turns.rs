//! By turns: one shows, the other scans, and they swap. Three scans until both hold the other, a
//! fourth until both hold both signatures.

use std::path::Path;
use std::time::Duration;

use lapel::exchange::{Exchange, Scanned, Shows};

use crate::Outcome;
use crate::person::{Person, code, render};

/// A camera's pace: the time between two pictures.
const PACE: Duration = Duration::from_millis(150);

struct Turn<'a> {
    number: usize,
    now: Duration,
    pictures: &'a Path,
}

/// They meet by turns. The clock is that of the story: each picture takes a camera's time.
pub(crate) fn meet(ada: &mut Person, grace: &mut Person, pictures: &Path) -> Outcome<()> {
    println!("\nBy turns");
    let mut turn = Turn { number: 0, now: Duration::ZERO, pictures };
    let (mut adas, mut graces) = (ada.begins(turn.now)?, grace.begins(turn.now)?);

    turn.take((ada, &mut adas), (grace, &mut graces))?;
    let Scanned::Verified(who) = turn.take((grace, &mut graces), (ada, &mut adas))? else {
        return Err("Grace's badge did not verify".into());
    };
    turn.says(ada, &format!("sees {}, check code {}", who.badge.name(), code(&who)));
    let accepted = ada.accepts(&mut adas, &who)?;
    turn.says(ada, &accepted);

    let Scanned::Verified(who) = turn.take((ada, &mut adas), (grace, &mut graces))? else {
        return Err("Ada's badge did not verify".into());
    };
    turn.says(grace, &format!("sees {}, check code {}", who.badge.name(), code(&who)));
    let accepted = grace.accepts(&mut graces, &who)?;
    turn.says(grace, &accepted);

    let last = turn.take((grace, &mut graces), (ada, &mut adas))?;
    if !ada.is_confirmed(&last)? {
        return Err(format!("Grace did not confirm: {last}").into());
    }
    turn.says(ada, "has Grace's confirmation on disk; Grace had Ada's already");
    Ok(())
}

impl Turn<'_> {
    /// One shows and the other holds the camera on it until something new was read.
    fn take(
        &mut self,
        (shower, showing): (&Person, &mut Exchange),
        (scanner, scanning): (&mut Person, &mut Exchange),
    ) -> Outcome<Scanned> {
        self.number += 1;
        let from = self.now;
        while self.now < from + Duration::from_secs(30) {
            self.now += PACE;
            let frame = showing.frame(self.now).ok_or("the exchange has ended")?;
            let (symbol, screen) = render(&frame.text)?;
            let (photograph, scanned) = scanner.looks(scanning, &screen, self.now);
            match scanned {
                None | Some(Scanned::NothingNew) => continue,
                Some(scanned) => {
                    let what = what(frame.shows);
                    let file = format!("{}-{}-{what}", self.number, shower.name.to_lowercase());
                    let path = |kind| self.pictures.join(format!("{file}{kind}.png"));
                    std::fs::write(path(""), screen.to_png()?)?;
                    std::fs::write(path("-photographed"), photograph.to_png()?)?;
                    let size = format!("QR {}-{:?}", symbol.version(), symbol.level());
                    self.says(shower, &format!("shows {} ({size})", describe(frame.shows)));
                    self.says(scanner, &format!("scans it: {}", scanned.name()));
                    return Ok(scanned);
                }
            }
        }
        Err(format!("{} could not read {}'s screen", scanner.name, shower.name).into())
    }

    fn says(&self, who: &Person, what: &str) {
        println!("  {:>4.1} s  {:<6} {what}", self.now.as_secs_f32(), who.name);
    }
}

fn what(shows: Shows) -> &'static str {
    match shows {
        Shows::Hello => "hello",
        Shows::Offer => "offer",
        Shows::Confirm => "confirm",
    }
}

fn describe(shows: Shows) -> &'static str {
    match shows {
        Shows::Hello => "a fresh key that names nobody",
        Shows::Offer => "a badge, sealed to the code just scanned",
        Shows::Confirm => "a badge and a confirmation, sealed to the other",
    }
}
