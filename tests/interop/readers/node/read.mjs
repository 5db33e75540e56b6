// What ical.js reads in jCards. (Of vCards as text it leaves `\;` as it stands, which RFC 6350 §3.4 allows us to write.)
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [, , dir] = process.argv;
const module = join(process.env.LAPEL_MODULES, "ical.js");
const { version, exports, main } = JSON.parse(readFileSync(join(module, "package.json"), "utf8"));
const entry = main ?? exports["."].import;
const { default: ICAL } = await import(pathToFileURL(join(module, entry)).href);

const read = (name) => readFileSync(join(dir, name), "utf8");

const fields = (document) => {
  const card = new ICAL.Component(document);
  const all = (name) => card.getAllProperties(name).map((property) => property.getFirstValue());
  const text = (name) => all(name).map((value) => value.toString());
  // An organisation is structured, and a name: parts in an array.
  const parts = (value) => (Array.isArray(value) ? value : [value]);
  const [family, given] = parts(all("n")[0]);
  return {
    uid: text("uid")[0],
    name: text("fn"),
    given,
    family,
    title: text("title"),
    organisation: all("org").map((value) => parts(value).join("|separated|")),
    email: text("email"),
    phone: text("tel"),
    url: text("url"),
    handle: text("x-socialprofile"),
    pronouns: text("pronouns"),
    categories: card.getAllProperties("categories").flatMap((property) => property.getValues()),
    note: text("note")[0],
    rev: text("rev")[0],
  };
};

const print = (format, documents) => {
  const cards = documents.map(fields);
  console.log(JSON.stringify({ reader: `ical.js ${version}`, format, cards, warnings: [] }));
};

print("jcard", JSON.parse(read("jcard")));
