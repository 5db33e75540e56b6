//! A lookback at a life that was made up, for tests of what is made from one.

use super::*;
use crate::book::note::{Note, NoteId};
use crate::book::register::Stamp;

/// What a made-up book holds.
#[derive(Default)]
pub(crate) struct MadeUp {
    pub(crate) first: Vec<Handshake>,
    pub(crate) introduced: Vec<(PersonId, Introduction)>,
    pub(crate) encounters: Vec<(Transcript, PersonId, UnixTime, Event)>,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) circles: Vec<PersonId>,
}

impl Lookback {
    pub(crate) fn made_up(from: MadeUp) -> Self {
        let MadeUp { first, introduced, encounters, outcomes, circles } = from;
        let encounters = encounters.into_iter().map(|(th, who, at, event)| (th, (who, at, event)));
        let life = Life {
            outcomes: outcomes.into_iter().map(|outcome| (outcome.id, outcome)).collect(),
            first: first.into_iter().map(|first| (first.person, first)).collect(),
            introduced: introduced.into_iter().collect(),
            same: Ties::default(),
            encounters: encounters.collect(),
            circles,
        };
        let mut traced: Vec<Traced> = life.outcomes.values().map(|o| life.trace(o)).collect();
        traced.sort_by_key(|traced| (traced.outcome.fields.date, traced.outcome.id));
        life.summed_up(traced)
    }
}

impl Note {
    pub(crate) fn made_up(text: &str) -> Self {
        let id = NoteId(Stamp { clock: 1, replica: [0; 8] });
        Self { id, texts: vec![text.to_owned()], seen: Vec::new() }
    }
}
