//! Every outcome and every error has one name and one sentence.

use lapel::badge::{Badge, BadgeFields};
use lapel::event::Event;
use lapel::exchange::{
    AcceptError, AcknowledgeError, BeginError, Exchange, Options, Reveal, Scanned, Step, Verified,
};
use lapel::identity::{Identity, NotAPerson};
use lapel::receipt::{Half, ReceiptError};
use lapel::time::UnixTime;
use lapel::{Carrier, CarrierError, Flaw};
use lapel_protocol_tests::phone::Setup;
use lapel_protocol_tests::{Party, Phone};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

fn somebody() -> Verified {
    let mut ada = Phone::named("Ada");
    let hello = ada.hello();
    ada.verifies(Party::named("Grace").offer(&hello))
}

#[test]
fn every_outcome_of_a_scan_has_its_name_and_its_sentence() {
    let confirmed = Verified { confirmed: true, ..somebody() };
    let table: [(Scanned, &str, &str); 23] = [
        (Scanned::Verified(confirmed), "verified", "Grace is here and has accepted you. Accept?"),
        (Scanned::NotOurs, "not_ours", "That isn't a Lapel code."),
        (
            Scanned::OtherVersion { version: 7 },
            "other_version",
            "That code speaks version 7 of Lapel; one of you needs an update.",
        ),
        (
            Scanned::NotForUs,
            "not_for_us",
            "That code is for someone else. Ask them to scan yours, then scan theirs again.",
        ),
        (Scanned::OwnCode, "own_code", "That is your own code."),
        (Scanned::Expired, "expired", "That came too late. Start again with a fresh code."),
        (
            Scanned::Damaged(Flaw::Digits),
            "damaged",
            "That code is damaged: its digits don't stand for whole bytes. Scan it again.",
        ),
        (
            Scanned::Damaged(Flaw::Shape),
            "damaged",
            "That code is damaged: its length or kind is unknown. Scan it again.",
        ),
        (
            Scanned::Damaged(Flaw::EphemeralKey),
            "damaged",
            "That code is damaged: its ephemeral key is unusable. Scan it again.",
        ),
        (
            Scanned::Damaged(Flaw::Contents),
            "damaged",
            "That code is damaged: its contents are not in their deterministic encoding. Scan it again.",
        ),
        (
            Scanned::Damaged(Flaw::Badge),
            "damaged",
            "That code is damaged: its badge breaks the rules. Scan it again.",
        ),
        (
            Scanned::Damaged(Flaw::Signature),
            "damaged",
            "That code is damaged: its signature doesn't hold. Scan it again.",
        ),
        (
            Scanned::PartReceived { have: 1, total: 3 },
            "part_received",
            "1 of 3 parts are here; keep scanning.",
        ),
        (Scanned::NothingNew, "nothing_new", "Nothing new; keep showing and scanning."),
        (Scanned::Progressed(Step::Noticed), "progressed", "A code was noticed; keep it in view."),
        (
            Scanned::Progressed(Step::Answered),
            "progressed",
            "Answered. Let them scan your code now.",
        ),
        (
            Scanned::Progressed(Step::ConfirmedEarly),
            "progressed",
            "They confirmed already; scan again once they are in your book.",
        ),
        (Scanned::Verified(somebody()), "verified", "Grace is here. Accept?"),
        (
            Scanned::SessionTaken,
            "session_taken",
            "You have accepted someone already. Start again for the next person.",
        ),
        (
            Scanned::StartAgain,
            "start_again",
            "Your code has answered too many others. Start again.",
        ),
        (
            Scanned::StartAgainToCompare(somebody()),
            "start_again_to_compare",
            "Grace is here, but to compare check codes both of you must start again.",
        ),
        (
            Scanned::NobodyAnswersFirst,
            "nobody_answers_first",
            "Neither of you answers first. One of you has to show a badge first.",
        ),
        (Scanned::Ended, "ended", "This exchange has ended. Begin another."),
    ];
    for (scanned, name, sentence) in table {
        assert_eq!((scanned.name(), scanned.to_string().as_str()), (name, sentence));
    }
}

#[test]
fn every_error_of_the_exchange_says_what_to_do() {
    let table = [
        (
            AcceptError::NotVerified.to_string(),
            "nobody is verified under that transcript: scan their code first",
        ),
        (
            AcceptError::Taken.to_string(),
            "this exchange has accepted someone already: start again for the next person",
        ),
        (
            AcceptError::NoCheckCode.to_string(),
            "no check code is offered for this person: both of you start again to compare",
        ),
        (AcceptError::Ended.to_string(), "this exchange has ended: begin another"),
        (AcknowledgeError::AnotherExchange.to_string(), "that record is of another exchange"),
        (
            AcknowledgeError::Ended.to_string(),
            "this exchange has ended: show the confirm code kept in the book",
        ),
        (
            BeginError::CompareNeedsReveal.to_string(),
            "comparing check codes before accepting shows your badge first: reveal it first, or don't compare",
        ),
        (
            CarrierError.to_string(),
            "a carrier is https://, a host in lower case, /b#, in at most 64 bytes",
        ),
        (
            NotAPerson.to_string(),
            "not a person's id: it must be 64 hexadecimal digits of an Ed25519 public key",
        ),
        (
            Event::new("e\u{202E}").unwrap_err().to_string(),
            "the event contains the forbidden character U+202E",
        ),
        (
            Event::new(&"e".repeat(24)).unwrap_err().to_string(),
            "the event takes 24 bytes of UTF-8 and may take 23",
        ),
    ];
    for (said, expected) in table {
        assert_eq!(said, expected);
    }
}

#[test]
fn every_error_of_a_receipt_says_which_half() {
    let table = [
        (ReceiptError::Bytes, "this is not a receipt, or it was altered: its bytes don't add up"),
        (
            ReceiptError::NewerVersion(2),
            "this receipt is of version 2, which this program doesn't know: update it",
        ),
        (ReceiptError::OneSided, "both halves of this receipt are of one person or one key"),
        (
            ReceiptError::EphemeralKey(Half::Holder),
            "the holder's ephemeral key in this receipt is unusable",
        ),
        (
            ReceiptError::Commitment(Half::Peer),
            "the badge or attestation shown for the peer is not the one committed to",
        ),
        (
            ReceiptError::Signature(Half::Peer),
            "the peer's signature doesn't hold over this exchange",
        ),
    ];
    for (error, sentence) in table {
        assert_eq!(error.to_string(), sentence);
    }
}

fn begin(fields: BadgeFields, options: Options) -> Result<Exchange, BeginError> {
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let identity = Identity::generate(&mut rng);
    let badge = Badge::new(fields).unwrap();
    Exchange::begin(
        &identity,
        &badge,
        options,
        core::time::Duration::ZERO,
        UnixTime::clamped(0),
        0,
        &mut rng,
    )
}

#[test]
fn a_badge_that_does_not_fit_beside_its_event_is_refused_by_name() {
    let fields = BadgeFields {
        organisation: Some("o".repeat(64)),
        line: Some("l".repeat(96)),
        title: Some("t".repeat(40)),
        ..BadgeFields::named("Ada Lovelace")
    };
    let options = Options { event: Event::new(&"e".repeat(23)).unwrap(), ..Options::default() };
    let error = begin(fields, options).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the badge takes 224 bytes; beside an event of 23 and an attestation of 0 bytes it may take \
         213: shorten line (99), organisation (67), title (43), name (14)"
    );
    let BeginError::TooLarge { badge, budget, event, attestation, fields } = error else {
        panic!()
    };
    assert_eq!((badge, budget, event, attestation), (224, 213, 23, 0));
    assert_eq!(fields.iter().next().map(|(f, n)| (f.to_string(), n)), Some(("line".into(), 99)));
}

#[test]
fn comparing_needs_a_badge_shown_first() {
    let options = Options { compare: true, reveal: Reveal::AfterAccept, ..Options::default() };
    let refused = begin(BadgeFields::named("Ada"), options).unwrap_err();
    assert_eq!(refused, BeginError::CompareNeedsReveal);
}

#[test]
fn the_budgets_are_those_of_the_text() {
    let event = |len: usize| Event::new(&"e".repeat(len)).unwrap();
    // A badge of exactly so many bytes.
    let badge_of = |bytes: usize| {
        let mut fields = BadgeFields::named("n");
        let mut left = bytes - 4;
        for (place, most) in
            [(&mut fields.title, 64), (&mut fields.organisation, 64), (&mut fields.line, 96)]
        {
            let head = |len: usize| if len < 24 { 2 } else { 3 };
            let take = left.min(most + 3);
            if take > 2 {
                let len = (1..=most).rev().find(|l| l + head(*l) <= take).unwrap();
                left -= len + head(len);
                *place = Some("x".repeat(len));
            }
        }
        (fields, left)
    };
    let size = |bytes: usize, event_len: usize| {
        let (fields, left) = badge_of(bytes);
        assert_eq!(left, 0, "a badge of {bytes}");
        let mut setup = Setup::named("Ada");
        setup.fields = fields;
        setup.options.event = event(event_len);
        Phone::begin(setup).answers(Party::named("Grace").hello()).len()
    };
    let budgets = [(23, [110, 156, 213]), (0, [133, 179, 236])];
    for (event_len, [small, medium, large]) in budgets {
        assert_eq!(size(small, event_len), 311);
        assert_eq!(size(small + 1, event_len), 357);
        assert_eq!(size(medium, event_len), 357);
        assert_eq!(size(medium + 1, event_len), 414);
        assert_eq!(size(large, event_len), 414);
    }
}

#[test]
fn a_carrier_that_could_not_stand_in_a_url_is_refused() {
    for bad in ["", "LAPEL:/", "http://a/b#", "https://a b/b#", "https://é/b#", "https://a/b#1"] {
        assert_eq!(Carrier::web(bad), Err(CarrierError), "{bad}");
    }
    assert_eq!(Carrier::lapel().to_string(), "LAPEL:/");
}
