//! The scans among the vectors.

use super::*;

/// A session on a phone, and what it is shown.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct ScanCase {
    pub name: String,
    pub start: Start,
    pub steps: Vec<ScanStep>,
}

/// One thing that happens.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct ScanStep {
    pub at_ms: u64,
    /// What is shown to the camera…
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan: Option<String>,
    /// …and the name of what it comes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<String>,
    /// For `damaged`: `digits`, `shape`, `ephemeral_key`, `contents`, `badge` or `signature`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flaw: Option<String>,
    /// For whoever is verified: their transcript.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub th: Option<String>,
    /// The person accepts this transcript.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept: Option<String>,
    /// `start_again` or `end`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<String>,
}

pub(super) struct Script(ScanCase);

impl Script {
    fn new(name: &str, start: &Start) -> Self {
        Self(ScanCase { name: name.into(), start: start.clone(), steps: Vec::new() })
    }

    fn text(mut self, at_ms: u64, text: String, expect: &str) -> Self {
        let expect = Some(expect.to_owned());
        self.0.steps.push(ScanStep { at_ms, scan: Some(text), expect, ..ScanStep::default() });
        self
    }

    fn shows(self, at_ms: u64, message: impl AsRef<[u8]>, expect: &str) -> Self {
        self.text(at_ms, digits::text(message), expect)
    }

    fn verifies(self, at_ms: u64, message: Vec<u8>, th: [u8; 32]) -> Self {
        let mut script = self.shows(at_ms, message, "verified");
        script.0.steps.last_mut().expect("a step").th = Some(hex(th));
        script
    }

    fn damaged(self, message: impl AsRef<[u8]>, flaw: &str) -> Self {
        let mut script = self.shows(1_000, message, "damaged");
        script.0.steps.last_mut().expect("a step").flaw = Some(flaw.into());
        script
    }

    fn accepts(mut self, at_ms: u64, th: [u8; 32]) -> Self {
        self.0.steps.push(ScanStep { at_ms, accept: Some(hex(th)), ..ScanStep::default() });
        self
    }

    fn then(mut self, at_ms: u64, what: &str) -> Self {
        self.0.steps.push(ScanStep { at_ms, then: Some(what.into()), ..ScanStep::default() });
        self
    }
}

pub(super) fn scans_good() -> Vec<ScanCase> {
    let (start, _) = starts();
    let ada = start.party();
    let hello = ada.hello();
    let me = ada.person();
    let (grace, edsger) = (Party::named("Grace"), Party::named("Edsger"));
    let th = grace.transcript(&hello);
    let mut shy = start.clone();
    shy.reveal = "after_accept".into();
    let mut extended = Party::named("extended");
    extended.contents.ext = b"later".to_vec();
    let renewed = grace.again(1);
    let mut renamed = renewed.clone();
    renamed.contents.badge = Party::named("G. Hopper").contents.badge;
    let mut compare = start.clone();
    compare.compare = true;
    let mut large = grace.clone();
    large.class = 414;
    let mut parts = schedule::parts(&grace.offer(&hello));
    parts.reverse();
    [
        Script::new("by turns: hello, then a confirm message", &start)
            .shows(1_000, grace.hello(), "progressed")
            .verifies(9_000, grace.confirm(&hello, &me), th)
            .shows(9_500, grace.confirm(&hello, &me), "nothing_new")
            .accepts(20_000, th)
            .shows(21_000, grace.confirm(&hello, &me), "progressed")
            .shows(21_000, grace.hello(), "nothing_new")
            .shows(21_000, edsger.hello(), "session_taken")
            .shows(21_000, edsger.offer(&hello), "session_taken"),
        Script::new("an offer first, and a confirm message says more", &start)
            .verifies(1_000, grace.offer(&hello), th)
            .shows(1_000, grace.offer(&hello), "nothing_new")
            .shows(1_000, grace.hello(), "nothing_new")
            .shows(1_000, large.offer(&hello), "nothing_new")
            .verifies(2_000, grace.confirm(&hello, &me), th),
        Script::new("in two parts, the last first", &start)
            .shows(1_000, &parts[0], "part_received")
            .shows(1_000, &parts[0], "nothing_new")
            .verifies(1_000, grace.offer(&hello), th)
            .shows(1_500, &parts[1], "nothing_new"),
        Script::new("other carriers and cases", &start)
            .text(0, digits::text(grace.hello()).to_lowercase(), "progressed")
            .text(0, format!(" {}\n", digits::text(grace.hello())), "nothing_new")
            .text(
                0,
                digits::text(grace.hello()).replace("LAPEL:/", "https://a.example:8443/b#"),
                "nothing_new",
            )
            .text(
                0,
                digits::text(grace.hello()).replace("LAPEL:/", "HTTPS://A.EXAMPLE/b#"),
                "nothing_new",
            ),
        Script::new("an ext of a later version is kept and covered", &start).verifies(
            0,
            extended.offer(&hello),
            extended.transcript(&hello),
        ),
        Script::new("a key on the twist, and the base point, are keys", &start)
            .shows(0, schedule::hello(&small(2), &[3; 32]), "progressed")
            .shows(0, schedule::hello(&small(9), &[3; 32]), "progressed"),
        Script::new("further hellos are held back", &start)
            .shows(0, grace.hello(), "progressed")
            .shows(100, edsger.hello(), "progressed")
            .shows(1_599, edsger.hello(), "nothing_new")
            .shows(1_600, edsger.hello(), "progressed")
            .shows(1_700, edsger.hello(), "nothing_new"),
        Script::new("reveal after_accept", &shy)
            .shows(1_000, grace.hello(), "progressed")
            .shows(5_999, grace.hello(), "nothing_new")
            .shows(6_000, grace.hello(), "nobody_answers_first"),
        Script::new("whoever was verified and not accepted", &start)
            .verifies(1_000, grace.offer(&hello), th)
            .verifies(1_000, edsger.offer(&hello), edsger.transcript(&hello))
            .verifies(1_000, renamed.offer(&hello), renamed.transcript(&hello))
            .accepts(2_000, th)
            .shows(3_000, edsger.offer(&hello), "session_taken")
            .shows(3_000, edsger.hello(), "session_taken")
            .shows(3_000, renamed.offer(&hello), "session_taken")
            .shows(3_000, renamed.hello(), "session_taken")
            .shows(3_000, grace.offer(&hello), "nothing_new"),
        Script::new("too many hellos of whoever was accepted, and one too late", &start)
            .verifies(1_000, grace.offer(&hello), th)
            .accepts(2_000, th)
            .verifies(3_000, renewed.offer(&hello), renewed.transcript(&hello))
            .shows(4_000, grace.again(2).offer(&hello), "nothing_new")
            .shows(120_001, grace.again(3).offer(&hello), "nothing_new"),
        Script::new("with a comparison, a renewed hello of whoever was accepted", &compare)
            .verifies(1_000, grace.offer(&hello), th)
            .accepts(2_000, th)
            .verifies(3_000, renewed.offer(&hello), renewed.transcript(&hello)),
        Script::new("verified within two minutes, accepted a day later", &start)
            .verifies(30_000, grace.offer(&hello), th)
            .accepts(86_400_000, th),
    ]
    .into_iter()
    .map(|script| script.0)
    .collect()
}

pub(super) fn scans_bad() -> Vec<ScanCase> {
    let (start, _) = starts();
    let ada = start.party();
    let (hello, me) = (ada.hello(), ada.person());
    let (grace, edsger) = (Party::named("Grace"), Party::named("Edsger"));
    let th = grace.transcript(&hello);
    let offer = grace.offer(&hello);
    let signed = grace.offer_signature(&hello);
    let under = |signature: [u8; 64]| grace.seal(OFFER, &hello, &grace.padded(&signature));
    let plain = |plaintext: Vec<u8>| {
        let mut padded = plaintext;
        padded.resize(261, 0);
        grace.seal(OFFER, &hello, &padded)
    };
    let items = grace.contents.items(&signed);
    let with = |at: usize, item: Vec<u8>| {
        let mut changed = items.clone();
        changed[at] = item;
        plain(cbor::array(&changed))
    };
    let changed = |bytes: &[u8], at: usize, to: u8| {
        let mut bytes = bytes.to_vec();
        bytes[at] = to;
        bytes
    };
    let mut padded = grace.padded(&signed);
    *padded.last_mut().expect("not empty") = 1;
    let mut odd_badge = grace.clone();
    odd_badge.contents.badge = b"\xa1\x00\x63G\nH".to_vec();
    let mut late_event = grace.clone();
    late_event.contents.event = "elsewhere".into();
    let mut nobody = grace.clone();
    nobody.contents.person = small_order_points()[0];
    let mut impostor = edsger.clone();
    impostor.contents.person = grace.person();
    let mut self_named = grace.clone();
    self_named.contents.person = me;
    let sealed_of = |e: [u8; 32]| [&[1, 1], e.as_slice(), &[0; 277]].concat();
    let high = |mut u: [u8; 32]| {
        u[31] |= 0x80;
        u
    };
    let mut compare = start.clone();
    compare.compare = true;
    let crowd: Vec<Party> = (0..5).map(|i| Party::named(&format!("number {i}"))).collect();
    let mut four = Script::new("four were answered", &start);
    for (i, one) in (0..).zip(&crowd[..4]) {
        four = four.shows(10_000 * i, one.hello(), "progressed");
        let again = if i == 0 { "nothing_new" } else { "progressed" };
        four = four.shows(10_000 * i + 1_500, one.hello(), again);
    }
    let mut verified = Script::new("four were verified", &start);
    for one in &crowd[..4] {
        verified = verified.verifies(1_000, one.offer(&hello), one.transcript(&hello));
    }
    // Sealed beside the five only, since these texts are long.
    let mut bad_keys = Script::new("ephemeral keys that are nobody's", &start);
    for u in low_order_u() {
        bad_keys = bad_keys.damaged(sealed_of(u), "ephemeral_key");
    }
    for u in low_order_u().into_iter().chain(non_canonical_u()) {
        bad_keys = bad_keys.damaged(schedule::hello(&u, &[3; 32]), "ephemeral_key");
    }
    bad_keys = bad_keys.damaged(sealed_of(p_plus(18)), "ephemeral_key");
    bad_keys = bad_keys.damaged(sealed_of(high(small(9))), "ephemeral_key");
    [
        Script::new("not Lapel's, or of another version", &start)
            .text(0, "WIFI:S:x;;".into(), "not_ours")
            .text(0, "https://example.org/".into(), "not_ours")
            .shows(0, [2], "other_version")
            .shows(0, [0], "other_version")
            .shows(0, changed(&offer, 0, 2), "other_version"),
        Script::new("shapes", &start)
            .damaged([1], "shape")
            .damaged([1, 4], "shape")
            .damaged([1, 255, 0, 0], "shape")
            .damaged(&grace.hello()[..65], "shape")
            .damaged([grace.hello(), vec![0]].concat(), "shape")
            .damaged(&offer[..310], "shape")
            .damaged([offer.clone(), vec![0]].concat(), "shape")
            .damaged([1, 3, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0], "shape")
            .damaged([1, 3, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 9], "shape")
            .damaged([1, 3, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 9], "shape")
            .damaged([&[1, 3, 0, 2], [0; 180].as_slice()].concat(), "shape"),
        bad_keys,
        Script::new("not for us", &start)
            .shows(0, grace.offer(&edsger.hello()), "not_for_us")
            .shows(0, changed(&offer, 310, offer[310] ^ 1), "not_for_us")
            .shows(0, changed(&offer, 1, CONFIRM), "not_for_us")
            .shows(0, [&offer[..2], &edsger.public(), &offer[34..]].concat(), "not_for_us")
            .shows(0, grace.offer(&schedule::hello(&ada.public(), &[9; 32])), "not_for_us")
            .verifies(0, offer.clone(), th),
        Script::new("own code", &start)
            .shows(0, &hello, "own_code")
            .shows(0, schedule::hello(&ada.public(), &[1; 32]), "own_code")
            .shows(0, sealed_of(ada.public()), "own_code")
            .damaged(self_named.offer(&hello), "signature")
            .shows(0, Party { key: ada.key.clone(), ..self_named }.offer(&hello), "own_code"),
        Script::new("signatures that don't hold", &start)
            .damaged(
                under({
                    let mut s = signed;
                    s[0] ^= 1;
                    s
                }),
                "signature",
            )
            .damaged(under(plus_order(signed)), "signature")
            .damaged(under([0; 64]), "signature")
            .damaged(under(grace.confirm_signature(&hello, &me)), "signature")
            .damaged(grace.confirm(&hello, &edsger.person()), "signature")
            .damaged(impostor.offer(&hello), "signature")
            .verifies(1_000, offer.clone(), th),
        Script::new("a commitment to something else", &start)
            .damaged(late_event.seal(OFFER, &hello, &late_event.padded(&signed)), "signature")
            .shows(1_000, schedule::hello(&grace.public(), &[9; 32]), "progressed")
            .verifies(1_000, offer.clone(), th),
        Script::new("contents", &start)
            .damaged(grace.seal(OFFER, &hello, &padded), "contents")
            .damaged(nobody.offer(&hello), "signature")
            .damaged(plain([&[0x98, 8], items.concat().as_slice()].concat()), "contents")
            .damaged(plain([&[0x9F], items.concat().as_slice(), &[0xFF]].concat()), "contents")
            .damaged(plain(cbor::array(&items[..7])), "contents")
            .damaged(with(0, cbor::bytes([0; 15])), "contents")
            .damaged(with(2, cbor::uint(65_535)), "contents")
            .damaged(
                with(2, [&[0x1B, 0, 0, 0, 0], &(WALL as u32).to_be_bytes()[..]].concat()),
                "contents",
            )
            .damaged(with(3, cbor::text("Jose\u{301}")), "contents")
            .damaged(with(3, cbor::text(&"e".repeat(24))), "contents")
            .damaged(with(5, cbor::bytes([0; 20])), "contents")
            .damaged(with(6, vec![0x58, 0]), "contents")
            .damaged(odd_badge.offer(&hello), "badge"),
        Script::new("too late for someone never answered", &start)
            .shows(0, edsger.hello(), "progressed")
            .shows(120_001, offer.clone(), "expired"),
        Script::new("too late for someone answered", &start)
            .shows(0, grace.hello(), "progressed")
            .shows(300_001, offer.clone(), "expired"),
        Script::new("after the hello was replaced twice", &start)
            .text(60_000, "anything".into(), "not_ours")
            .text(120_000, "anything".into(), "not_ours")
            .shows(120_000, offer.clone(), "not_for_us"),
        four.shows(35_000, crowd[4].hello(), "start_again").then(36_000, "start_again").shows(
            36_000,
            crowd[4].hello(),
            "progressed",
        ),
        verified.shows(1_000, crowd[4].offer(&hello), "start_again"),
        Script::new("a check code that could have been ground", &compare)
            .shows(0, edsger.hello(), "progressed")
            .shows(1_499, edsger.hello(), "nothing_new")
            .shows(1_500, edsger.hello(), "progressed")
            .shows(2_000, offer.clone(), "start_again_to_compare"),
        Script::new("after the end", &start)
            .verifies(0, offer.clone(), th)
            .then(0, "end")
            .shows(0, offer, "ended")
            .text(0, "anything".into(), "ended"),
    ]
    .into_iter()
    .map(|script| script.0)
    .collect()
}
