//! Several byte strings in one allocation.

/// Byte strings one after another, each behind its length.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Packed(Box<[u8]>);

/// Bytes of a length.
const LENGTH: usize = size_of::<u32>();

impl Packed {
    /// Packs parts; one longer than 4 GiB would be kept as empty.
    pub(super) fn new<'a>(parts: impl Iterator<Item = &'a [u8]> + Clone) -> Self {
        let size = parts.clone().map(|part| LENGTH + part.len()).sum();
        let mut bytes = Vec::with_capacity(size);
        for part in parts {
            let length = u32::try_from(part.len()).unwrap_or_default();
            bytes.extend_from_slice(&length.to_le_bytes());
            if length > 0 {
                bytes.extend_from_slice(part);
            }
        }
        Self(bytes.into_boxed_slice())
    }

    /// The parts in order.
    pub(super) fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest: &[u8] = &self.0;
        std::iter::from_fn(move || {
            let (length, bytes) = rest.split_first_chunk::<LENGTH>()?;
            let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
            let (part, after) = bytes.split_at_checked(length)?;
            rest = after;
            Some(part)
        })
    }

    /// The part at a place; empty where there is none.
    pub(super) fn part(&self, at: usize) -> &[u8] {
        self.parts().nth(at).unwrap_or_default()
    }

    /// The part at a place as text; empty where it is none.
    pub(super) fn text(&self, at: usize) -> &str {
        str::from_utf8(self.part(at)).unwrap_or_default()
    }

    /// Bytes on the heap.
    pub(super) fn memory(&self) -> usize {
        self.0.len()
    }
}
