//! What is inside a backup, byte for byte; see `STORAGE.md`.

use std::io::{self, Read, Write};

use age::stream::StreamWriter;
use minicbor::Decoder;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{BackupError, Lock};
use crate::cbor::{self, NotCanonical};
use crate::identity::Identity;
use crate::ledger::{Entry, MAX_PLAINTEXT, Subject};
use crate::signing::{self, Context};
use crate::time::UnixTime;

const MAGIC: &[u8; 12] = b"lapel backup";
const VERSION: u16 = 1;
/// The head's encoding takes less.
const MOST_HEAD: usize = 128;

/// Whose book it is and how far it was.
#[derive(Clone)]
pub(crate) struct Head {
    /// The identity's.
    pub(crate) secret: Zeroizing<[u8; 32]>,
    /// The book's id.
    pub(crate) store: [u8; 16],
    pub(crate) made_at: UnixTime,
    /// How far the book had counted.
    pub(crate) clock: u64,
}

impl Head {
    fn encode(&self) -> Vec<u8> {
        cbor::write(|w| {
            w.array(4)?.bytes(&*self.secret)?.bytes(&self.store)?;
            w.u32(self.made_at.seconds())?.u64(self.clock)?;
            Ok(())
        })
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, NotCanonical> {
        cbor::array(d, 4)?;
        let (secret, store) = (Zeroizing::new(cbor::fixed(d)?), cbor::fixed(d)?);
        let made_at = UnixTime::received(d.u32()?).ok_or(NotCanonical)?;
        Ok(Self { secret, store, made_at, clock: d.u64()? })
    }
}

fn encode(entry: &Entry) -> Vec<u8> {
    cbor::write(|w| {
        w.array(3)?.u8(entry.kind)?.array(entry.subjects.len() as u64)?;
        entry.subjects.iter().try_for_each(|subject| w.bytes(subject.as_bytes()).map(drop))?;
        w.bytes(&entry.payload)?;
        Ok(())
    })
}

fn decode(d: &mut Decoder<'_>) -> Result<Entry, NotCanonical> {
    cbor::array(d, 3)?;
    let kind = d.u8()?;
    let subjects = d.array()?.ok_or(NotCanonical)?;
    let subjects = (0..subjects).map(|_| Subject::new(d.bytes()?).ok_or(NotCanonical));
    let subjects = subjects.collect::<Result<_, _>>()?;
    Ok(Entry { seq: 0, kind, subjects, payload: d.bytes()?.to_vec() })
}

/// A backup that is being written.
pub(crate) struct Writing<W: Write> {
    out: StreamWriter<W>,
    hash: Sha256,
}

impl<W: Write> Writing<W> {
    pub(crate) fn begin(out: W, lock: &Lock, head: &Head) -> io::Result<Self> {
        let mut writing = Self { out: lock.seal(out)?, hash: Sha256::new() };
        writing.put(MAGIC)?;
        writing.put(&VERSION.to_be_bytes())?;
        writing.put_item(&Zeroizing::new(head.encode()))?;
        Ok(writing)
    }

    pub(crate) fn entry(&mut self, entry: &Entry) -> io::Result<()> {
        self.put_item(&encode(entry))
    }

    /// Signs it, and gives back what it was written to.
    pub(crate) fn finish(mut self, owner: &Identity) -> io::Result<W> {
        self.put(&[0; 4])?;
        let digest: [u8; 32] = self.hash.clone().finalize().into();
        self.put(&owner.sign(Context::Backup, &[&digest]))?;
        // age's own end flushes nothing below it.
        let mut out = self.out.finish()?;
        out.flush()?;
        Ok(out)
    }

    fn put_item(&mut self, item: &[u8]) -> io::Result<()> {
        let length = u32::try_from(item.len()).map_err(io::Error::other)?;
        self.put(&length.to_be_bytes())?;
        self.put(item)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.out.write_all(bytes)
    }
}

/// A backup that is being read.
pub(crate) struct Reading<'a> {
    pub(crate) head: Head,
    input: Box<dyn Read + 'a>,
    hash: Sha256,
    entries: u64,
}

impl<'a> Reading<'a> {
    pub(super) fn begin(input: Box<dyn Read + 'a>) -> Result<Self, BackupError> {
        let head = Head {
            secret: Zeroizing::new([0; 32]),
            store: [0; 16],
            made_at: UnixTime::MIN,
            clock: 0,
        };
        let mut reading = Self { head, input, hash: Sha256::new(), entries: 0 };
        let mut magic = [0; MAGIC.len()];
        match reading.input.read_exact(&mut magic) {
            // age has found all there is to be whole.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(BackupError::NotABackup);
            }
            read => read.map_err(|error| reading.failed(error))?,
        }
        if magic != *MAGIC {
            return Err(BackupError::NotABackup);
        }
        reading.hash.update(magic);
        match u16::from_be_bytes(reading.take()?) {
            VERSION => {}
            0 => return Err(BackupError::NotABackup),
            _ => return Err(BackupError::Newer),
        }
        let head = reading.item(MOST_HEAD)?.ok_or(BackupError::NotABackup)?;
        let head = cbor::exactly(&head, Head::decode, Head::encode);
        reading.head = head.map_err(|_: NotCanonical| BackupError::NotABackup)?;
        Ok(reading)
    }

    /// Entries that were read.
    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }

    /// The next entry; `None` at the end, once the owner's signature was found to hold.
    pub(crate) fn next(&mut self) -> Result<Option<Entry>, BackupError> {
        // A few bytes more than the ledger pads to, for CBOR's heads.
        if let Some(item) = self.item(MAX_PLAINTEXT + 1024)? {
            self.entries += 1;
            let entry = cbor::exactly(&item, decode, encode);
            return entry.map(Some).map_err(|_| BackupError::Entry { entry: self.entries });
        }
        let digest = self.digest();
        let signature = self.take::<64>()?;
        let owner = Identity::from_secret(&self.head.secret).person();
        if !signing::verify(owner.as_bytes(), Context::Backup, &[&digest], &signature) {
            return Err(BackupError::Signature);
        }
        match self.input.read(&mut [0]) {
            Ok(0) => Ok(None),
            Ok(_) => Err(BackupError::Altered { entries: self.entries }),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// SHA-256 of all that was read.
    pub(crate) fn digest(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }

    /// Bytes behind their length; `None` for a length of 0.
    fn item(&mut self, most: usize) -> Result<Option<Zeroizing<Vec<u8>>>, BackupError> {
        let length = u32::from_be_bytes(self.take()?) as usize;
        if length == 0 {
            return Ok(None);
        }
        if length > most {
            return Err(BackupError::Entry { entry: self.entries + 1 });
        }
        let mut item = Zeroizing::new(vec![0; length]);
        self.fill(&mut item)?;
        Ok(Some(item))
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], BackupError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), BackupError> {
        self.input.read_exact(bytes).map_err(|error| self.failed(error))?;
        self.hash.update(&*bytes);
        Ok(())
    }

    /// What age says of bytes that aren't the right ones comes as an error of the system.
    fn failed(&self, error: io::Error) -> BackupError {
        match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => {
                BackupError::Altered { entries: self.entries }
            }
            _ => BackupError::Io(error),
        }
    }
}
