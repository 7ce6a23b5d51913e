//! Signed heads of a log, read as C2SP's signed-note and tlog-checkpoint say.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::{Fault, Hash};

/// The key of a log, with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    name: String,
    id: Vec<u8>,
    public: Vec<u8>,
}

impl std::str::FromStr for Key {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let wrong = || Fault::new("this is no verifier key of the form NAME+ID+KEY");
        let [name, id, key]: [&str; 3] =
            text.trim().splitn(3, '+').collect::<Vec<_>>().try_into().map_err(|_parts| wrong())?;
        let typed = STANDARD.decode(key).map_err(|_unreadable| wrong())?;
        let mut hash = Sha256::new();
        hash.update(name);
        hash.update("\n");
        hash.update(&typed);
        let expected: Vec<u8> = hash.finalize().iter().take(4).copied().collect();
        let digits: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
        match typed.split_first() {
            Some((1, public)) if public.len() == 32 && digits == id => {
                Ok(Self { name: name.to_owned(), id: expected, public: public.to_vec() })
            }
            _ => Err(wrong()),
        }
    }
}

/// A signed head whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// How many entries.
    pub size: u64,
    /// The root above them.
    pub root: Hash,
}

impl Head {
    /// Reads a signed note and checks it with the log's key.
    ///
    /// # Errors
    /// It is no signed head, of another log, or its signature does not hold.
    pub fn read(note: &str, key: &Key) -> Result<Self, Fault> {
        let wrong = || Fault::new("this is no signed checkpoint");
        let at = note.rfind("\n\n").ok_or_else(wrong)?;
        let (text, signatures) = note.split_at_checked(at + 1).ok_or_else(wrong)?;
        let mut signed = false;
        for line in signatures.lines().filter(|line| !line.is_empty()) {
            let mut words = line.split(' ');
            let (dash, name, bytes) = (words.next(), words.next(), words.next());
            if dash != Some("\u{2014}") || words.next().is_some() {
                return Err(wrong());
            }
            let bytes = STANDARD.decode(bytes.unwrap_or_default()).map_err(|_no| wrong())?;
            let Some((id, signature)) = bytes.split_at_checked(4) else { return Err(wrong()) };
            if name != Some(&*key.name) || id != key.id {
                continue;
            }
            UnparsedPublicKey::new(&ED25519, &key.public)
                .verify(text.as_bytes(), signature)
                .map_err(|_refused| Fault::new("the signature of a checkpoint does not hold"))?;
            signed = true;
        }
        if !signed {
            return Err(Fault(format!("a checkpoint is not signed by the log {}", key.name)));
        }
        let lines: Vec<&str> = text.lines().collect();
        let [origin, size, root, ..] = lines.as_slice() else { return Err(wrong()) };
        if *origin != key.name {
            return Err(Fault(format!("a checkpoint is of the log {origin}, not {}", key.name)));
        }
        let root = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok());
        Ok(Self {
            size: size.parse().map_err(|_no_number| wrong())?,
            root: root.ok_or_else(wrong)?,
        })
    }
}
