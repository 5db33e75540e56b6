//! Why a book keeps or changes nothing.

use super::{MAX_LINKS, MAX_TAGS, ReadError, RewriteError, WriteError};
use crate::date::Date;
use crate::identity::PersonId;
use crate::receipt::ReceiptError;
use crate::text::TextFlaw;
use crate::time::UnixTime;

/// Why something could not be kept or changed. The book is as it was before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BookError {
    /// The ledger took no entry.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The ledger could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The book could not be written anew, which forgetting takes.
    #[error(transparent)]
    Rewrite(#[from] RewriteError),
    /// The person is blocked; unblock them first, if you mean it.
    #[error("this person is blocked: unblock them first")]
    Blocked,
    /// The encounter that is confirmed was never recorded; record it, then try again.
    #[error("the encounter that this confirms is not in the book: record it first")]
    NotRecorded,
    /// The confirmation does not fit the recorded encounter.
    #[error("the confirmation doesn't fit the recorded encounter: {0}")]
    Confirmation(ReceiptError),
    /// An encounter by another identity than the book's owner's.
    #[error("this encounter is of another identity than this book's owner")]
    AnotherOwner,
    /// Notes and tags are about people who were met.
    #[error("this person was never met")]
    NotMet,
    /// The note breaks the character rule or its bound.
    #[error("the note {0}")]
    Note(TextFlaw),
    /// There is no such note about this person, or no longer.
    #[error("there is no such note about this person")]
    NoSuchNote,
    /// The tag breaks the character rule or its bound.
    #[error("the tag {0}")]
    Tag(TextFlaw),
    /// The person has [`MAX_TAGS`] tags; take one off.
    #[error("this person has {MAX_TAGS} tags, which is all there can be")]
    TooManyTags,
    /// The place breaks the character rule or its bound.
    #[error("the place {0}")]
    Place(TextFlaw),
    /// There is no follow-up to be done.
    #[error("nothing was to be followed up with this person")]
    NoFollowUp,
    /// Someone would have introduced themselves, in the end, or an outcome led to itself.
    #[error("this would go round in a circle")]
    Circle,
    /// The two are one person already.
    #[error("these contacts are one person already")]
    OnePerson,
    /// The contact stands for one person only.
    #[error("this contact was never merged with another")]
    NotMerged,
    /// No such outcome, or no longer.
    #[error("there is no such outcome in this book")]
    NoSuchOutcome,
    /// No such encounter.
    #[error("there is no such encounter in this book")]
    NoSuchEncounter,
    /// Nothing of this sort led to the outcome.
    #[error("this didn't lead to the outcome before")]
    NoSuchLink,
    /// The outcome has [`MAX_LINKS`] links.
    #[error("an outcome has at most {MAX_LINKS} links")]
    TooManyLinks,
    /// The title breaks the character rule or its bound.
    #[error("the title {0}")]
    Title(TextFlaw),
    /// The kind breaks the character rule or its bound.
    #[error("the kind {0}")]
    OutcomeKind(TextFlaw),
    /// An outcome is something that happened.
    #[error("{0} is still to come")]
    StillToCome(Date),
    /// No such badge; see [`Book::badges`](super::Book::badges).
    #[error("there is no badge called \"{0}\" in this book")]
    NoSuchBadge(String),
    /// A badge's label is 1 to 32 bytes of text without control characters.
    #[error("a badge's label takes 1 to 32 bytes, without control characters")]
    Label,
    /// The badge is on show; choose another to show, then remove it.
    #[error("the badge \"{0}\" is the one on show: choose another first")]
    OnShow(String),
    /// A statement about the owner's own key, who isn't a contact of theirs.
    #[error("this is about the key of this book's own owner")]
    OwnKey,
    /// A link that contradicts one that is in the book: another new key for the old one, or the way
    /// back. The first stays; ask the person, and compare fingerprints.
    #[error("this contradicts an earlier link, to {}, which stays", .0.fingerprint())]
    LinkConflict(PersonId),
    /// A signed badge that isn't later than everything known of the person's badges.
    #[error("this badge was signed at {made_at}, and one of {known} is known already")]
    OlderBadge {
        /// When it was signed, as its person's clock claimed.
        made_at: UnixTime,
        /// The latest time that this clock claimed before, in a meeting or a signed badge.
        known: UnixTime,
    },
}
