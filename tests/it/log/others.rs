//! Ours beside another implementation of the forms of C2SP, which is a port of Go's: it computes the
//! same trees, tiles and proofs, signs the same bytes, and finds what is served in order.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bedside::log::{
    checkpoint::Checkpoint,
    note::Signer,
    proof, sha256,
    tile::{TileId, tiles_of},
    tree::{consistency, inclusion, root},
};
use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList};
use tlog_tiles::{
    checkpoint,
    tile::Tile,
    tlog::{self, Hash, HashReader},
};

use super::tree::Memory;
use crate::support::app::TestApp;

/// The height of C2SP's tiles.
const HEIGHT: u8 = 8;

/// The hashes of a tree, as the other implementation stores them.
#[derive(Default)]
struct Stored {
    size: u64,
    hashes: Vec<Hash>,
}

impl Stored {
    fn push(&mut self, leaf: &[u8]) {
        let more = tlog::stored_hashes(self.size, leaf, &*self).unwrap();
        self.hashes.extend(more);
        self.size += 1;
    }
}

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog::Error> {
        Ok(indexes.iter().map(|at| self.hashes[usize::try_from(*at).unwrap()]).collect())
    }
}

fn plain(path: &[Hash]) -> Vec<[u8; 32]> {
    path.iter().map(|hash| hash.0).collect()
}

#[test]
fn roots_tiles_and_proofs_are_the_same() {
    let sizes = [1_u64, 2, 7, 255, 256, 257, 300, 65_535, 65_536, 65_537, 70_000];
    let known = Memory::of(70_000);
    let mut ours = &known;
    let mut theirs = Stored::default();
    for size in sizes {
        while theirs.size < size {
            theirs.push(&theirs.size.to_be_bytes());
        }
        let head = tlog::tree_hash(size, &theirs).unwrap();
        assert_eq!(root(&mut ours, size).unwrap(), head.0, "{size}");
        let paths = Tile::new_tiles(HEIGHT, 0, size);
        let paths: Vec<String> = paths.iter().map(|tile| tile.path()).collect();
        let expected: Vec<String> = tiles_of(size).map(|tile| format!("tile/8/{tile}")).collect();
        assert_eq!(paths, expected, "{size}");
        for index in [0, size / 3, size / 2, size - 1] {
            let path = inclusion(&mut ours, index, size).unwrap().unwrap();
            let other = tlog::prove_record(size, index, &theirs).unwrap();
            assert_eq!(plain(&other), path, "{index} in {size}");
            let steps = consistency(&mut ours, index + 1, size).unwrap().unwrap();
            let other = tlog::prove_tree(size, index + 1, &theirs).unwrap();
            assert_eq!(plain(&other), steps, "{} in {size}", index + 1);
        }
    }
}

#[test]
fn paths_of_tiles_are_the_same() {
    for index in [0, 1, 999, 1_000, 1_234_067, 999_999_999, 1 << 40] {
        for (level, width) in [(0, 256), (0, 1), (3, 255), (7, 17)] {
            let theirs = Tile::new(HEIGHT, level, index, width, false).path();
            let path = theirs.strip_prefix("tile/8/").unwrap();
            let (of, rest) = path.split_once('/').unwrap();
            let ours = TileId::parse(of, rest).unwrap();
            assert_eq!((ours.index, ours.width), (index, width.into()));
            assert_eq!(ours.to_string(), path);
        }
    }
}

#[test]
fn a_checkpoint_is_signed_to_the_same_bytes() {
    let (name, seed) = ("bedside.example/log", [7; 32]);
    let ours = Signer::new(name, &seed).unwrap();
    let head = Checkpoint { origin: name.into(), size: 70_000, root: sha256(b"a root") };
    let note = ours.sign(&head.text());

    let id = ours.verifier().to_string();
    let id = id.split('+').nth(1).unwrap();
    let secret = STANDARD.encode([&[1][..], &seed].concat());
    let theirs = StandardSigner::new(&format!("PRIVATE+KEY+{name}+{id}+{secret}")).unwrap();
    let text = checkpoint::Checkpoint::new(name, 70_000, Hash(head.root), "").unwrap().to_bytes();
    let mut signed = Note::new(&text, &[]).unwrap();
    signed.add_sigs(&[&theirs]).unwrap();
    assert_eq!(String::from_utf8(signed.to_bytes()).unwrap(), note);
    assert_eq!(Checkpoint::signed(&note, ours.verifier()), Some(head));
}

/// Source of the expected text: the tests of `formats/proof` of transparency-dev, "proof with extra
/// data"; the hash is SHA-256 of `hash1`.
#[test]
fn a_proof_is_written_as_others_write_it() {
    let text = proof::text("extra information", 10, &[sha256(b"hash1")], "checkpoint data\n");
    let expected = "c2sp.org/tlog-proof@v1\nextra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 10\n\
                    rzFuy5Go7nrpkhBwKy1HWPMM3eO/YePY54fXRoH5Cm4=\n\ncheckpoint data\n";
    assert_eq!(text, expected);
}

#[test]
fn what_is_served_is_what_another_implementation_makes_of_the_entries() {
    let app = TestApp::with_database();
    let log = app.get("/v1/log").expect(200).json();
    let head = app.get("/checkpoint").expect(200).body;
    let verifier = StandardVerifier::new(log["vkey"].as_str().unwrap()).unwrap();
    let known = VerifierList::new(vec![Box::new(verifier)]);
    let note = Note::from_bytes(&head).unwrap();
    assert_eq!(note.verify(&known).unwrap().0.len(), 1);
    let signed = checkpoint::Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!(signed.origin(), log["origin"].as_str().unwrap());

    let mut entries = Stored::default();
    let listed = app.get("/v1/log/entries?limit=500").expect(200).json();
    let leaves: Vec<&str> =
        listed["data"].as_array().unwrap().iter().map(|e| e["leaf"].as_str().unwrap()).collect();
    leaves.iter().for_each(|leaf| entries.push(leaf.as_bytes()));
    assert_eq!(signed.size(), entries.size);
    assert_eq!(*signed.hash(), tlog::tree_hash(entries.size, &entries).unwrap());
    for tile in Tile::new_tiles(HEIGHT, 0, entries.size) {
        let path = tile.path().replacen("tile/8/", "/tile/", 1);
        assert_eq!(app.get(&path).expect(200).body, tile.read_data(&entries).unwrap(), "{path}");
    }
    for (index, leaf) in (0_u64..).zip(&leaves) {
        let text = app.get(&format!("/v1/log/proof/{index}")).expect(200).text();
        let (about, checkpoint) = text.split_once("\n\n").unwrap();
        let mut lines = about.lines();
        assert_eq!(lines.next(), Some("c2sp.org/tlog-proof@v1"));
        let extra = lines.next().unwrap().strip_prefix("extra ").unwrap();
        assert_eq!(STANDARD.decode(extra).unwrap(), leaf.as_bytes());
        assert_eq!(lines.next(), Some(format!("index {index}").as_str()));
        let path = lines.map(|hash| Hash::parse_hash(hash).unwrap()).collect();
        assert_eq!(checkpoint.as_bytes(), head);
        let leaf = tlog::record_hash(leaf.as_bytes());
        tlog::check_record(&path, signed.size(), *signed.hash(), index, leaf).unwrap();
    }
}
