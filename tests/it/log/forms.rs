//! The forms of C2SP: tiles, notes, checkpoints; and the form of a leaf.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bedside::log::{
    checkpoint::Checkpoint,
    empty_root,
    leaf::{Leaf, PublicAction, commitment},
    note::{Note, Signer, VerifierKey},
    tile::{Content, TileId, tiles_of, width_at},
};
use chrono::{TimeZone as _, Utc};
use rstest::rstest;

#[test]
fn a_tree_of_70_000_has_the_tiles_that_the_specification_counts() {
    let mut counted: BTreeMap<(u8, u64), usize> = BTreeMap::new();
    for tile in tiles_of(70_000) {
        let Content::Hashes(level) = tile.content else { unreachable!() };
        *counted.entry((level, tile.width)).or_default() += 1;
    }
    let expected = [((0, 112), 1), ((0, 256), 273), ((1, 17), 1), ((1, 256), 1), ((2, 1), 1)];
    assert_eq!(counted, BTreeMap::from(expected));
    assert_eq!(tiles_of(0).count(), 0);
    // A full tile makes a hash above it at once.
    assert_eq!((width_at(0, 0, 256), width_at(1, 0, 256), width_at(2, 0, 256)), (256, 1, 0));
}

#[rstest]
#[case("0", "000", Content::Hashes(0), 0, 256)]
#[case("63", "x001/x234/067", Content::Hashes(63), 1_234_067, 256)]
#[case("1", "999.p/255", Content::Hashes(1), 999, 255)]
#[case("entries", "x001/000.p/1", Content::Entries, 1_000, 1)]
fn a_path_names_a_tile(
    #[case] level: &str,
    #[case] rest: &str,
    #[case] content: Content,
    #[case] index: u64,
    #[case] width: u64,
) {
    let tile = TileId::parse(level, rest).unwrap();
    assert_eq!(tile, TileId { content, index, width });
    assert_eq!(tile.to_string(), format!("{level}/{rest}"));
}

#[rstest]
#[case("64", "000")]
#[case("00", "000")]
#[case("-1", "000")]
#[case("+1", "000")]
#[case("data", "000")]
#[case("0", "")]
#[case("0", "0")]
#[case("0", "0000")]
#[case("0", "x000/001")]
#[case("0", "001/002")]
#[case("0", "x001")]
#[case("0", "x001/x002")]
#[case("0", "000.p/0")]
#[case("0", "000.p/256")]
#[case("0", "000.p/07")]
#[case("0", "000.p/")]
#[case("0", "000/")]
#[case("0", "x999/x999/x999/x999/x999/x999/x999/999")]
#[case("0", "\u{661}\u{661}\u{661}")]
fn any_other_path_names_none(#[case] level: &str, #[case] rest: &str) {
    assert_eq!(TileId::parse(level, rest), None);
}

#[test]
fn a_note_of_another_implementation_is_read() {
    // The example of Go's sumdb/note.
    let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let key = VerifierKey::parse(key).unwrap();
    let text = "If you think cryptography is the answer to your problem,\n\
                then you don't know what your problem is.\n";
    let line = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2p\
                ZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    let note = Note::parse(&format!("{text}\n{line}")).unwrap();
    assert_eq!(note.signed_by(&key), Some(text));
    // Lines of others are passed over.
    let other = Signer::new("example.com/witness", &[7; 32]).unwrap().sign(text);
    let other = other.strip_prefix(&format!("{text}\n")).unwrap();
    let note = Note::parse(&format!("{text}\n{other}{line}")).unwrap();
    assert_eq!(note.signed_by(&key), Some(text));
    // Another text is not what was signed.
    let note = Note::parse(&format!("{}\n{line}", text.replace("your", "my"))).unwrap();
    assert_eq!(note.signed_by(&key), None);
}

#[test]
fn a_checkpoint_is_signed_and_read_back() {
    let signer = Signer::new("example.com/log", &[1; 32]).unwrap();
    let one = Checkpoint { origin: "example.com/log".into(), size: 0, root: empty_root() };
    let note = signer.sign(&one.text());
    assert_eq!(one.text(), "example.com/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
    let key = signer.verifier();
    assert_eq!(VerifierKey::parse(&key.to_string()).unwrap(), *key);
    assert_eq!(Checkpoint::signed(&note, key), Some(one));
    let renamed = Signer::new("example.com/other", &[1; 32]).unwrap();
    assert_eq!(Checkpoint::signed(&note, renamed.verifier()), None, "another name");
    let rekeyed = Signer::new("example.com/log", &[2; 32]).unwrap();
    assert_eq!(Checkpoint::signed(&note, rekeyed.verifier()), None, "another key");
    for (from, to) in
        [("\n0\n", "\n1\n"), ("\n0\n", "\n00\n"), ("47DE", "57DE"), ("log\n", "lag\n")]
    {
        assert_eq!(Checkpoint::signed(&note.replacen(from, to, 1), key), None, "{to}");
    }
    let line = note.lines().last().unwrap();
    let raw = STANDARD.decode(line.rsplit(' ').next().unwrap()).unwrap();
    assert_eq!(raw.len(), 4 + 64);
}

#[rstest]
#[case("")]
#[case("text")]
#[case("text\n\n")]
#[case("text\n\n\u{2014} name\n")]
#[case("text\n\n- name AAAAAAAA\n")]
#[case("te\txt\n\n\u{2014} name AAAAAAAA\n")]
#[case("text\n\n\u{2014} name AAAAAAAA")]
fn what_is_no_note_is_refused(#[case] text: &str) {
    assert!(Note::parse(text).is_err());
}

#[rstest]
#[case("")]
#[case("a b")]
#[case("a+b")]
#[case("a\nb")]
fn a_name_that_a_note_cannot_hold_is_refused(#[case] name: &str) {
    assert!(Signer::new(name, &[1; 32]).is_err());
}

#[test]
fn a_leaf_says_what_when_and_binds_the_rest() {
    let at = Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap();
    let bound = commitment(&[9; 16], "{}");
    let leaf = Leaf::new("0194", PublicAction::Published, at, &bound);
    assert_eq!(
        leaf.text(),
        "{\"action\":\"published\",\"at\":\"2026-11-21T12:00:00.000000Z\",\
         \"commitment\":\"b7e97d36d2f2d0a2e4df4a0e4b5ff5a6b5b6b6\",\"id\":\"0194\",\
         \"kind\":\"provider\",\"v\":1}"
            .replace("b7e97d36d2f2d0a2e4df4a0e4b5ff5a6b5b6b6", &leaf.commitment)
    );
    assert_eq!(Leaf::parse(&leaf.text()), Some(leaf.clone()));
    assert_eq!(Leaf::parse(&leaf.text().replace("\"v\":1", "\"v\": 1")), None, "another spelling");
    assert!(leaf.commits_to(&[9; 16], "{}"));
    assert!(!leaf.commits_to(&[8; 16], "{}") && !leaf.commits_to(&[9; 16], "{ }"));
}
