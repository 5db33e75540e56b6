//! What vcard-rs reads in JSContact: each card as the vCard that it is by RFC 9555, and what of it is none.

use std::{env, error::Error, fs, path::Path};

use serde_json::{Value, json};
use vcard::vcard::Vcard;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = env::args_os().nth(1).ok_or("where are the files?")?;
    let document: Value = serde_json::from_str(&fs::read_to_string(Path::new(&dir).join("jscontact"))?)?;
    let (mut cards, mut warnings) = (Vec::new(), Vec::new());
    for card in document.as_array().ok_or("not an array of cards")? {
        let read = Vcard::from_jscontact(card)?.to_jcard();
        let properties = read[1].as_array().ok_or("not a jCard")?;
        // Where it keeps what it has no name for.
        warnings.extend(properties.iter().filter(|property| property[0] == "jsprop").map(Value::to_string));
        cards.push(fields(properties));
    }
    println!("{}", json!({ "reader": format!("vcard-rs {}", version()?), "format": "jscontact", "cards": cards, "warnings": warnings }));
    Ok(())
}

/// That of vcard-rs, which this was built with.
fn version() -> Result<&'static str, &'static str> {
    let locked = include_str!("../Cargo.lock").split_once("name = \"vcard-rs\"\nversion = \"");
    locked.and_then(|(_, rest)| rest.split('"').next()).ok_or("vcard-rs isn't in the lock file")
}

fn fields(properties: &[Value]) -> Value {
    // A property is its name, parameters, type and values (RFC 7095 §3.3).
    let all = |name: &str| -> Vec<Value> {
        let named = properties.iter().filter(|property| property[0] == name);
        named.flat_map(|property| property.as_array().into_iter().flatten().skip(3)).cloned().collect()
    };
    let one = |name: &str| all(name).into_iter().next().unwrap_or_default();
    json!({
        "uid": one("uid"),
        "name": all("fn"),
        "given": one("n")[1],
        "family": one("n")[0],
        "title": all("title"),
        "organisation": all("org"),
        "email": all("email"),
        "phone": all("tel"),
        "url": all("url"),
        "handle": all("socialprofile"),
        "pronouns": all("pronouns"),
        "categories": all("categories"),
        "note": one("note"),
        "rev": one("rev"),
    })
}
