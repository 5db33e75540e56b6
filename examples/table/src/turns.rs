//! By turns: one shows, the other scans, and they swap. Three scans until both hold the other, a
//! fourth until both hold both signatures.

use std::path::Path;
use std::time::{Duration, Instant};

use lapel::exchange::{Exchange, Scanned, Shows};

use crate::Outcome;
use crate::drawing::{Step, draw};
use crate::person::{Person, code, render, size_of};

/// A camera's pace: the time between two pictures.
const PACE: Duration = Duration::from_millis(150);
/// What it takes two people to swap who shows and who scans.
const SWAP: Duration = Duration::from_millis(1_000);
/// What it takes to look at a name and tap.
const TAP: Duration = Duration::from_millis(1_200);

struct Turn<'a> {
    now: Duration,
    pictures: &'a Path,
    steps: Vec<Step>,
}

/// They meet by turns. The clock is that of the story: pictures, swaps and taps take a person's time.
pub(crate) fn meet(ada: &mut Person, grace: &mut Person, pictures: &Path) -> Outcome<()> {
    println!("\nBy turns");
    let began = Instant::now();
    let mut turn = Turn { now: Duration::ZERO, pictures, steps: Vec::new() };
    let (mut adas, mut graces) = (ada.begins(turn.now)?, grace.begins(turn.now)?);

    turn.take((ada, &mut adas), (grace, &mut graces))?;
    let scanned = turn.take((grace, &mut graces), (ada, &mut adas))?;
    turn.decide(ada, &mut adas, scanned)?;
    let scanned = turn.take((ada, &mut adas), (grace, &mut graces))?;
    turn.decide(grace, &mut graces, scanned)?;
    turn.says("", "after three scans each holds the other, durably");

    let last = turn.take((grace, &mut graces), (ada, &mut adas))?;
    if !ada.is_confirmed(&last)? {
        return Err(format!("Grace did not confirm: {last}").into());
    }
    turn.says("", "after four both hold both signatures");
    std::fs::write(pictures.join("exchange.svg"), draw(&turn.steps))?;
    println!("          (computed, photographed and read in {} ms)", began.elapsed().as_millis());
    Ok(())
}

impl Turn<'_> {
    /// One shows and the other holds the camera on it until something new was read.
    fn take(
        &mut self,
        (shower, showing): (&Person, &mut Exchange),
        (scanner, scanning): (&mut Person, &mut Exchange),
    ) -> Outcome<Scanned> {
        self.now += SWAP;
        let from = self.now;
        while self.now < from + Duration::from_secs(30) {
            self.now += PACE;
            let frame = showing.frame(self.now).ok_or("the exchange has ended")?;
            let (symbol, screen) = render(&frame.text)?;
            let (photograph, scanned) = scanner.looks(scanning, &screen, self.now);
            match scanned {
                None | Some(Scanned::NothingNew) => continue,
                Some(scanned) => {
                    let (number, what) = (self.steps.len() + 1, what(frame.shows));
                    let file = format!("{number}-{}-{what}", shower.name.to_lowercase());
                    let path = |kind| self.pictures.join(format!("{file}{kind}.png"));
                    std::fs::write(path(""), screen.to_png()?)?;
                    std::fs::write(path("-photographed"), photograph.to_png()?)?;
                    let size = size_of(&frame.text, &symbol);
                    self.says(shower.name, &format!("shows {}: {size}", describe(frame.shows)));
                    self.says(scanner.name, &format!("scans it. {scanned}"));
                    let title = format!("{number}. {}'s {what}", shower.name);
                    self.steps.push(Step { symbol, title, what: describe(frame.shows), size });
                    return Ok(scanned);
                }
            }
        }
        Err(format!("{} could not read {}'s screen", scanner.name, shower.name).into())
    }

    /// The person looks at the name, and taps.
    fn decide(
        &mut self,
        person: &mut Person,
        exchange: &mut Exchange,
        scanned: Scanned,
    ) -> Outcome<()> {
        let Scanned::Verified(who) = scanned else {
            return Err(format!("nobody to accept: {scanned}").into());
        };
        self.now += TAP;
        let accepted = person.accepts(exchange, &who)?;
        self.says(person.name, &format!("{accepted} (check code {})", code(&who)));
        Ok(())
    }

    fn says(&self, who: &str, what: &str) {
        println!("  {:>4.1} s  {who:<6} {what}", self.now.as_secs_f32());
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
        Shows::Offer => "a badge, sealed to that key",
        Shows::Confirm => "a badge and a confirmation, sealed",
    }
}
