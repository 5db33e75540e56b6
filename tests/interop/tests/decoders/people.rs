//! Attendees in the scripts of the world, and what their phones show.

use core::time::Duration;

use lapel::Carrier;
use lapel::badge::{Badge, BadgeFields};
use lapel::event::Event;
use lapel::exchange::{BeginError, Exchange, Options, Scanned, Shows, Step};
use lapel::identity::Identity;
use lapel::time::UnixTime;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng};

/// A name in each script, as its owner writes it.
pub const NAMES: [(&str, &str); 18] = [
    ("ASCII", "Grace Hopper"),
    ("Latin with accents", "Zoë Ångström-Núñez"),
    ("Vietnamese", "Nguyễn Thị Ánh Tuyết"),
    ("Polish", "Wisława Szymborska-Żółć"),
    ("Greek", "Υπατία Αλεξανδρινή"),
    ("Cyrillic", "Софья Ковалевская"),
    ("Armenian", "Արամ Խաչատրյան"),
    ("Georgian", "შოთა რუსთაველი"),
    ("Arabic", "مريم الأسطرلابي"),
    ("Hebrew", "עדה יונת"),
    ("Devanagari", "अन्ना मणि"),
    ("Tamil", "சீனிவாச இராமானுசன்"),
    ("Thai", "ปรีดี พนมยงค์"),
    ("Chinese", "屠呦呦"),
    ("Japanese", "湯川 ひでき"),
    ("Korean", "이휘소"),
    ("Amharic", "ሀይሌ ገብረሥላሴ"),
    ("emoji with joiners", "Sam 👩🏽‍🔬🏳️‍🌈"),
];

/// The event's name that takes the most bytes.
pub const EVENT: &str = "Rust Week 2026, Utrecht";

const AT: Duration = Duration::from_secs(1);

/// What a script's people are called and what they do. Given names, family names, titles,
/// organisations.
struct Script {
    /// In a hundred attendees.
    share: u32,
    given: &'static [&'static str],
    family: &'static [&'static str],
    titles: &'static [&'static str],
    organisations: &'static [&'static str],
}

/// The attendees of an international conference held in English.
const SCRIPTS: [Script; 10] = [
    Script {
        share: 52,
        given: &["Ada", "Ben", "Chidi", "Dana", "Elizabeth", "Farah", "Grace", "Kim", "Oluwaseun"],
        family: &["Smith", "Okafor", "Lovelace", "Jansen", "van der Berg", "Patel", "Li", "Hopper"],
        titles: &["CTO", "Engineer", "Senior Software Engineer", "Head of Developer Relations"],
        organisations: &["Acme", "Analytical Engines", "Ferrous Systems GmbH", "TU Delft"],
    },
    Script {
        share: 18,
        given: &["Zoë", "José", "François", "Małgorzata", "Søren", "Jürgen"],
        family: &["Müller", "Núñez García", "Lefèvre", "Wójcik", "Ångström", "Šimůnek"],
        titles: &["Développeuse", "Softwareentwicklerin für Bahntechnik", "Ingeniera de datos"],
        organisations: &["Universität Zürich", "Société Générale", "Łódź Robotyka"],
    },
    Script {
        share: 5,
        given: &["Софья", "Андрій", "Наталия"],
        family: &["Ковалевская", "Шевченко", "Лобачевская"],
        titles: &["Инженер", "Керівниця розробки"],
        organisations: &["Политехника", "Київська обсерваторія"],
    },
    Script {
        share: 3,
        given: &["Υπατία", "Γιώργος"],
        family: &["Παπαδοπούλου", "Νικολαΐδης"],
        titles: &["Μηχανικός", "Ερευνήτρια"],
        organisations: &["Πολυτεχνείο", "Δήμος Αθηναίων"],
    },
    Script {
        share: 3,
        given: &["مريم", "محمد"],
        family: &["الأسطرلابي", "الخوارزمي"],
        titles: &["مهندسة برمجيات", "باحث"],
        organisations: &["جامعة القاهرة", "بيت الحكمة"],
    },
    Script {
        share: 2,
        given: &["עדה", "דוד"],
        family: &["יונת", "לוי"],
        titles: &["מהנדסת תוכנה"],
        organisations: &["הטכניון"],
    },
    Script {
        share: 4,
        given: &["अन्ना", "विक्रम", "प्रिया"],
        family: &["मणि", "साराभाई", "शर्मा"],
        titles: &["अभियंता", "वरिष्ठ वैज्ञानिक"],
        organisations: &["भारतीय विज्ञान संस्थान"],
    },
    Script {
        share: 2,
        given: &["ปรีดี", "สมศรี"],
        family: &["พนมยงค์", "ใจดี"],
        titles: &["วิศวกรซอฟต์แวร์"],
        organisations: &["จุฬาลงกรณ์"],
    },
    Script {
        share: 8,
        given: &["呦呦", "ひでき", "휘소", "淑芬"],
        family: &["屠", "湯川", "이", "陳"],
        titles: &["工程师", "ソフトウェアエンジニア", "수석 연구원"],
        organisations: &["北京大学", "京都大学", "서울대학교", "中央研究院"],
    },
    Script {
        share: 3,
        given: &["Sam 🦀", "Alex 👩🏽‍🔬", "Robin 🏳️‍🌈"],
        family: &["Jones", "Rivera"],
        titles: &["Chief 🐙 Officer", "Rustacean"],
        organisations: &["Crab & Co", "Freelance"],
    },
];

const EVENTS: [&str; 4] = [EVENT, "FOSDEM 2027", "東京ハック", "DevDays Σόφια"];

/// Dice whose throws all follow from a seed.
struct Dice(ChaCha20Rng);

impl Dice {
    fn below(&mut self, end: u32) -> u32 {
        self.0.next_u32() % end
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u32) as usize]
    }

    /// True in so many of a hundred throws.
    fn percent(&mut self, share: u32) -> bool {
        self.below(100) < share
    }

    fn maybe<T: Copy>(&mut self, share: u32, of: &[T]) -> Option<T> {
        self.percent(share).then(|| self.one(of))
    }
}

/// What somebody would fill in, and the event they are at. Some fill in more than a badge holds.
pub struct Attendee {
    pub fields: BadgeFields,
    pub event: &'static str,
}

/// So many attendees, the same ones each time.
pub fn attendees(count: usize) -> Vec<Attendee> {
    let mut dice = Dice(ChaCha20Rng::seed_from_u64(500));
    (0..count).map(|_| attendee(&mut dice)).collect()
}

fn attendee(dice: &mut Dice) -> Attendee {
    let mut left = dice.below(SCRIPTS.iter().map(|script| script.share).sum());
    let script = SCRIPTS
        .iter()
        .find(|script| left.checked_sub(script.share).map(|rest| left = rest).is_none())
        .unwrap();
    let name = format!("{} {}", dice.one(script.given), dice.one(script.family));
    let host = dice.one(&["gmail.com", "engines.example", "cs.uni-heidelberg.de", "acme.io"]);
    let user = dice.one(&["ada", "j.okafor", "first.lastname", "hello", "m.vanderberg"]);
    let mut emails = vec![format!("{user}@{host}")];
    if dice.percent(15) {
        emails.push(format!("{user}.private@proton.me"));
    }
    if dice.percent(8) {
        emails.clear();
    }
    let list = |some: Option<&str>| some.map(str::to_owned).into_iter().collect::<Vec<_>>();
    let own = |some: Option<&str>| some.map(str::to_owned);
    let fields = BadgeFields {
        name,
        emails,
        title: own(dice.maybe(85, script.titles)),
        organisation: own(dice.maybe(80, script.organisations)),
        phones: list(dice.maybe(25, &["+44 20 7946 0018", "+4930901820", "+81-75-753-7531"])),
        urls: list(dice.maybe(20, &["https://ada.dev", "https://www.example.org/people/ada"])),
        handles: list(dice.maybe(30, &["@ada@hachyderm.io", "github.com/ada", "@ada"])),
        pronouns: own(dice.maybe(25, &["she/her", "he/him", "they/them"])),
        line: own(dice.maybe(10, &["Ask me about sled", "Hiring compiler people in Utrecht"])),
    };
    Attendee { fields, event: dice.one(&EVENTS) }
}

/// The same person with as much as one code holds beside the event: what an app makes its owner
/// leave out, the least of a business card first. Second, how many fields that were.
pub fn fitting(mut fields: BadgeFields, event: &str) -> (Badge, usize) {
    let fits = |fields: &BadgeFields| {
        let badge = Badge::new(fields.clone()).ok()?;
        begin(&badge, event, &Carrier::lapel(), 0).is_ok().then_some(badge)
    };
    let mut left_out = 0;
    loop {
        if let Some(badge) = fits(&fields) {
            return (badge, left_out);
        }
        left_out += 1;
        let some = fields.line.take().is_some()
            || fields.urls.pop().is_some()
            || fields.handles.pop().is_some()
            || (fields.emails.len() > 1 && fields.emails.pop().is_some())
            || fields.phones.pop().is_some()
            || fields.pronouns.take().is_some()
            || fields.title.take().is_some();
        assert!(some, "{} doesn't fit alone", fields.name);
    }
}

fn begin(badge: &Badge, event: &str, carrier: &Carrier, seed: u64) -> Result<Exchange, BeginError> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let options = Options {
        event: Event::new(event).unwrap(),
        carrier: carrier.clone(),
        ..Options::default()
    };
    let (me, wall) = (Identity::generate(&mut rng), UnixTime::clamped(1_795_458_300));
    Exchange::begin(&me, badge, options, Duration::ZERO, wall, 0, &mut rng)
}

/// Someone who scans codes.
pub struct Scanner(Exchange);

/// The codes of one person, and the phone that can open them.
pub struct Shown {
    pub hello: String,
    /// The badge, sealed to the scanner, in one code.
    pub sealed: String,
    /// The same in two or three smaller codes.
    pub parts: Vec<String>,
    pub scanner: Scanner,
}

/// What this person's phone shows to a scanner's, all of it following from `seed`.
pub fn shown(badge: &Badge, event: &str, carrier: &Carrier, seed: u64) -> Shown {
    let mut one = begin(badge, event, carrier, 2 * seed).unwrap();
    let scanning = BadgeFields { name: "Scanner".into(), ..BadgeFields::default() };
    let mut other = begin(&Badge::new(scanning).unwrap(), "", carrier, 2 * seed + 1).unwrap();
    let hello = one.frame(AT).unwrap();
    let scanners = other.frame(AT).unwrap();
    assert_eq!(one.scan(&scanners.text, AT), Scanned::Progressed(Step::Answered));
    let sealed = one.frame(AT).unwrap();
    assert_eq!((hello.shows, sealed.shows), (Shows::Hello, Shows::Offer));

    one.use_small_symbols(true);
    let mut parts = Vec::new();
    for slot in 1..30 {
        let frame = one.frame(AT + Duration::from_millis(400) * slot).unwrap();
        if frame.shows == Shows::Offer && !parts.contains(&frame.text) {
            parts.push(frame.text);
        }
    }
    Shown { hello: hello.text, sealed: sealed.text, parts, scanner: Scanner(other) }
}

impl Scanner {
    /// Whose badge the texts that a decoder returned hold.
    pub fn name(&mut self, texts: &[&str]) -> Option<String> {
        let mut scans = texts.iter().map(|text| self.0.scan(text, AT));
        scans.find_map(|scanned| match scanned {
            Scanned::Verified(who) => Some(who.badge.name().to_owned()),
            _ => None,
        })
    }
}

/// The same person as an unsigned vCard 4.0, with nothing that isn't on the badge.
pub fn vcard(fields: &BadgeFields) -> String {
    let mut card = String::from("BEGIN:VCARD\r\nVERSION:4.0\r\n");
    let mut put = |property: &str, values: &[String]| {
        for value in values {
            let value = value.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;");
            card += &format!("{property}:{value}\r\n");
        }
    };
    put("FN", core::slice::from_ref(&fields.name));
    put("TITLE", fields.title.as_slice());
    put("ORG", fields.organisation.as_slice());
    put("EMAIL", &fields.emails);
    put("TEL", &fields.phones);
    put("URL", &fields.urls);
    put("SOCIALPROFILE;VALUE=TEXT", &fields.handles);
    put("PRONOUNS", fields.pronouns.as_slice());
    put("NOTE", fields.line.as_slice());
    card + "END:VCARD\r\n"
}
