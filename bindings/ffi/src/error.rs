//! One error for every call: a code for programs and translations, and a sentence for people.

use std::collections::HashMap;

use lapel::code::{Code as ErrorCode, Coded};

/// Why a call did nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum LapelError {
    /// What went wrong. Whatever was there before is as it was, unless the sentence says otherwise.
    #[error("{reason}")]
    Failed {
        /// What went wrong, for programs and translations.
        code: ErrorCode,
        /// The same, as a sentence in English.
        reason: String,
        /// What stands in the sentence, by names that stay, such as `field`, `bytes` and `max`.
        values: HashMap<String, String>,
    },
}

impl LapelError {
    /// What went wrong.
    pub fn code(&self) -> ErrorCode {
        let Self::Failed { code, .. } = self;
        *code
    }

    /// The book is being used by the call that called back.
    pub(crate) fn busy() -> Self {
        let reason = "this book is in the middle of a call, which asked for this one".to_owned();
        Self::Failed { code: ErrorCode::Busy, reason, values: HashMap::new() }
    }

    /// The system gave no randomness, or no time.
    pub(crate) fn system(error: impl ToString) -> Self {
        let (reason, code) = (error.to_string(), ErrorCode::SystemFailed);
        let values = HashMap::from([("detail".to_owned(), reason.clone())]);
        Self::Failed { code, reason, values }
    }
}

impl<E: Coded> From<E> for LapelError {
    fn from(error: E) -> Self {
        let values = error.values().into_iter();
        Self::Failed {
            code: error.code(),
            reason: error.to_string(),
            values: values.map(|(name, value)| (name.to_owned(), value)).collect(),
        }
    }
}

/// What went wrong; and behind it, the values that come with it.
#[uniffi::remote(Enum)]
pub enum ErrorCode {
    /// A text that is required is empty. `field`.
    TextEmpty,
    /// A text takes too many bytes. `field`, `bytes`, `max`.
    TextTooLong,
    /// A text holds a control, formatting or unassignable character. `field`, `character`.
    TextForbidden,
    /// Received text that isn't in Normalization Form C, or has white space at an end. `field`.
    TextUntidy,
    /// A badge has too many values for a field. `field`, `count`, `max`.
    BadgeTooMany,
    /// A badge's value hasn't the form its field asks for. `field`, `expected`.
    BadgeForm,
    /// A badge is too large, by itself or beside event and attestation. `bytes`, `max`, `largest`.
    BadgeTooLarge,
    /// Received bytes aren't the one encoding of a badge.
    BadgeEncoding,
    /// Not an attestation: 101 bytes of its one encoding.
    NotAnAttestation,
    /// A badge's label is not 1 to 32 bytes without control characters.
    BadgeLabel,
    /// There is no badge of this label. `label`.
    NoSuchBadge,
    /// The badge is the one on show; choose another first. `label`.
    BadgeOnShow,
    /// Not 64 hexadecimal digits of an Ed25519 public key.
    NotAPerson,
    /// Not 64 hexadecimal digits.
    NotATranscript,
    /// Not the name of an outcome: 32 hexadecimal digits.
    NotAnOutcome,
    /// Not the name of a note.
    NotANote,
    /// Not a day such as `2026-11-26`. `text`.
    NotADate,
    /// A rating is 1 to 5 points.
    NotARating,
    /// Not a sum such as `1200.50 EUR`.
    NotAnAmount,
    /// What stands in front of a code's digits isn't `https://host/b#`. `max`.
    CarrierForm,
    /// Comparing check codes shows one's badge first, which the options forbid.
    CompareNeedsReveal,
    /// Nobody is verified under that transcript: scan their code.
    NotVerified,
    /// The session accepted someone else: start again for the next person.
    SessionTaken,
    /// No check code is offered for this person: both start again to compare.
    NoCheckCode,
    /// The session has ended: begin another.
    SessionEnded,
    /// The record is of another session.
    AnotherSession,
    /// The person is blocked: unblock them first.
    Blocked,
    /// The encounter that is confirmed isn't in the book: record it first.
    NotRecorded,
    /// The confirmation doesn't fit the recorded encounter.
    ConfirmationMisfit,
    /// The encounter, or the book, is of another identity.
    AnotherOwner,
    /// The person was never met.
    NotMet,
    /// There is no such note.
    NoSuchNote,
    /// The person has as many tags as there can be. `max`.
    TooManyTags,
    /// Nothing was to be followed up.
    NoFollowUp,
    /// It would go round in a circle.
    Circle,
    /// The two are one person already.
    OnePerson,
    /// The contact was never merged.
    NotMerged,
    /// There is no such outcome.
    NoSuchOutcome,
    /// There is no such encounter.
    NoSuchEncounter,
    /// This didn't lead to the outcome before.
    NoSuchLink,
    /// The outcome has as many links as there can be. `max`.
    TooManyLinks,
    /// The day is still to come. `date`.
    StillToCome,
    /// The directory can't be written. `path`.
    NotWritable,
    /// The disk is full; nothing is lost. Free some space and do the same again. `path`.
    DiskFull,
    /// The book is open already, here or in another process. `path`.
    InUse,
    /// There is no book, and none was to be made. `path`.
    NoBook,
    /// The directory holds something else, which was left alone. `path`.
    NotABook,
    /// A newer version wrote it: update. `found`, `known`.
    NewerBook,
    /// The vault is locked: try again after the unlock.
    KeyLocked,
    /// The vault has no key for this book.
    KeyLost,
    /// The vault has another key than this book's.
    WrongKey,
    /// Other users of this machine can read the key.
    KeyExposed,
    /// The vault failed. `detail`.
    VaultFailed,
    /// Both copies of the ledger's header are damaged. `path`.
    HeaderDamaged,
    /// Whoever watched the work ended it; nothing is lost.
    Cancelled,
    /// The book is suspended: resume it.
    Suspended,
    /// An entry is damaged and lost; what surrounds it can be read. `entry`.
    EntryLost,
    /// The index failed; have it built anew. `detail`.
    IndexFailed,
    /// An entry is larger than the ledger takes. `bytes`, `max`.
    EntryTooLarge,
    /// The system refused to read or write. `path`, `detail`.
    SystemFailed,
    /// An earlier write failed: suspend and resume the book, then go on.
    ReopenNeeded,
    /// The book was opened only to look at it.
    OpenedToLook,
    /// Not a receipt, or altered.
    ReceiptAltered,
    /// A receipt of a version that isn't known: update. `found`.
    NewerReceipt,
    /// Both halves of a receipt are of one person or one key.
    ReceiptOneSided,
    /// An ephemeral key in a receipt is unusable. `half`.
    ReceiptKey,
    /// A shown badge or attestation isn't the one committed to. `half`.
    ReceiptCommitment,
    /// A signature in a receipt doesn't hold. `half`.
    ReceiptSignature,
    /// Not a text of Lapel's.
    ForeignText,
    /// A text of a version that isn't known: update. `found`.
    NewerStatement,
    /// A text is something else than what was wanted. `found`, `wanted`.
    OtherStatement,
    /// Not a link or a signed badge, or altered.
    StatementAltered,
    /// A signature of a link or a signed badge doesn't hold. `fingerprint`.
    StatementSignature,
    /// A link or a signed badge is about the book's own owner.
    OwnKey,
    /// Another link, to the key with this fingerprint, was there before, and stays. `fingerprint`.
    LinkConflict,
    /// A signed badge is no newer than what is known of its person. `made_at`, `known`.
    OlderBadge,
    /// Not a proof of meetings.
    NotAProof,
    /// A proof of a version that isn't known: update. `found`.
    NewerProof,
    /// A proof's header isn't one, or was altered.
    ProofHeader,
    /// A proof ends too early. `part`.
    ProofTruncated,
    /// A receipt in a proof is of another holder. `receipt`, its number.
    ProofHolder,
    /// A receipt stands in a proof twice, or out of order. `receipt`, its number.
    ProofOrder,
    /// The holder's signature doesn't hold over a proof.
    ProofSignature,
    /// There are bytes behind a proof's end.
    ProofTrailing,
    /// A proof would hold no receipt, or too many. `count`, `max`.
    ProofCount,
    /// Nobody fits what is to be exported.
    NobodyFound,
    /// Not the name of a format to export in. `text`.
    NotAFormat,
    /// Not the name of a part of a contact. `text`.
    NotAPart,
    /// A file isn't a backup of a book.
    NotABackup,
    /// A newer version made the backup: update.
    NewerBackup,
    /// The passphrase or key doesn't open the backup.
    WrongPassphrase,
    /// The backup takes a passphrase where a key was given, or the other way round.
    OtherLock,
    /// Trying a passphrase would take too much work. `log_n`, `max`.
    TooMuchWork,
    /// The backup is cut or altered, or not signed by its owner.
    BackupAltered,
    /// There is a book with something in it where one was to be restored. `path`.
    BookNotEmpty,
    /// A passphrase is empty.
    NoPassphrase,
    /// Not a recipient or an identity of age's. `index`, of several recipients.
    NotALock,
    /// A text can't be a symbol: it is empty or not ASCII.
    SymbolText,
    /// A text is longer than any symbol holds. `bits`, `max`.
    SymbolTooLong,
    /// A picture would be too large, or too small for its symbol. `pixels`, `limit`.
    PictureSize,
    /// A book is being used by the very call that called back.
    Busy,
    /// A defect in Lapel. Report it. `detail`.
    Defect,
}
