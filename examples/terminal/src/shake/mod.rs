//! Meeting someone: one loop that shows, looks, asks and records.
//!
//! The order that keeps two processes from stranding each other, whichever ends first: an
//! encounter is recorded, then acknowledged, then the confirm code is on display, and only after
//! that is there anything to wait for. Whoever has the peer's confirmation therefore shows their
//! own already, and leaves it on display when the process ends.
//!
//! Time is [`Instant`], counted from the start. It may stand still while a machine sleeps, where a
//! phone has to count on; here that only means that a code lives longer after a sleep, on a
//! desktop whose lid was closed in the middle of a handshake.

mod asking;
mod ending;
mod paste;
mod pictures;

use std::collections::VecDeque;
use std::thread;
use std::time::{Duration, Instant};

use lapel::book::{Contact, Standing};
use lapel::encounter::Recorded;
use lapel::event::Event;
use lapel::exchange::{Exchange, Options, Reveal, Scanned, Step, Verified};
use lapel::receipt::{Comparison, State};
use lapel::transcript::Transcript;

use self::asking::{Asking, Question, Said};
use self::paste::Paste;
use self::pictures::Pictures;
use crate::args::{RevealArg, ShakeArgs};
use crate::badges;
use crate::failure::{Code, Outcome};
use crate::home::{Home, Open, rng, wall};
use crate::say::Say;
use crate::stdin::{Heard, Interrupt, Stdin};

/// How often is looked at pictures, clock and Ctrl-C.
const TICK: Duration = Duration::from_millis(20);

/// `lapel shake`.
pub(crate) fn shake(home: &Home, args: ShakeArgs, say: &Say) -> Outcome {
    let interrupt = Interrupt::watch();
    let channel = match (&args.show, &args.watch) {
        (Some(show), Some(watch)) => Channel::Pictures(Box::new(Pictures::new(show, watch)?)),
        _ => Channel::Paste(Paste::new(say)),
    };
    let event = Event::new(args.event.as_deref().unwrap_or_default())?;
    let book = home.open(say)?;
    let (_, badge) = book.badge_on_show()?.ok_or_else(|| badges::no_badge(None))?;
    let options = Options {
        event: event.clone(),
        reveal: match args.reveal {
            RevealArg::First => Reveal::First,
            RevealArg::AfterAccept => Reveal::AfterAccept,
        },
        compare: args.compare,
        ..Options::default()
    };
    let (counter, clock) = (book.counter(), Instant::now());
    let mut exchange = Exchange::begin(
        book.identity(),
        &badge,
        options,
        Duration::ZERO,
        wall(),
        counter,
        &mut rng(),
    )?;
    exchange.use_small_symbols(args.small);
    let needs_stdin = matches!(channel, Channel::Paste(_)) || !args.yes || args.compare;
    Shake {
        say,
        event,
        clock,
        deadline: Duration::from_secs(args.timeout),
        stdin: needs_stdin.then(Stdin::start),
        args,
        book,
        exchange,
        channel,
        interrupt,
        asking: None,
        queue: VecDeque::new(),
        declined: Vec::new(),
        met: None,
        confirmed: false,
        last_said: String::new(),
    }
    .run()
}

/// Where codes are shown and come from.
enum Channel {
    Pictures(Box<Pictures>),
    Paste(Paste),
}

/// Who was accepted and recorded.
struct Met {
    who: Verified,
    recorded: Recorded,
    comparison: Comparison,
}

/// How it ended, if nothing went wrong.
enum End {
    Confirmed,
    TimedOut,
    NoMoreInput,
}

struct Shake<'a> {
    say: &'a Say,
    args: ShakeArgs,
    event: Event,
    clock: Instant,
    deadline: Duration,
    book: Open,
    exchange: Exchange,
    channel: Channel,
    stdin: Option<Stdin>,
    interrupt: Interrupt,
    asking: Option<Asking>,
    /// Verified while somebody else was asked about.
    queue: VecDeque<Verified>,
    declined: Vec<Transcript>,
    met: Option<Met>,
    /// The book has the peer's confirmation.
    confirmed: bool,
    last_said: String,
}

impl Shake<'_> {
    fn run(mut self) -> Outcome {
        let begun = match &self.channel {
            Channel::Pictures(_) => "Your code is on show. Waiting for theirs.",
            Channel::Paste(_) => "Let them scan your code. Paste or scan theirs here, one a line.",
        };
        self.draw()?;
        self.say.aside(begun);
        let ended = self.meet();
        // Of small codes only one part is on display; the last one has to say it all.
        self.exchange.use_small_symbols(false);
        let drawn = self.draw();
        let end = ended?;
        drawn?;
        self.report(&end)
    }

    fn meet(&mut self) -> Outcome<End> {
        loop {
            self.draw()?;
            if self.confirmed {
                return Ok(End::Confirmed);
            }
            self.interrupt.check(&self.interrupted())?;
            let now = self.clock.elapsed();
            if now >= self.deadline {
                return Ok(End::TimedOut);
            }
            if let Channel::Pictures(pictures) = &mut self.channel
                && let Some(text) = pictures.look(now)
            {
                self.scan(&text)?;
            }
            if !self.listen()? {
                return Ok(End::NoMoreInput);
            }
        }
    }

    /// Puts on display what the exchange shows now. A reader of standard output who went away
    /// doesn't end a handshake: it may be complete without them.
    fn draw(&mut self) -> Outcome {
        let Some(frame) = self.exchange.frame(self.clock.elapsed()) else { return Ok(()) };
        match &mut self.channel {
            Channel::Pictures(pictures) => pictures.show(&frame.text),
            Channel::Paste(paste) => heard_or_not(paste.show(&frame.text)),
        }
    }

    /// Waits a tick for a line. With pictures, nothing is read before there is a question, so that
    /// answers can be there before it. False when nothing can come any more.
    fn listen(&mut self) -> Outcome<bool> {
        let pastes = matches!(self.channel, Channel::Paste(_));
        let Some(stdin) = self.stdin.as_ref().filter(|_| pastes || self.asking.is_some()) else {
            thread::sleep(TICK);
            return Ok(true);
        };
        match stdin.hear(TICK) {
            Heard::Nothing => {}
            Heard::End => return Ok(false),
            Heard::Line(line) => self.hear(&line)?,
        }
        Ok(true)
    }

    fn hear(&mut self, line: &str) -> Outcome {
        let said = self.asking.as_mut().map_or(Said::Else, |asking| asking.hear(line));
        match (said, self.asking.take()) {
            (Said::Answer(yes), Some(asking)) => self.answer(asking, yes),
            (Said::TooOften, Some(asking)) => self.decline(&asking.who),
            (Said::Refused, Some(asking)) => {
                self.ask(asking);
                Ok(())
            }
            (_, asking) => {
                self.asking = asking;
                let is_code = matches!(self.channel, Channel::Paste(_)) && !line.is_empty();
                if is_code { self.scan(line) } else { Ok(()) }
            }
        }
    }

    fn scan(&mut self, text: &str) -> Outcome {
        let now = self.clock.elapsed();
        let scanned = self.exchange.scan(text, now);
        match &scanned {
            Scanned::Verified(who) => return self.candidate(who.clone()),
            Scanned::StartAgainToCompare(who) if !self.args.compare => {
                return self.candidate(who.clone());
            }
            Scanned::Confirmed(confirmation) => {
                self.book.confirm(confirmation, &mut rng())?;
                self.confirmed = true;
            }
            // By itself only where nobody waits for an answer, and no code is compared: each session
            // is another try for somebody in the middle.
            Scanned::StartAgain if self.may_start_again() => self.exchange.start_again(now),
            // The same code comes again and again, and this is no news.
            Scanned::NothingNew | Scanned::Progressed(Step::ConfirmedEarly) => return Ok(()),
            _ => {}
        }
        let sentence = scanned.to_string();
        if sentence != self.last_said {
            self.say.aside(&sentence);
            self.last_said = sentence;
        }
        Ok(())
    }

    fn may_start_again(&self) -> bool {
        self.met.is_none() && self.asking.is_none() && !self.args.compare
    }

    /// Somebody proved who they are. Of a blocked person nothing is said at all: whoever stands
    /// there may look at this terminal too.
    fn candidate(&mut self, who: Verified) -> Outcome {
        let standing = self.book.standing(&who.person)?;
        let known_as = match self.book.known_as(&who.person)? {
            Some(old) if standing == Standing::New => self.book.contact(&old)?,
            _ => None,
        };
        let is_blocked = known_as.as_ref().is_some_and(Contact::is_blocked);
        if standing == Standing::Blocked || is_blocked || self.declined.contains(&who.transcript) {
            return Ok(());
        }
        if who.accepted_before {
            // One of the two codes was renewed in the middle; the person said yes already.
            return self.accept(who);
        }
        if self.met.is_some() {
            return Ok(());
        }
        let same = |other: &Verified| other.transcript == who.transcript;
        match &mut self.asking {
            Some(asking) if same(&asking.who) => {
                if who.confirmed && !asking.who.confirmed {
                    self.say.aside(&format!("{} has accepted you.", who.badge.name()));
                }
                asking.who = who;
                return Ok(());
            }
            Some(_) => {
                self.queue.retain(|other| !same(other));
                self.queue.push_back(who);
                return Ok(());
            }
            None => {}
        }
        let description = asking::description(&who, standing, known_as.as_ref(), &self.event);
        let question = match who.check_code {
            Some(_) if self.args.compare => Question::SameCode,
            _ => Question::Accept,
        };
        if self.args.yes && question == Question::Accept {
            self.say.aside(&description);
            return self.accept(who);
        }
        self.say.insist(&description);
        self.ask(self.about(who, question));
        Ok(())
    }

    fn about(&self, who: Verified, question: Question) -> Asking {
        Asking::about(who, question, matches!(self.channel, Channel::Paste(_)))
    }

    fn ask(&mut self, asking: Asking) {
        self.say.insist(&asking.words());
        self.asking = Some(asking);
    }

    fn answer(&mut self, asking: Asking, yes: bool) -> Outcome {
        let Asking { who, question, .. } = asking;
        match (question, yes) {
            (Question::SameCode, same) => {
                let codes = if same { Comparison::Agrees } else { Comparison::Differs };
                self.exchange.compared(&who.transcript, codes)?;
                if same && self.args.yes {
                    return self.accept(who);
                }
                if !same {
                    self.say.insist(
                        "Then somebody may stand between you. If you accept all the same, contact \
                         and receipt will say that the codes differed.",
                    );
                }
                self.ask(self.about(who, Question::Accept));
                Ok(())
            }
            (Question::Accept, true) => self.accept(who),
            (Question::Accept, false) => self.decline(&who),
        }
    }

    fn decline(&mut self, who: &Verified) -> Outcome {
        self.declined.push(who.transcript);
        self.say.aside("Not accepted, and nothing tells them. Waiting for someone else.");
        self.queue.pop_front().map_or(Ok(()), |next| self.candidate(next))
    }

    /// Records, then acknowledges, then shows it. What they confirmed already is recorded with it.
    fn accept(&mut self, who: Verified) -> Outcome {
        let encounter = self.exchange.accept(&who.transcript)?;
        let recorded = self.book.record(&encounter, &mut rng())?;
        self.exchange.acknowledge(&recorded)?;
        self.confirmed |= encounter.state() == State::Confirmed;
        self.say.aside(&format!("{} is in your book. Let them scan your code.", who.badge.name()));
        self.met = Some(Met { who, recorded, comparison: encounter.comparison() });
        self.draw()
    }
}

/// A reader who went away is no failure of a handshake; its exit code tells how that went.
fn heard_or_not(outcome: Outcome) -> Outcome {
    outcome.or_else(|failure| if failure.code == Code::ClosedPipe { Ok(()) } else { Err(failure) })
}
