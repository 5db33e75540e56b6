//! What a person is told and asked before they accept somebody.

use std::fmt::Write as _;

use lapel::book::{Contact, Standing};
use lapel::event::Event;
use lapel::exchange::Verified;
use lapel::receipt::State;

use crate::view;

/// Someone who waits for an answer.
pub(crate) struct Asking {
    pub(crate) who: Verified,
    pub(crate) question: Question,
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
    pub(crate) fn words(&self) -> String {
        match self.question {
            Question::SameCode => "Does their screen show the same check code? [y/n]".into(),
            Question::Accept => {
                format!("Accept {} and keep their badge? [y/n]", self.who.badge.name())
            }
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
