//! Everyone else: 256 people of plausible names, drawn from lists, some of whom are met again.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::story::{
    BERLIN, FOSDEM_17, FOSDEM_19, FOSDEM_20, LOOP, NAIROBI, NONE, OPEN, OXIDIZE_18, OXIDIZE_22,
    PUNE, TOKYO, WINTER,
};

/// How many of the crowd are met where for the first time, and on which day.
#[rustfmt::skip]
const MET: [(&str, &str, usize); 20] = [
    (BERLIN,     "2016-03-12", 20),
    (NONE,       "2016-07-21", 1),
    (FOSDEM_17,  "2017-02-04", 22),
    (NONE,       "2017-05-13", 1),
    (LOOP,       "2017-09-30", 18),
    (OXIDIZE_18, "2018-05-26", 24),
    (NONE,       "2018-11-02", 1),
    (FOSDEM_19,  "2019-02-02", 26),
    (TOKYO,      "2019-11-16", 16),
    (FOSDEM_20,  "2020-02-01", 28),
    (NONE,       "2020-10-10", 1),
    (NONE,       "2021-04-17", 1),
    (OPEN,       "2021-09-11", 14),
    (OXIDIZE_22, "2022-06-18", 24),
    (NONE,       "2022-12-03", 1),
    (NAIROBI,    "2023-10-07", 22),
    (NONE,       "2024-03-09", 1),
    (PUNE,       "2024-11-23", 20),
    (NONE,       "2025-08-30", 1),
    (WINTER,     "2026-02-21", 14),
];

/// Two people who were met at one event are met again at another.
#[rustfmt::skip]
const AGAIN: [(&str, &str, &str); 10] = [
    (BERLIN,     LOOP,       "2017-10-01"),
    (FOSDEM_17,  OXIDIZE_18, "2018-05-27"),
    (LOOP,       FOSDEM_19,  "2019-02-03"),
    (OXIDIZE_18, TOKYO,      "2019-11-17"),
    (FOSDEM_19,  FOSDEM_20,  "2020-02-02"),
    (TOKYO,      OPEN,       "2021-09-12"),
    (FOSDEM_20,  OXIDIZE_22, "2022-06-19"),
    (OPEN,       NAIROBI,    "2023-10-08"),
    (OXIDIZE_22, PUNE,       "2024-11-24"),
    (NAIROBI,    WINTER,     "2026-02-22"),
];

/// First names and family names, and whether the family's comes first, without a space.
type Names = ([&'static str; 8], [&'static str; 8], bool);

#[rustfmt::skip]
const NAMES: [Names; 12] = [
    (["Chloé", "Zoë", "Jürgen", "Agnès", "Søren", "Māra", "Łukasz", "Íris"],
     ["Lefèvre", "Müller", "Bergström", "Ruiz", "Kovács", "Åkesson", "D’Angelo", "Şahin"], false),
    (["Анна", "Борис", "Вера", "Григорий", "Дарья", "Олексій", "Ирина", "Марко"],
     ["Смирнов", "Бондаренко", "Ким", "Лысенко", "Јовановић", "Орлик", "Черных", "Гинзбург"], false),
    (["Ελένη", "Γιώργος", "Μαρία", "Σοφία", "Δημήτρης", "Άννα", "Κώστας", "Ιάσων"],
     ["Οικονόμου", "Βλάχου", "Αθανασίου", "Γεωργίου", "Δούκας", "Ρήγας", "Ζαχαρίου", "Ξένου"], false),
    (["ليلى", "عمر", "مريم", "يوسف", "فاطمة", "خالد", "نور", "سامي"],
     ["منصور", "الخطيب", "حسين", "سالم", "النجار", "عيسى", "فارس", "درويش"], false),
    (["דוד", "שרה", "יעל", "אורי", "תמר", "גיל", "רות", "איתן"],
     ["פרץ", "מזרחי", "אברהם", "גולן", "שפירא", "ברק", "אלון", "שלום"], false),
    (["伟", "芳", "秀英", "敏", "静", "磊", "洋", "艳"],
     ["王", "李", "张", "刘", "杨", "黄", "赵", "周"], true),
    (["陽菜", "蓮", "結衣", "大翔", "さくら", "悠真", "美咲", "翼"],
     ["鈴木", "高橋", "田中", "渡辺", "伊藤", "小林", "加藤", "吉田"], true),
    (["서연", "지훈", "하은", "도윤", "수빈", "예준", "지우", "은서"],
     ["이", "박", "최", "정", "강", "조", "윤", "장"], true),
    (["अनिल", "सुनीता", "विक्रम", "कविता", "मोहन", "राधा", "दीपक", "मीरा"],
     ["गुप्ता", "वर्मा", "जोशी", "पटेल", "राव", "मिश्रा", "सिंह", "दास"], false),
    (["Thandiwe", "Kwame", "Ngozi", "Tunde", "Amina", "Sipho", "Zainab", "Kofi"],
     ["Nkosi", "Mensah", "Adébáyò", "Eze", "Kamau", "Diop", "Dlamini", "Owusu"], false),
    (["Nguyễn Thị", "Trần Văn", "Lê Minh", "Phạm Thu", "Hoàng Gia", "Võ Anh", "Đặng Bảo", "Bùi Khánh"],
     ["Hương", "Đức", "Phượng", "Quân", "Yến", "Tú", "Ngọc", "Việt"], false),
    (["🌻 Robin", "Alex 🐧", "Sky ☕", "Jo 🎻", "Kit 🛹", "Max 👩‍💻", "Pax 🕊", "Lou 🦀"],
     ["Hart", "Wilde", "Stone", "Frost", "Lane", "Brook", "Marsh", "Vale"], false),
];

const TITLES: [&str; 8] = [
    "Engineer",
    "Developer advocate",
    "Student",
    "Tester",
    "Researcher",
    "Designer",
    "Operator",
    "Freelancer",
];

#[rustfmt::skip]
const ORGANISATIONS: [&str; 10] = [
    "Nordlicht", "Acme", "Универсал", "日光", "Oceânica", "Delta", "Copper & Sons", "한누리", "Η Γέφυρα", "",
];

/// Someone of the crowd is met.
pub(crate) struct Passing {
    /// 0 to 255, in the order of the first handshakes.
    pub(crate) number: usize,
    pub(crate) name: String,
    pub(crate) day: &'static str,
    pub(crate) event: &'static str,
    pub(crate) title: &'static str,
    pub(crate) organisation: &'static str,
    /// They walk off before they confirm.
    pub(crate) walks_off: bool,
}

/// All that pass, the first handshakes before those who are met again.
pub(crate) fn crowd() -> Vec<Passing> {
    let mut rng = ChaCha20Rng::seed_from_u64(256);
    let mut crowd: Vec<Passing> = Vec::new();
    for (event, day, count) in MET {
        for _ in 0..count {
            let number = crowd.len();
            crowd.push(passing(number, day, event, &mut rng));
        }
    }
    for (before, event, day) in AGAIN {
        let numbers = crowd.iter().filter(|p| p.event == before).map(|p| p.number).take(2);
        for number in numbers.collect::<Vec<_>>() {
            crowd.push(passing(number, day, event, &mut rng));
        }
    }
    crowd
}

fn passing(
    number: usize,
    day: &'static str,
    event: &'static str,
    rng: &mut ChaCha20Rng,
) -> Passing {
    let (title, organisation) = (one_of(&TITLES, rng), one_of(&ORGANISATIONS, rng));
    let walks_off = number % 16 == 7;
    Passing { number, name: name(number), day, event, title, organisation, walks_off }
}

fn one_of(texts: &[&'static str], rng: &mut ChaCha20Rng) -> &'static str {
    let at = usize::try_from(rng.next_u32()).unwrap_or_default() % texts.len();
    texts.get(at).copied().unwrap_or_default()
}

/// The names go round by script, and no two people share theirs.
fn name(number: usize) -> String {
    let (script, round) = (number % NAMES.len(), number / NAMES.len());
    let Some((first, family, family_first)) = NAMES.get(script) else { return String::new() };
    let pick =
        |names: &[&'static str; 8], at: usize| names.get(at % 8).copied().unwrap_or_default();
    let (first, family) = (pick(first, round), pick(family, 3 * round + round / 8));
    if *family_first { format!("{family}{first}") } else { format!("{first} {family}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_of_the_crowd_share_a_name() {
        assert_eq!((0..256).map(name).collect::<BTreeSet<_>>().len(), 256);
    }
}
