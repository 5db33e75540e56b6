// Opens and locks files as age's own TypeScript does: `age.mjs open|lock passphrase|identity|recipient KEY IN OUT`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [, , what, by, key, from, to] = process.argv;
const module = join(process.env.LAPEL_MODULES, "age-encryption");
const { version, main } = JSON.parse(readFileSync(join(module, "package.json"), "utf8"));
const { Decrypter, Encrypter } = await import(pathToFileURL(join(module, main)).href);

const open = (bytes) => {
  const decrypter = new Decrypter();
  by === "passphrase" ? decrypter.addPassphrase(key) : decrypter.addIdentity(key);
  return decrypter.decrypt(bytes);
};

const lock = (bytes) => {
  const encrypter = new Encrypter();
  // The most that Lapel tries.
  encrypter.setScryptWorkFactor(16);
  by === "passphrase" ? encrypter.setPassphrase(key) : encrypter.addRecipient(key);
  return encrypter.encrypt(bytes);
};

try {
  writeFileSync(to, await { open, lock }[what](readFileSync(from)));
  console.log(`typage ${version}`);
} catch (error) {
  console.error(`typage ${version}: ${error.message}`);
  process.exit(1);
}
