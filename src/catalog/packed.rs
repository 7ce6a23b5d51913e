//! Several byte strings in one allocation.

/// Byte strings one after another, each behind its length: seven bits a byte, the lowest first,
/// with the highest bit on all but the last, since there are millions of short ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Packed(Box<[u8]>);

/// Says that another byte of a length follows.
const MORE: u8 = 0x80;

impl Packed {
    /// Packs parts.
    pub(super) fn new<'a>(parts: impl Iterator<Item = &'a [u8]> + Clone) -> Self {
        let size = parts.clone().map(|part| length_of_length(part.len()) + part.len()).sum();
        let mut bytes = Vec::with_capacity(size);
        for part in parts {
            let mut length = part.len();
            while length >= usize::from(MORE) {
                bytes.push(length.to_le_bytes()[0] | MORE);
                length >>= 7;
            }
            bytes.push(length.to_le_bytes()[0]);
            bytes.extend_from_slice(part);
        }
        Self(bytes.into_boxed_slice())
    }

    /// The parts in order.
    pub(super) fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest: &[u8] = &self.0;
        std::iter::from_fn(move || {
            let (length, bytes) = length(rest)?;
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

/// Bytes that a length takes.
fn length_of_length(length: usize) -> usize {
    std::iter::successors(Some(length), |rest| Some(rest >> 7).filter(|rest| *rest > 0)).count()
}

/// The length at the beginning of some bytes, and what comes after it.
fn length(mut bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (mut length, mut shift) = (0, 0);
    loop {
        let (byte, rest) = bytes.split_first()?;
        length |= usize::from(byte & !MORE).checked_shl(shift)?;
        if byte & MORE == 0 {
            return Some((length, rest));
        }
        (bytes, shift) = (rest, shift + 7);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_every_length_come_back() {
        let lengths = [0, 1, 127, 128, 129, 16_383, 16_384, 0, 2_097_152, 3];
        let parts: Vec<Vec<u8>> = lengths.iter().map(|length| vec![b'x'; *length]).collect();
        let packed = Packed::new(parts.iter().map(Vec::as_slice));
        assert!(packed.parts().eq(parts.iter().map(Vec::as_slice)));
        let lengths: usize = lengths.iter().map(|length| length_of_length(*length)).sum();
        assert_eq!(packed.memory(), lengths + parts.iter().map(Vec::len).sum::<usize>());
        assert_eq!(packed.part(6).len(), 16_384);
        assert_eq!(packed.part(10), b"");
        assert_eq!(Packed::default().parts().count(), 0);
    }

    #[test]
    fn damaged_bytes_end_the_parts() {
        for bytes in [&[5, b'a'][..], &[0x80], &[0xff; 20]] {
            assert_eq!(Packed(bytes.into()).parts().count(), 0, "{bytes:?}");
        }
    }
}
