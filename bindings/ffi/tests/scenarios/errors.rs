use lapel::code::Code;
use lapel_ffi::error::LapelError;
use lapel_ffi::rehearsal::rehearse_error;

use crate::phones::turn;

#[test]
fn tells_every_error() {
    let _turn = turn();
    // Those of the scenarios are among them; that each crosses is what this is for.
    let all = include_str!("../../src/error.rs").split("pub enum ErrorCode {").nth(1).unwrap();
    let listed = all.lines().filter(|line| line.trim_end().ends_with(',')).count();
    for code in CODES {
        let LapelError::Failed { code: told, reason, values } = rehearse_error(code).unwrap_err();
        assert_eq!((told, reason), (code, format!("rehearsed: {code:?}")));
        assert_eq!(values["field"], "name");
    }
    assert_eq!(CODES.len(), listed);
}

/// Every code there is.
const CODES: [Code; 85] = [
    Code::TextEmpty,
    Code::TextTooLong,
    Code::TextForbidden,
    Code::TextUntidy,
    Code::BadgeTooMany,
    Code::BadgeForm,
    Code::BadgeTooLarge,
    Code::BadgeEncoding,
    Code::NotAnAttestation,
    Code::BadgeLabel,
    Code::NoSuchBadge,
    Code::BadgeOnShow,
    Code::NotAPerson,
    Code::NotATranscript,
    Code::NotAnOutcome,
    Code::NotANote,
    Code::NotADate,
    Code::NotARating,
    Code::NotAnAmount,
    Code::CarrierForm,
    Code::CompareNeedsReveal,
    Code::NotVerified,
    Code::SessionTaken,
    Code::NoCheckCode,
    Code::SessionEnded,
    Code::AnotherSession,
    Code::Blocked,
    Code::NotRecorded,
    Code::ConfirmationMisfit,
    Code::AnotherOwner,
    Code::NotMet,
    Code::NoSuchNote,
    Code::TooManyTags,
    Code::NoFollowUp,
    Code::Circle,
    Code::OnePerson,
    Code::NotMerged,
    Code::NoSuchOutcome,
    Code::NoSuchEncounter,
    Code::NoSuchLink,
    Code::TooManyLinks,
    Code::StillToCome,
    Code::NotWritable,
    Code::DiskFull,
    Code::InUse,
    Code::NoBook,
    Code::NotABook,
    Code::NewerBook,
    Code::KeyLocked,
    Code::KeyLost,
    Code::WrongKey,
    Code::KeyExposed,
    Code::VaultFailed,
    Code::HeaderDamaged,
    Code::Cancelled,
    Code::Suspended,
    Code::EntryLost,
    Code::IndexFailed,
    Code::EntryTooLarge,
    Code::SystemFailed,
    Code::ReopenNeeded,
    Code::OpenedToLook,
    Code::ReceiptAltered,
    Code::NewerReceipt,
    Code::ReceiptOneSided,
    Code::ReceiptKey,
    Code::ReceiptCommitment,
    Code::ReceiptSignature,
    Code::NotAProof,
    Code::NewerProof,
    Code::ProofHeader,
    Code::ProofTruncated,
    Code::ProofHolder,
    Code::ProofOrder,
    Code::ProofSignature,
    Code::ProofTrailing,
    Code::ProofCount,
    Code::NobodyFound,
    Code::NotAFormat,
    Code::NotAPart,
    Code::SymbolText,
    Code::SymbolTooLong,
    Code::PictureSize,
    Code::Busy,
    Code::Defect,
];
