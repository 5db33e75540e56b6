//! What is said when a handshake ends, one way or another.

use std::fmt::Write as _;

use lapel::book::Meeting;
use serde_json::{Value, json};

use super::{Channel, End, Shake, heard_or_not};
use crate::failure::{Code, Failure, Outcome};
use crate::history::{self, Change};
use crate::view;

impl Shake<'_> {
    pub(super) fn interrupted(&self) -> String {
        match &self.met {
            None => "Interrupted. Nothing was recorded.".into(),
            Some(met) => {
                format!(
                    "Interrupted. {} is in your book, not confirmed by them.",
                    met.who.badge.name()
                )
            }
        }
    }

    pub(super) fn report(mut self, end: &End) -> Outcome {
        let document = self.document();
        self.exchange.end();
        let Some(met) = &self.met else {
            if self.say.json {
                heard_or_not(self.say.answer("", &document))?;
            }
            return Err(Failure::new(Code::NothingRecorded, self.why_nothing(end)));
        };
        let name = met.who.badge.name();
        let again = match met.recorded.encounters() {
            1 => "is in your book".into(),
            times => format!("is in your book again: encounter {times}"),
        };
        let mut text = match self.confirmed {
            true => format!("{} {again}, confirmed by them.", self.say.bold(name)),
            false => format!("{} {again}, not confirmed by them.", self.say.bold(name)),
        };
        for change in self.changes() {
            let _ = write!(text, "\n  {change}");
        }
        heard_or_not(self.say.done(&text, &document))?;
        if !self.confirmed {
            let why = match end {
                End::NoMoreInput => "no more codes can be read",
                _ => "their confirmation didn't come in time",
            };
            let message = format!(
                "{name} is recorded, but {why}. That is no harm: when you meet again, shake again."
            );
            return Err(Failure::new(Code::Unconfirmed, message));
        }
        Ok(())
    }

    /// What changed on their badge since last time. A handshake is none the worse where that can't be
    /// read.
    fn changes(&self) -> Vec<Change> {
        let Some(met) = self.met.as_ref().filter(|met| met.recorded.met_again()) else {
            return Vec::new();
        };
        let contact = self.book.contact(&met.who.person).ok().flatten();
        let mut changes = contact.as_ref().map(history::changes).unwrap_or_default();
        let latest = contact.as_ref().and_then(|c| c.meetings().last()).map(Meeting::transcript);
        changes.retain(|change| Some(change.encounter) == latest);
        changes
    }

    fn why_nothing(&self, end: &End) -> String {
        let trouble = match &self.channel {
            Channel::Pictures(pictures) => pictures.trouble(),
            Channel::Paste(_) => "",
        };
        let why = match (end, &self.asking) {
            (End::NoMoreInput, Some(_)) => {
                "Nobody answered on standard input; --yes accepts without asking."
            }
            (End::NoMoreInput, None) => "No more codes can be read.",
            (_, Some(_)) => "Nobody answered in time.",
            _ => "Nobody was met in time.",
        };
        let gap = if trouble.is_empty() { "" } else { " " };
        format!("{why}{gap}{trouble} Nothing was recorded.")
    }

    fn document(&self) -> Value {
        let met = self.met.as_ref();
        json!({
            "recorded": met.is_some(),
            "confirmed": self.confirmed,
            "person": met.map(|m| view::person(&m.who.person, m.who.badge.name())),
            "badge": met.map(|m| m.who.badge.fields()),
            "encounter": met.map(|m| m.who.transcript.to_string()),
            "encounters": met.map(|m| m.recorded.encounters()),
            "met_again": met.map(|m| m.recorded.met_again()),
            "badge_changes": self.changes().iter().map(Change::document).collect::<Vec<_>>(),
            "event": view::event(&self.event),
            "claimed_event": met.and_then(|m| view::event(&m.who.event)),
            "code": met.and_then(|m| m.who.check_code).map(|code| code.to_string()),
            "check_code": met.map(|m| m.comparison),
        })
    }
}
