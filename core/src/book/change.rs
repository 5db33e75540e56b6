//! Telling whoever shows the book that it changed.

use std::sync::Arc;

use super::Book;
use super::entry::{Happening, Target};
use super::outcome::OutcomeId;
use crate::identity::PersonId;

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// A person was met, confirmed, blocked, or written about; they signed a badge, or had a new key.
    Person(PersonId),
    /// An outcome was added, changed or taken away.
    Outcome(OutcomeId),
    /// The owner's badges.
    Badges,
    /// Perhaps everything: people were forgotten.
    All,
}

/// Is told of every change once it is durable, on the thread that made it and before the call that
/// made it returns. It can't use the book, which is still being changed: it passes the word on.
pub type Listener = dyn Fn(Change) + Send + Sync;

/// Names a listener, to take it away again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListenerId(u64);

#[derive(Default)]
pub(super) struct Listeners {
    all: Vec<(ListenerId, Arc<Listener>)>,
    next: u64,
}

impl Listeners {
    pub(super) fn tell(&self, change: Change) {
        self.all.iter().for_each(|(_, listener)| listener(change));
    }
}

impl Change {
    pub(super) fn of(happening: &Happening) -> Self {
        let target = match happening {
            Happening::Met { receipt, .. } => Target::Person(receipt.peer.opening.person),
            Happening::Confirmed { person, .. } => Target::Person(*person),
            Happening::Set { target, .. } | Happening::Noted { target, .. } => *target,
            Happening::Forgotten(_) | Happening::Restored(_) | Happening::Counted(_) => {
                return Self::All;
            }
            Happening::Linked { link, .. } => Target::Person(link.old_key()),
            Happening::Updated(update) => Target::Person(update.person()),
        };
        match target {
            Target::Person(person) => Self::Person(person),
            Target::Outcome(outcome) => Self::Outcome(outcome),
            Target::Owner => Self::Badges,
        }
    }
}

impl Book {
    /// Tells `listener` of every change from now on, until [`Book::unlisten`], also after the book
    /// was suspended and resumed.
    pub fn listen(&mut self, listener: Arc<Listener>) -> ListenerId {
        let id = ListenerId(self.listeners.next);
        self.listeners.next += 1;
        self.listeners.all.push((id, listener));
        id
    }

    /// Tells a listener nothing any more. Gives whether it was told before.
    pub fn unlisten(&mut self, id: ListenerId) -> bool {
        let before = self.listeners.all.len();
        self.listeners.all.retain(|(there, _)| *there != id);
        self.listeners.all.len() < before
    }
}
