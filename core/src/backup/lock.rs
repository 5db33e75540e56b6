//! What a backup is locked with, and what opens it: age's passphrases and X25519 keys.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Cursor, Read, Write};
use std::rc::Rc;

use age::secrecy::{ExposeSecret, SecretString};
use age::stream::StreamWriter;
use age::{DecryptError, Decryptor, Encryptor, scrypt, x25519};

use super::{BackupError, LockError};

/// With r = 8, N = 2¹⁵ takes 128 × 8 × 2¹⁵ bytes: 32 MiB (RFC 7914).
const WORK: u8 = 15;
/// The most that is done for a file of somebody's: 64 MiB.
const MOST_WORK: u8 = 16;
/// How a file of age's version 1 begins.
const V1: &[u8] = b"age-encryption.org/v1\n";
/// age's header, in front of what is encrypted, takes at most so many bytes: a hundred recipients.
const MOST_HEADER: u64 = 16 * 1024;

/// What a backup is locked with. Without the passphrase, or the key of a recipient, nobody opens it:
/// there is no way around.
pub struct Lock(With);

enum With {
    Passphrase(SecretString),
    Recipients(Vec<x25519::Recipient>),
}

impl Lock {
    /// Locks with a passphrase, through scrypt with N = 2¹⁵, r = 8, p = 1 (RFC 7914). How hard it is
    /// to guess is up to whoever chose it.
    ///
    /// # Errors
    /// [`LockError::NoPassphrase`] of an empty one.
    pub fn passphrase(passphrase: &str) -> Result<Self, LockError> {
        secret(passphrase).map(With::Passphrase).map(Self)
    }

    /// Locks for recipients, `age1…` each, any of whom opens it alone.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn recipients(recipients: &[impl AsRef<str>]) -> Result<Self, LockError> {
        let parsed = (1..).zip(recipients).map(|(index, recipient)| {
            recipient.as_ref().trim().parse().map_err(|_| LockError::NotARecipient { index })
        });
        let parsed: Vec<_> = parsed.collect::<Result<_, _>>()?;
        if parsed.is_empty() {
            Err(LockError::NoRecipient)
        } else {
            Ok(Self(With::Recipients(parsed)))
        }
    }

    /// Begins an age file in `out`.
    pub(super) fn seal<W: Write>(&self, out: W) -> io::Result<StreamWriter<W>> {
        let one: &dyn age::Recipient;
        let mut recipient;
        let encryptor = match &self.0 {
            With::Passphrase(passphrase) => {
                recipient = scrypt::Recipient::new(passphrase.clone());
                recipient.set_work_factor(WORK);
                one = &recipient;
                Encryptor::with_recipients(std::iter::once(one))
            }
            With::Recipients(all) => {
                Encryptor::with_recipients(all.iter().map(|one| one as &dyn age::Recipient))
            }
        };
        encryptor.map_err(io::Error::other)?.wrap_output(out)
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lock(hidden)")
    }
}

/// What opens a backup.
pub struct Key(By);

enum By {
    Passphrase(SecretString),
    Identity(Box<x25519::Identity>),
}

impl Key {
    /// Opens what was locked with this passphrase.
    ///
    /// # Errors
    /// [`LockError::NoPassphrase`] of an empty one.
    pub fn passphrase(passphrase: &str) -> Result<Self, LockError> {
        secret(passphrase).map(By::Passphrase).map(Self)
    }

    /// Opens what was locked for the recipient of this identity, `AGE-SECRET-KEY-1…`.
    ///
    /// # Errors
    /// [`LockError::NotAnIdentity`].
    pub fn identity(identity: &str) -> Result<Self, LockError> {
        let identity = identity.trim().parse().map_err(|_| LockError::NotAnIdentity)?;
        Ok(Self(By::Identity(Box::new(identity))))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(hidden)")
    }
}

fn secret(passphrase: &str) -> Result<SecretString, LockError> {
    let passphrase = SecretString::from(passphrase);
    match passphrase.expose_secret().is_empty() {
        true => Err(LockError::NoPassphrase),
        false => Ok(passphrase),
    }
}

/// What is in an age file, as a stream that ends in an error where bytes were changed or cut.
pub(super) fn open<'a>(
    mut input: Box<dyn Read + 'a>,
    key: &Key,
) -> Result<Box<dyn Read + 'a>, BackupError> {
    let mut line = Vec::new();
    input.by_ref().take(V1.len() as u64).read_to_end(&mut line).map_err(BackupError::Io)?;
    let is_v1 = line == V1;
    let left = Rc::new(Cell::new(MOST_HEADER));
    let whole = Cursor::new(line).chain(input);
    let decryptor = Decryptor::new(Limited { input: whole, left: Rc::clone(&left) });
    let decryptor = decryptor.map_err(|error| match error {
        // age takes a header that it can't read for one of another version.
        DecryptError::UnknownFormat if is_v1 => BackupError::Altered { entries: 0 },
        error => opening(error),
    })?;
    left.set(u64::MAX);
    let (identity, mut by_passphrase);
    let identity: &dyn age::Identity = match &key.0 {
        By::Passphrase(_) if !decryptor.is_scrypt() => {
            return Err(BackupError::OtherLock { passphrase: false });
        }
        By::Identity(_) if decryptor.is_scrypt() => {
            return Err(BackupError::OtherLock { passphrase: true });
        }
        By::Passphrase(passphrase) => {
            by_passphrase = scrypt::Identity::new(passphrase.clone());
            by_passphrase.set_max_work_factor(MOST_WORK);
            &by_passphrase
        }
        By::Identity(by) => {
            identity = by;
            &**identity
        }
    };
    let opened = decryptor.decrypt(std::iter::once(identity)).map_err(opening)?;
    Ok(Box::new(opened))
}

fn opening(error: DecryptError) -> BackupError {
    match error {
        DecryptError::ExcessiveWork { required, .. } => {
            BackupError::TooMuchWork { log_n: required, max: MOST_WORK }
        }
        DecryptError::DecryptionFailed
        | DecryptError::KeyDecryptionFailed
        | DecryptError::NoMatchingKeys => BackupError::WrongKey,
        DecryptError::InvalidMac => BackupError::Altered { entries: 0 },
        DecryptError::UnknownFormat => BackupError::Newer,
        DecryptError::Io(e) if e.kind() != io::ErrorKind::UnexpectedEof => BackupError::Io(e),
        _ => BackupError::NotAnAgeFile,
    }
}

/// Reads no more than is left.
struct Limited<R> {
    input: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.left.get()).unwrap_or(usize::MAX).min(into.len());
        let read = self.input.read(into.get_mut(..left).unwrap_or_default())?;
        self.left.set(self.left.get().saturating_sub(read as u64));
        Ok(read)
    }
}
