//! What each error tells: its code, and the values of its sentence.

use super::{Code, Coded, Values};
use crate::attestation::NotAnAttestation;
use crate::badge::BadgeError;
use crate::event::EventError;
use crate::exchange::{AcceptError, AcknowledgeError, BeginError};
use crate::identity::NotAPerson;
use crate::proof::{MAX_RECEIPTS, ProofError, ProofTermsError, ProofWriteError};
use crate::receipt::ReceiptError;
use crate::statement::StatementError;
use crate::text::TextFlaw;
use crate::transcript::NotATranscript;
use crate::wire::CarrierError;

/// What a flaw of `field` is.
fn flaw(field: &str, flaw: &TextFlaw) -> (Code, Values) {
    let mut values = vec![("field", field.to_owned())];
    let code = match flaw {
        TextFlaw::Empty => Code::TextEmpty,
        TextFlaw::TooLong { bytes, max } => {
            values.extend([("bytes", bytes.to_string()), ("max", max.to_string())]);
            Code::TextTooLong
        }
        TextFlaw::Forbidden(character) => {
            values.push(("character", format!("U+{:04X}", u32::from(*character))));
            Code::TextForbidden
        }
        TextFlaw::NotNormalized | TextFlaw::Untrimmed => Code::TextUntidy,
    };
    (code, values)
}

/// Both halves of [`Coded`] out of one match, so that neither can be forgotten.
macro_rules! coded {
    ($($error:ty: $this:ident => $told:expr;)*) => {$(
        impl Coded for $error {
            fn code(&self) -> Code {
                let $this = self;
                let told: (Code, Values) = $told;
                told.0
            }

            fn values(&self) -> Values {
                let $this = self;
                let told: (Code, Values) = $told;
                told.1
            }
        }
    )*};
}

/// A code without values.
fn bare(code: Code) -> (Code, Values) {
    (code, Values::new())
}

/// A code with one value.
fn with(code: Code, name: &'static str, value: impl ToString) -> (Code, Values) {
    (code, vec![(name, value.to_string())])
}

coded! {
    NotAPerson: _e => bare(Code::NotAPerson);
    NotATranscript: _e => bare(Code::NotATranscript);
    NotAnAttestation: _e => bare(Code::NotAnAttestation);
    CarrierError: _e => with(Code::CarrierForm, "max", crate::wire::Carrier::MAX_BYTES);
    EventError: e => flaw("event", &e.0);
    BadgeError: e => match e {
        BadgeError::Text { field, flaw } => self::flaw(&field.to_string(), flaw),
        BadgeError::TooMany { field, count, max } => (Code::BadgeTooMany, vec![
            ("field", field.to_string()),
            ("count", count.to_string()),
            ("max", max.to_string()),
        ]),
        BadgeError::Form { field, expected } => (Code::BadgeForm, vec![
            ("field", field.to_string()),
            ("expected", (*expected).to_owned()),
        ]),
        BadgeError::TooLarge { bytes, max, fields } => (Code::BadgeTooLarge, vec![
            ("bytes", bytes.to_string()),
            ("max", max.to_string()),
            ("largest", fields.to_string()),
        ]),
        BadgeError::Encoding => bare(Code::BadgeEncoding),
    };
    BeginError: e => match e {
        BeginError::TooLarge { badge, budget, fields, .. } => (Code::BadgeTooLarge, vec![
            ("bytes", badge.to_string()),
            ("max", budget.to_string()),
            ("largest", fields.to_string()),
        ]),
        BeginError::CompareNeedsReveal => bare(Code::CompareNeedsReveal),
    };
    AcceptError: e => bare(match e {
        AcceptError::NotVerified => Code::NotVerified,
        AcceptError::Taken => Code::SessionTaken,
        AcceptError::NoCheckCode => Code::NoCheckCode,
        AcceptError::Ended => Code::SessionEnded,
    });
    AcknowledgeError: e => bare(match e {
        AcknowledgeError::AnotherExchange => Code::AnotherSession,
        AcknowledgeError::Ended => Code::SessionEnded,
    });
    ReceiptError: e => match e {
        ReceiptError::Bytes => bare(Code::ReceiptAltered),
        ReceiptError::NewerVersion(found) => with(Code::NewerReceipt, "found", found),
        ReceiptError::OneSided => bare(Code::ReceiptOneSided),
        ReceiptError::EphemeralKey(half) => with(Code::ReceiptKey, "half", half),
        ReceiptError::Commitment(half) => with(Code::ReceiptCommitment, "half", half),
        ReceiptError::Signature(half) => with(Code::ReceiptSignature, "half", half),
    };
    StatementError: e => match e {
        StatementError::Foreign => bare(Code::ForeignText),
        StatementError::NewerVersion(found) => with(Code::NewerStatement, "found", found),
        StatementError::Another { found, wanted } => (Code::OtherStatement, vec![
            ("found", found.to_string()),
            ("wanted", wanted.to_string()),
        ]),
        StatementError::Bytes => bare(Code::StatementAltered),
        StatementError::Badge(error) => (error.code(), error.values()),
        StatementError::OnePerson => bare(Code::OnePerson),
        StatementError::Signature(person) => {
            with(Code::StatementSignature, "fingerprint", person.fingerprint())
        }
    };
    ProofTermsError: e => match e {
        ProofTermsError::To(text) => flaw("to", text),
        ProofTermsError::Purpose(text) => flaw("purpose", text),
    };
    ProofError: e => match e {
        ProofError::NotAProof => bare(Code::NotAProof),
        ProofError::NewerVersion(found) => with(Code::NewerProof, "found", found),
        ProofError::Header => bare(Code::ProofHeader),
        ProofError::Truncated(part) => with(Code::ProofTruncated, "part", part),
        ProofError::Receipt { number, source } => {
            let mut values = vec![("receipt", number.to_string())];
            values.extend(source.values());
            (source.code(), values)
        }
        ProofError::AnotherHolder { number } => with(Code::ProofHolder, "receipt", number),
        ProofError::Repeated { number } | ProofError::Order { number } => {
            with(Code::ProofOrder, "receipt", number)
        }
        ProofError::Signature => bare(Code::ProofSignature),
        ProofError::Trailing => bare(Code::ProofTrailing),
        ProofError::Cancelled => bare(Code::Cancelled),
        ProofError::Read(source) => with(Code::SystemFailed, "detail", source),
    };
    ProofWriteError: e => match e {
        ProofWriteError::Count(count) => (Code::ProofCount, vec![
            ("count", count.to_string()),
            ("max", MAX_RECEIPTS.to_string()),
        ]),
        ProofWriteError::AnotherHolder
        | ProofWriteError::Order
        | ProofWriteError::NotAsAnnounced => with(Code::Defect, "detail", e),
        ProofWriteError::Write(source) => with(Code::SystemFailed, "detail", source),
    };
}

#[cfg(feature = "qr")]
mod of_symbols {
    use super::{Code, Coded, Values, bare, with};
    use crate::proof::ReportError;
    use crate::qr::{MAX_PICTURE_WIDTH, QrError};

    coded! {
        QrError: e => match e {
            QrError::Empty | QrError::NotAscii { .. } => bare(Code::SymbolText),
            QrError::TooLong { bits, capacity } => (Code::SymbolTooLong, vec![
                ("bits", bits.to_string()),
                ("max", capacity.to_string()),
            ]),
            QrError::PictureTooLarge { width } => (Code::PictureSize, vec![
                ("pixels", width.to_string()),
                ("limit", MAX_PICTURE_WIDTH.to_string()),
            ]),
            QrError::PictureTooSmall { needed, available } => (Code::PictureSize, vec![
                ("pixels", available.to_string()),
                ("limit", needed.to_string()),
            ]),
            QrError::Encoder(detail) => with(Code::Defect, "detail", detail),
        };
        ReportError: e => match e {
            ReportError::Proof(error) => (error.code(), error.values()),
            ReportError::Symbol(error) => (error.code(), error.values()),
            ReportError::Write(source) => with(Code::SystemFailed, "detail", source),
        };
    }
}

#[cfg(feature = "book")]
mod of_the_book {
    use std::path::Path;

    use super::{Code, Coded, Values, bare, flaw, with};
    use crate::book::{
        BookError, MAX_LINKS, MAX_TAGS, NotANote, NotARating, NotAnAmount, NotAnOutcome, OpenError,
        ReadError, RewriteError, WriteError,
    };
    use crate::date::NotADate;
    use crate::text::TextFlaw;
    use crate::vault::VaultError;

    fn at(code: Code, path: &Path) -> (Code, Values) {
        with(code, "path", path.display())
    }

    fn system(path: &Path, source: &std::io::Error) -> (Code, Values) {
        let (code, mut values) = at(Code::SystemFailed, path);
        values.push(("detail", source.to_string()));
        (code, values)
    }

    fn of(error: &dyn Coded) -> (Code, Values) {
        (error.code(), error.values())
    }

    coded! {
        NotADate: e => with(Code::NotADate, "text", e.text());
        NotARating: _e => bare(Code::NotARating);
        NotAnAmount: _e => bare(Code::NotAnAmount);
        NotAnOutcome: _e => bare(Code::NotAnOutcome);
        NotANote: _e => bare(Code::NotANote);
        // Of what it is about, the caller knows best.
        TextFlaw: e => flaw("text", e);
        VaultError: e => match e {
            VaultError::Locked => bare(Code::KeyLocked),
            VaultError::Missing => bare(Code::KeyLost),
            VaultError::Exposed => bare(Code::KeyExposed),
            VaultError::Failed(detail) => with(Code::VaultFailed, "detail", detail),
        };
        OpenError: e => match e {
            OpenError::ReadOnly { path } => at(Code::NotWritable, path),
            OpenError::Full { path } => at(Code::DiskFull, path),
            OpenError::InUse { path } => at(Code::InUse, path),
            OpenError::Missing { path } => at(Code::NoBook, path),
            OpenError::NotOurs { path } => at(Code::NotABook, path),
            OpenError::NewerVersion { found, known } => (Code::NewerBook, vec![
                ("found", found.to_string()),
                ("known", known.to_string()),
            ]),
            OpenError::KeyLocked => bare(Code::KeyLocked),
            OpenError::KeyLost => bare(Code::KeyLost),
            OpenError::WrongKey => bare(Code::WrongKey),
            OpenError::Vault(error) => of(error),
            OpenError::DamagedHeader { path } => at(Code::HeaderDamaged, path),
            OpenError::AnotherOwner { path } => at(Code::AnotherOwner, path),
            OpenError::Cancelled => bare(Code::Cancelled),
            OpenError::Io { path, source } => system(path, source),
        };
        ReadError: e => match e {
            ReadError::Lost(entry) => with(Code::EntryLost, "entry", entry),
            ReadError::Index(detail) => with(Code::IndexFailed, "detail", detail),
            ReadError::Suspended => bare(Code::Suspended),
            ReadError::Cancelled => bare(Code::Cancelled),
            ReadError::Vault(error) => of(error),
            ReadError::Io { path, source } => system(path, source),
        };
        WriteError: e => match e {
            WriteError::TooLarge { size, limit } => (Code::EntryTooLarge, vec![
                ("bytes", size.to_string()),
                ("max", limit.to_string()),
            ]),
            WriteError::Full { path } => at(Code::DiskFull, path),
            WriteError::Io { path, source } => system(path, source),
            WriteError::Poisoned => bare(Code::ReopenNeeded),
            WriteError::ReadOnly => bare(Code::OpenedToLook),
        };
        RewriteError: e => match e {
            RewriteError::Read(error) => of(error),
            RewriteError::Write(error) => of(error),
            RewriteError::Vault(error) => of(error),
            RewriteError::Io { path, source } => system(path, source),
        };
        BookError: e => match e {
            BookError::Write(error) => of(error),
            BookError::Read(error) => of(error),
            BookError::Rewrite(error) => of(error),
            BookError::Blocked => bare(Code::Blocked),
            BookError::NotRecorded => bare(Code::NotRecorded),
            BookError::Confirmation(_) => bare(Code::ConfirmationMisfit),
            BookError::AnotherOwner => bare(Code::AnotherOwner),
            BookError::NotMet => bare(Code::NotMet),
            BookError::Note(text) => flaw("note", text),
            BookError::NoSuchNote => bare(Code::NoSuchNote),
            BookError::Tag(text) => flaw("tag", text),
            BookError::TooManyTags => with(Code::TooManyTags, "max", MAX_TAGS),
            BookError::Place(text) => flaw("place", text),
            BookError::NoFollowUp => bare(Code::NoFollowUp),
            BookError::Circle => bare(Code::Circle),
            BookError::OnePerson => bare(Code::OnePerson),
            BookError::NotMerged => bare(Code::NotMerged),
            BookError::NoSuchOutcome => bare(Code::NoSuchOutcome),
            BookError::NoSuchEncounter => bare(Code::NoSuchEncounter),
            BookError::NoSuchLink => bare(Code::NoSuchLink),
            BookError::TooManyLinks => with(Code::TooManyLinks, "max", MAX_LINKS),
            BookError::Title(text) => flaw("title", text),
            BookError::OutcomeKind(text) => flaw("kind", text),
            BookError::StillToCome(date) => with(Code::StillToCome, "date", date),
            BookError::NoSuchBadge(label) => with(Code::NoSuchBadge, "label", label),
            BookError::Label => bare(Code::BadgeLabel),
            BookError::OnShow(label) => with(Code::BadgeOnShow, "label", label),
            BookError::OwnKey => bare(Code::OwnKey),
            BookError::LinkConflict(to) => {
                with(Code::LinkConflict, "fingerprint", to.fingerprint())
            }
            BookError::OlderBadge { made_at, known } => (Code::OlderBadge, vec![
                ("made_at", made_at.to_string()),
                ("known", known.to_string()),
            ]),
        };
    }
}

#[cfg(feature = "backup")]
mod of_backups;
#[cfg(feature = "export")]
mod of_exports;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::badge::{Badge, BadgeFields};

    #[test]
    fn the_values_are_those_of_the_sentence() {
        let long = BadgeFields {
            emails: vec!["a@".to_owned() + &"b".repeat(70)],
            ..BadgeFields::named("Ada")
        };
        let error = Badge::new(long).unwrap_err();
        assert_eq!(error.code(), Code::TextTooLong);
        let values =
            [("field", "email".to_owned()), ("bytes", "72".to_owned()), ("max", "64".to_owned())];
        assert_eq!(error.values(), values);
        let sentence = error.to_string();
        assert!(values.iter().all(|(_, value)| sentence.contains(value)), "{sentence}");
    }
}
