//! The story, by hand: who mattered, who introduced whom, what came of it, who was forgotten.
//!
//! Everyone and everything has a short name. Days and sums are as one writes them down.

/// Where many were met.
pub(crate) const BERLIN: &str = "rustfest-berlin";
pub(crate) const FOSDEM_17: &str = "fosdem-2017";
pub(crate) const LOOP: &str = "strange-loop-2017";
pub(crate) const OXIDIZE_18: &str = "oxidize-2018";
pub(crate) const FOSDEM_19: &str = "fosdem-2019";
pub(crate) const TOKYO: &str = "東京-systems-2019";
pub(crate) const FOSDEM_20: &str = "fosdem-2020";
pub(crate) const OPEN: &str = "открытый-код";
pub(crate) const OXIDIZE_22: &str = "oxidize-2022";
pub(crate) const NAIROBI: &str = "rustconf-nairobi";
pub(crate) const PUNE: &str = "devconf-pune";
pub(crate) const WINTER: &str = "winter-school-2026";
/// On no occasion in particular.
pub(crate) const NONE: &str = "";

/// Someone is met, with the badge they show then.
pub(crate) struct Met {
    pub(crate) who: &'static str,
    pub(crate) name: &'static str,
    pub(crate) day: &'static str,
    pub(crate) event: &'static str,
    /// Who introduces them; nobody if empty.
    pub(crate) by: &'static str,
    pub(crate) title: &'static str,
    pub(crate) organisation: &'static str,
}

const fn met(
    who: &'static str,
    name: &'static str,
    day: &'static str,
    event: &'static str,
    by: &'static str,
    title: &'static str,
    organisation: &'static str,
) -> Met {
    Met { who, name, day, event, by, title, organisation }
}

/// Whose book it is: name, title, organisation.
pub(crate) const OWNER: (&str, &str, &str) = ("Mira Okafor", "Systems engineer", "Kiln Ltd");

/// First handshakes: who, name, day, event, introduced by, title, organisation.
#[rustfmt::skip]
pub(crate) const CAST: [Met; 44] = [
    met("ada",     "Ada Byron",            "2016-03-12", BERLIN,     "",        "Analyst",            "Analytical Engines"),
    met("jose",    "José Ángel Núñez",     "2016-03-12", BERLIN,     "",        "Organiser",          "Rust Sevilla"),
    met("wim",     "Wim de Boer",          "2016-03-13", BERLIN,     "ada",     "Recruiter",          "Polder People"),
    met("grace",   "Grace Hopper",         "2017-02-04", FOSDEM_17,  "wim",     "Compiler engineer",  "Meridian"),
    met("nikos",   "Νίκος Παπαδόπουλος",   "2017-02-04", FOSDEM_17,  "",        "Maintainer",         "ΕΛΛΑΚ"),
    met("amal",    "أمل حداد",             "2017-02-05", FOSDEM_17,  "nikos",   "Cryptographer",      "Levant Labs"),
    met("beat",    "Beat Zürcher",         "2017-02-05", FOSDEM_17,  "",        "Investor",           "Seeufer Kapital"),
    met("lin",     "林美玲",               "2017-09-30", LOOP,       "beat",    "Build engineer",     "Formosa Forge"),
    met("deb",     "Déborah Lévy",         "2017-09-30", LOOP,       "",        "Partner",            "Lévy & Filles"),
    met("sam",     "Samuel Okonkwo",       "2017-10-01", LOOP,       "lin",     "Student",            "University of Lagos"),
    met("yuki",    "山田ゆき",             "2018-05-26", OXIDIZE_18, "grace",   "Programme chair",    "東京 Systems"),
    met("rahul",   "राहुल शर्मा",            "2018-05-26", OXIDIZE_18, "",        "Founder",            "Sahyadri Labs"),
    met("min",     "김민준",               "2018-05-26", OXIDIZE_18, "",        "Kernel developer",   "한빛 Networks"),
    met("petra",   "Petra Nováková",       "2018-05-27", OXIDIZE_18, "jose",    "Editor",             "Vltava Press"),
    met("ulf",     "Ulf Sørensen",         "2018-05-27", OXIDIZE_18, "rahul",   "Cartographer",       "Nordkart"),
    met("eli",     "אלי כהן",              "2018-08-19", NONE,       "",        "Violinist",          ""),
    met("zofia",   "Zofia Wójcik",         "2019-02-02", FOSDEM_19,  "amal",    "Auditor",            "Wisła Security"),
    met("ines",    "Inês Carvalho",        "2019-02-02", FOSDEM_19,  "deb",     "Architect",          "Ribeira"),
    met("karl",    "Karl-Heinz Öztürk",    "2019-02-03", FOSDEM_19,  "zofia",   "Collector",          "Altrechner e. V."),
    met("vera",    "Vera Blažek",          "2019-02-03", FOSDEM_19,  "ulf",     "Geodesist",          "Nordkart"),
    met("kenji",   "中村健二",             "2019-11-16", TOKYO,      "",        "Professor",          "東京大学"),
    met("hana",    "佐藤花",               "2019-11-16", TOKYO,      "lin",     "Guide",              "山の会"),
    met("chen",    "陈伟",                 "2019-11-17", TOKYO,      "kenji",   "Researcher",         "清华大学"),
    met("fatou",   "Fatoumata Traoré",     "2020-02-01", FOSDEM_20,  "",        "Programme lead",     "Bamako Dev"),
    met("bjorn",   "Björn Ásgeirsson",     "2020-02-01", FOSDEM_20,  "zofia",   "Head of ledger",     "Halden Bank"),
    met("star",    "✨ Stella 🚀",          "2020-02-02", FOSDEM_20,  "",        "Stage manager",      "FOSDEM"),
    met("tove",    "Tove Nygård",          "2020-02-02", FOSDEM_20,  "vera",    "Hydrographer",       "Fjord Maps"),
    met("maud",    "Maud Lindqvist",       "2020-07-04", NONE,       "",        "Gardener",           ""),
    met("ivan",    "Иван Петров",          "2021-09-11", OPEN,       "nikos",   "Lecturer",           "Летняя школа"),
    met("olga",    "Ольга Ковалевская",    "2021-09-11", OPEN,       "",        "Mathematician",      "Stockholms högskola"),
    met("dmytro",  "Дмитро Шевченко",      "2021-09-12", OPEN,       "olga",    "Translator",         "Слово"),
    met("min2",    "Minjun Kim",           "2022-06-18", OXIDIZE_22, "",        "Kernel developer",   "between jobs"),
    met("leo",     "Léonie Müller",        "2022-06-18", OXIDIZE_22, "min2",    "Sound artist",       "Klanggarten"),
    met("tomas",   "Tomáš Dvořák",         "2022-06-19", OXIDIZE_22, "petra",   "Parser author",      "Vltava Press"),
    met("wanjiku", "Wanjikũ Mwangi",       "2023-10-07", NAIROBI,    "",        "Partner",            "Savanna Seed"),
    met("aisha",   "عائشة بن علي",         "2023-10-07", NAIROBI,    "fatou",   "Programme chair",    "rustconf-nairobi"),
    met("otieno",  "Otieno Odhiambo",      "2023-10-08", NAIROBI,    "wanjiku", "Counsel",            "Savanna Seed"),
    met("ines2",   "Inês Carvalho",        "2023-10-08", NAIROBI,    "",        "Developer",          "Casas do Porto"),
    met("priya",   "प्रिया नायर",             "2024-11-23", PUNE,       "rahul",   "Engineer",           "Sahyadri Labs"),
    met("arjun",   "अर्जुन मेनन",             "2024-11-23", PUNE,       "priya",   "Engineer",           "Sahyadri Labs"),
    met("sana",    "سنا خان",              "2024-11-24", PUNE,       "arjun",   "Chief of staff",     "Sahyadri Labs"),
    met("noa",     "נועה לוי",             "2026-02-21", WINTER,     "eli",     "Student",            "הטכניון"),
    met("lars",    "Lars Ødegård",         "2026-02-21", WINTER,     "min",     "Student",            "NTNU"),
    met("greg",    "Grégoire Petit",       "2026-02-22", WINTER,     "",        "Growth hacker",      "Synergie"),
];

/// Met again, mostly with another badge than before. Who introduced them was said the first time.
#[rustfmt::skip]
pub(crate) const AGAIN: [Met; 17] = [
    met("jose",    "José Ángel Núñez",     "2017-02-04", FOSDEM_17,  "", "Organiser",            "Rust Sevilla"),
    met("grace",   "Grace Hopper",         "2018-05-27", OXIDIZE_18, "", "Head of compilers",    "Meridian"),
    met("jose",    "José Ángel Núñez",     "2019-02-02", FOSDEM_19,  "", "Teacher",              "Universidad de Sevilla"),
    met("deb",     "Déborah Lévy",         "2019-02-02", FOSDEM_19,  "", "Founding partner",     "Lévy & Filles"),
    met("ada",     "Ada Byron",            "2019-02-03", FOSDEM_19,  "", "Chief analyst",        "Difference AG"),
    met("lin",     "林美玲",               "2019-11-16", TOKYO,      "", "Co-founder",           "Kiln Ltd"),
    met("yuki",    "山田ゆき",             "2019-11-17", TOKYO,      "", "Programme chair",      "東京 Systems"),
    met("nikos",   "Νίκος Παπαδόπουλος",   "2021-09-11", OPEN,       "", "Maintainer",           "ΕΛΛΑΚ"),
    met("zofia",   "Zofia Wójcik-Lind",    "2021-09-11", OPEN,       "", "Lead auditor",         "Wisła Security"),
    met("petra",   "Petra Nováková",       "2022-06-18", OXIDIZE_22, "", "Publisher",            "Vltava Press"),
    met("bjorn",   "Björn Ásgeirsson",     "2022-06-18", OXIDIZE_22, "", "Out of office",        ""),
    met("fatou",   "Fatoumata Traoré",     "2023-10-07", NAIROBI,    "", "Director",             "Bamako Dev"),
    met("sam",     "Dr Samuel Okonkwo",    "2023-10-07", NAIROBI,    "", "Co-founder",           "Kiln Ltd"),
    met("star",    "✨ Stella 🚀",          "2024-09-06", NONE,       "", "Best woman",           ""),
    met("kenji",   "中村健二",             "2024-11-23", PUNE,       "", "Professor emeritus",   "東京大学"),
    met("rahul",   "राहुल शर्मा",            "2024-11-23", PUNE,       "", "Chairman",             "Sahyadri Labs"),
    met("eli",     "אלי כהן",              "2026-02-21", WINTER,     "", "Violinist, and coder", ""),
];

/// What the owner writes about someone.
pub(crate) enum Said {
    Note(&'static str),
    Tag(&'static str),
    Rating(u8),
    Place(&'static str),
    /// To be got in touch with by this day.
    FollowUp(&'static str),
    /// And so it was done.
    Done,
}

#[rustfmt::skip]
pub(crate) const SAID: [(&str, Said); 40] = [
    ("ada",     Said::Note("Explained the whole engine on a napkin.\nKeep the napkin.")),
    ("ada",     Said::Rating(5)),
    ("ada",     Said::Tag("mentor")),
    ("grace",   Said::Tag("mentor")),
    ("grace",   Said::Note("Says Meridian will hire in spring.")),
    ("grace",   Said::Rating(5)),
    ("grace",   Said::FollowUp("2019-03-01")),
    ("grace",   Said::Done),
    ("nikos",   Said::Note("Knows everybody. Everybody knows him.")),
    ("nikos",   Said::Rating(4)),
    ("nikos",   Said::Tag("mentor")),
    ("lin",     Said::Tag("kiln")),
    ("lin",     Said::Rating(5)),
    ("sam",     Said::Tag("kiln")),
    ("sam",     Said::Rating(5)),
    ("deb",     Said::Tag("Kiln")),
    ("deb",     Said::Note("Invests in people who return calls.")),
    ("deb",     Said::FollowUp("2026-04-15")),
    ("wanjiku", Said::Tag("kiln")),
    ("otieno",  Said::Tag("kiln")),
    ("otieno",  Said::FollowUp("2026-03-20")),
    ("yuki",    Said::Place("the hotel bar in Potsdam")),
    ("eli",     Said::Place("on the night train to Vienna")),
    ("eli",     Said::Note("Plays Bach between Linz and St. Pölten.")),
    ("maud",    Said::Place("the allotments behind the station")),
    ("maud",    Said::Rating(5)),
    ("star",    Said::Rating(4)),
    ("hana",    Said::Tag("mountains")),
    ("tove",    Said::Tag("mountains")),
    ("karl",    Said::Note("Wants the rack, not the servers.")),
    ("beat",    Said::Note("Never again.")),
    ("beat",    Said::Rating(1)),
    ("greg",    Said::Note("Wanted my whole address book.")),
    ("greg",    Said::Tag("mentor")),
    ("sana",    Said::FollowUp("2025-02-01")),
    ("sana",    Said::Done),
    ("noa",     Said::FollowUp("2026-03-01")),
    ("lars",    Said::FollowUp("2026-06-01")),
    ("min",     Said::Note("Writes schedulers, in the margins.")),
    ("min2",    Said::Tag("hired")),
];

/// Each the same person under two keys: the old phone, the new phone.
pub(crate) const SAME: [(&str, &str); 2] = [("min", "min2"), ("ines", "ines2")];

/// What led to something.
pub(crate) enum Led {
    /// Knowing someone.
    By(&'static str),
    /// Their encounter of this day.
    On(&'static str, &'static str),
    /// Something earlier.
    After(&'static str),
}

use Led::{After, By, On};

/// Something came of it.
pub(crate) struct Came {
    pub(crate) what: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) title: &'static str,
    pub(crate) day: &'static str,
    /// Empty for none.
    pub(crate) amount: &'static str,
    pub(crate) led: &'static [Led],
}

const fn came(
    what: &'static str,
    kind: &'static str,
    title: &'static str,
    day: &'static str,
    amount: &'static str,
    led: &'static [Led],
) -> Came {
    Came { what, kind, title, day, amount, led }
}

/// In the order the owner writes them down, which is nearly that of the days.
#[rustfmt::skip]
pub(crate) const CAME: [Came; 25] = [
    came("lifetimes",  "talk",       "Lifetimes without tears",          "2017-02-05", "",               &[By("jose")]),
    came("kiln",       "project",    "Kiln, a build cache",              "2018-01-20", "",               &[By("lin"), By("sam")]),
    came("sponsor",    "deal",       "Kiln's first sponsor",             "2018-09-14", "5000 EUR",       &[By("deb"), After("kiln")]),
    came("meridian",   "job",        "Staff engineer at Meridian",       "2019-05-02", "92000 EUR",      &[By("grace")]),
    came("rack",       "deal",       "Sold the old server rack",         "2019-06-08", "350 EUR",        &[By("karl")]),
    came("keynote",    "talk",       "Keynote in Tokyo",                 "2019-11-17", "",               &[By("yuki")]),
    came("sundays",    "friendship", "Sundays with Maud",                "2020-08-02", "",               &[By("maud")]),
    came("halden",     "deal",       "Rewrote the ledger of Halden Bank","2020-11-30", "180000 CHF",     &[By("bjorn")]),
    came("porto",      "move",       "Moved to Porto",                   "2021-03-01", "",               &[By("ines")]),
    came("halden2",    "deal",       "Halden Bank, the second half",     "2021-06-30", "140000 CHF",     &[On("bjorn", "2020-02-01"), After("halden")]),
    came("swimming",   "habit",      "Learned to swim",                  "2021-08-15", "",               &[]),
    came("lectures",   "talk",       "Three lectures on ownership",      "2021-09-12", "",               &[By("ivan"), By("olga")]),
    came("paper",      "project",    "Translated a paper of Ольга's",    "2019-04-01", "",               &[By("olga")]),
    came("fjords",     "project",    "Fjord maps on paper",              "2021-12-12", "1200.50 NOK",    &[By("tove")]),
    came("hiking",     "friendship", "Hiking with 佐藤花",               "2022-05-03", "",               &[By("hana")]),
    came("hire",       "job",        "Hired Minjun Kim",                 "2022-09-01", "",               &[By("min")]),
    came("garden",     "project",    "The Signal Garden",                "2023-01-15", "",               &[By("leo")]),
    came("nairobi",    "talk",       "Opening talk in Nairobi",          "2023-10-08", "",               &[By("aisha")]),
    came("flat",       "deal",       "Bought the flat in Porto",         "2024-02-10", "-310000 EUR",    &[By("ines2")]),
    came("parsers",    "project",    "A book on parsers",                "2024-05-20", "7400 EUR",       &[By("tomas"), After("lifetimes")]),
    came("seed",       "deal",       "Seed money for Kiln Ltd",          "2024-06-28", "400000 EUR",     &[By("wanjiku"), By("otieno"), After("sponsor")]),
    came("wedding",    "friendship", "✨ Stella 🚀 held the rings",       "2024-09-07", "",               &[By("star"), By("eli")]),
    came("panel",      "talk",       "A panel with 陈伟",                "2024-11-24", "",               &[By("chen"), On("kenji", "2024-11-23")]),
    came("adviser",    "job",        "Adviser to Sahyadri Labs",         "2025-01-10", "12000 USD",      &[By("sana")]),
    came("exit",       "deal",       "Kiln Ltd sold to Meridian",        "2026-03-31", "2250000.50 EUR", &[After("seed"), After("meridian")]),
];

/// Forgotten in the end, one after the other: in the middle of a path, at its beginning, at its end,
/// two in a row, and someone who led to nothing.
pub(crate) const FORGOTTEN: [&str; 6] = ["wim", "beat", "karl", "ulf", "vera", "greg"];
