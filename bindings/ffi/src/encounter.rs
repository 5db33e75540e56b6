//! What passes between a session and the book: each can only be had from the one before.

use lapel::encounter as core;

/// Somebody met in a live session and accepted: to be recorded.
#[derive(uniffi::Object)]
pub struct Encounter(pub(crate) core::Encounter);

#[uniffi::export]
impl Encounter {
    /// Who was met.
    pub fn person(&self) -> String {
        self.0.person().to_string()
    }

    /// Names the exchange.
    pub fn transcript(&self) -> String {
        self.0.transcript().to_string()
    }
}

/// The book's word that an encounter is on disk: to be acknowledged.
#[derive(uniffi::Object)]
pub struct Recorded(pub(crate) core::Recorded);

#[uniffi::export]
impl Recorded {
    /// Who was met.
    pub fn person(&self) -> String {
        self.0.person().to_string()
    }

    /// Names the exchange.
    pub fn transcript(&self) -> String {
        self.0.transcript().to_string()
    }

    /// Encounters with this person now in the book.
    pub fn encounters(&self) -> u32 {
        self.0.encounters() as u32
    }

    /// Whether they had been met before.
    pub fn met_again(&self) -> bool {
        self.0.met_again()
    }
}

/// The peer's signed word that they accepted us: for the book.
#[derive(uniffi::Object)]
pub struct Confirmation(pub(crate) core::Confirmation);

#[uniffi::export]
impl Confirmation {
    /// Who confirmed.
    pub fn person(&self) -> String {
        self.0.person().to_string()
    }

    /// Names the exchange.
    pub fn transcript(&self) -> String {
        self.0.transcript().to_string()
    }
}
