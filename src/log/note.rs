//! Signed notes: a text with signatures below it, as C2SP's signed-note has them.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::hash::{hex, sha256, unhex};

/// The type of an Ed25519 signature.
const ED25519_TYPE: u8 = 1;

/// How a line with a signature begins.
const DASH: &str = "\u{2014} ";

/// Why a key or a note cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The key is no Ed25519 seed.
    #[error("the log's signing key is damaged")]
    Key,
    /// A name that a note cannot hold.
    #[error("a log's name must not be empty nor hold white space, a plus or a control character")]
    Name,
    /// The verifier key is not of the form NAME+ID+KEY.
    #[error("the verifier key is not of the form NAME+ID+KEY, or its id does not fit")]
    VerifierKey,
    /// The text is no signed note.
    #[error("this is no signed note")]
    Form,
}

/// True for a name that a key may have.
#[must_use]
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// What anyone needs to check a log's signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    key: Vec<u8>,
}

impl VerifierKey {
    fn new(name: &str, key: &[u8]) -> Self {
        let mut bytes = name.as_bytes().to_vec();
        bytes.extend_from_slice(&[b'\n', ED25519_TYPE]);
        bytes.extend_from_slice(key);
        let [a, b, c, d, ..] = sha256(&bytes);
        Self { name: name.to_owned(), id: [a, b, c, d], key: key.to_vec() }
    }

    /// Reads the form NAME+ID+KEY.
    ///
    /// # Errors
    /// [`NoteError::VerifierKey`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let refuse = NoteError::VerifierKey;
        let (name, rest) = text.split_once('+').ok_or(refuse)?;
        let (id, key) = rest.split_once('+').ok_or(refuse)?;
        let key = STANDARD.decode(key).map_err(|_unreadable| refuse)?;
        let Some((&ED25519_TYPE, key)) = key.split_first() else { return Err(refuse) };
        let read = Self::new(name, key);
        let fits = is_name(name) && key.len() == 32 && unhex(id).is_some_and(|id| id == read.id);
        if fits { Ok(read) } else { Err(refuse) }
    }

    /// The name of the key: the log's origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl std::fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut key = vec![ED25519_TYPE];
        key.extend_from_slice(&self.key);
        write!(f, "{}+{}+{}", self.name, hex(&self.id), STANDARD.encode(key))
    }
}

/// Signs notes.
#[derive(Debug)]
pub struct Signer {
    pair: Ed25519KeyPair,
    verifier: VerifierKey,
}

impl Signer {
    /// A signer with a name, from the 32 bytes of an Ed25519 seed.
    ///
    /// # Errors
    /// A name that cannot be one, or a seed of another length.
    pub fn new(name: &str, seed: &[u8]) -> Result<Self, NoteError> {
        if !is_name(name) {
            return Err(NoteError::Name);
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_refused| NoteError::Key)?;
        let verifier = VerifierKey::new(name, pair.public_key().as_ref());
        Ok(Self { pair, verifier })
    }

    /// What others check its signatures with.
    #[must_use]
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The note of a text that ends in a newline.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        let mut bytes = self.verifier.id.to_vec();
        bytes.extend_from_slice(self.pair.sign(text.as_bytes()).as_ref());
        format!("{text}\n{DASH}{} {}\n", self.verifier.name, STANDARD.encode(bytes))
    }
}

/// A note as it was read; its text says nothing until a signature was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<(String, Vec<u8>)>,
}

impl Note {
    /// Reads a note.
    ///
    /// # Errors
    /// [`NoteError::Form`].
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        let refuse = NoteError::Form;
        if note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(refuse);
        }
        let (text, below) = note.rsplit_once("\n\n").ok_or(refuse)?;
        let below = below.strip_suffix('\n').ok_or(refuse)?;
        let signature = |line: &str| {
            let (name, bytes) = line.strip_prefix(DASH)?.split_once(' ')?;
            let bytes = STANDARD.decode(bytes).ok().filter(|bytes| bytes.len() > 4)?;
            is_name(name).then(|| (name.to_owned(), bytes))
        };
        let signatures = below.split('\n').map(signature).collect::<Option<_>>().ok_or(refuse)?;
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// The text, if this key signed it. Signatures of other keys are passed over; one of this
    /// key that does not hold refuses the note.
    #[must_use]
    pub fn signed_by(&self, key: &VerifierKey) -> Option<&str> {
        let public = UnparsedPublicKey::new(&ED25519, &key.key);
        let mut by_key = self.signatures.iter().filter_map(|(name, bytes)| {
            let (id, signature) = bytes.split_at_checked(4)?;
            (*name == key.name && id == key.id).then_some(signature)
        });
        let first = by_key.next()?;
        std::iter::once(first)
            .chain(by_key)
            .all(|signature| public.verify(self.text.as_bytes(), signature).is_ok())
            .then_some(&*self.text)
    }
}
