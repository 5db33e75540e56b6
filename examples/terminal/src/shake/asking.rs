//! What a person is told and asked before they accept somebody.

use std::fmt::Write as _;

use getrandom::rand_core::Rng as _;
use lapel::book::{Contact, Standing};
use lapel::event::Event;
use lapel::exchange::Verified;
use lapel::receipt::State;

use crate::home::rng;
use crate::stdin::yes_or_no;
use crate::view;

/// So many answers with another number, and it is a no.
const MOST_WRONG: u8 = 3;

/// Someone who waits for an answer.
pub(crate) struct Asking {
    pub(crate) who: Verified,
    pub(crate) question: Question,
    /// Where codes come the same way as answers, four digits that only this screen shows, or a code could
    /// answer for the person.
    number: Option<u16>,
    wrong: u8,
}

/// What a line is to a question.
pub(crate) enum Said {
    Answer(bool),
    /// One without the number, or with another one.
    Refused,
    /// The last of too many with another number.
    TooOften,
    /// No answer.
    Else,
}

/// What was asked last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// Whether both phones show the same check code.
    SameCode,
    /// Whether to accept them.
    Accept,
}

impl Asking {
    pub(crate) fn about(who: Verified, question: Question, beside_codes: bool) -> Self {
        let mut bytes = [0; 2];
        rng().fill_bytes(&mut bytes);
        let number = 1_000 + u16::from_be_bytes(bytes) % 9_000;
        Self { who, question, number: beside_codes.then_some(number), wrong: 0 }
    }

    pub(crate) fn words(&self) -> String {
        let answers = match self.number {
            Some(number) => format!("[y{number}/n{number}]"),
            None => "[y/n]".into(),
        };
        match self.question {
            Question::SameCode => format!("Does their screen show the same check code? {answers}"),
            Question::Accept => {
                format!("Accept {} and keep their badge? {answers}", self.who.badge.name())
            }
        }
    }

    pub(crate) fn hear(&mut self, line: &str) -> Said {
        let number = line.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let word = line.strip_suffix(number).unwrap_or_default();
        match (yes_or_no(word), self.number) {
            (Some(answer), None) if number.is_empty() => Said::Answer(answer),
            (Some(answer), Some(own)) if number == own.to_string() => Said::Answer(answer),
            (Some(_), Some(_)) => {
                self.wrong += u8::from(!number.is_empty());
                if self.wrong < MOST_WRONG { Said::Refused } else { Said::TooOften }
            }
            _ => Said::Else,
        }
    }
}

/// Everything that helps to tell whether it is who it should be.
pub(crate) fn description(
    who: &Verified,
    standing: Standing,
    known_as: Option<&Contact>,
    own_event: &Event,
) -> String {
    let mut text = format!("{} is here.", who.badge.name());
    text.push_str(&view::fields(who.badge.fields(), "  "));
    let _ = write!(text, "\n  {:<13} {}", "fingerprint", who.person.fingerprint());
    if let Some(code) = who.check_code {
        let _ = write!(text, "\n  {:<13} {code}", "check code");
    }
    let _ = write!(text, "\n  {:<13} {}", "event", events(&who.event, own_event));
    let known = match (standing, known_as) {
        (_, Some(old)) => format!("same person, new key: you met them as {}", view::named(old)),
        (Standing::Met { encounters, state }, None) => {
            let times = if encounters == 1 {
                "1 encounter".into()
            } else {
                format!("{encounters} encounters")
            };
            let state = if state == State::Confirmed { "confirmed" } else { "never confirmed" };
            format!("in your book already: {times}, {state} by them")
        }
        (Standing::New | Standing::Blocked, None) => "not in your book yet".into(),
    };
    let _ = write!(text, "\n  {:<13} {known}", "standing");
    if who.confirmed {
        text.push_str("\n  They have accepted you.");
    }
    text
}

fn events(theirs: &Event, own: &Event) -> String {
    match (view::event(theirs), view::event(own)) {
        (None, None) => "neither of you names one".into(),
        (Some(theirs), Some(own)) if theirs == own => format!("{own}, as you say"),
        (Some(theirs), None) => format!("they say {theirs}, you name none"),
        (None, Some(own)) => format!("they name none, you say {own}"),
        (Some(theirs), Some(own)) => format!("they say {theirs}, you say {own}"),
    }
}
