//! Roots and proofs: known answers, another implementation, and that nothing false passes.

use std::convert::Infallible;

use bedside::log::{
    Hash, empty_root, fold, hex, leaf_hash,
    tree::{Frontier, Subtrees, consistency, extends, includes, inclusion, root},
};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::{prelude::*, test_runner::TestRunner};
use sha2::Sha256;

/// A tree whose leaves are all in memory.
pub(super) struct Memory(Vec<Hash>);

impl Memory {
    pub(super) fn of(size: u64) -> Self {
        Self((0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect())
    }
}

impl Subtrees for &Memory {
    type Error = Infallible;

    fn subtree(&mut self, height: u32, index: u64) -> Result<Hash, Infallible> {
        let first = usize::try_from(index << height).unwrap();
        Ok(fold(&self.0[first..first + (1 << height)]).unwrap())
    }
}

/// The leaves and roots of the tree that implementations of RFC 6962 test with.
const KNOWN: &[(&[u8], &str)] = &[
    (b"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    (b"\x00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    (b"\x10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    (b"\x20\x21", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    (b"\x30\x31", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    (b"\x40\x41\x42\x43", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    (
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    ),
    (
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ),
];

#[test]
fn the_known_tree_has_the_known_roots() {
    let known = Memory(KNOWN.iter().map(|(leaf, _)| leaf_hash(leaf)).collect());
    let mut tree = &known;
    let mut frontier = Frontier::default();
    assert_eq!(frontier.root(), empty_root());
    assert_eq!(
        hex(&empty_root()),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    for (size, (leaf, expected)) in (1..).zip(KNOWN) {
        frontier.push(leaf_hash(leaf));
        assert_eq!(hex(&frontier.root()), *expected);
        assert_eq!(hex(&root(&mut tree, size).unwrap()), *expected);
    }
    let path: Vec<String> =
        inclusion(&mut tree, 0, 8).unwrap().unwrap().iter().map(|hash| hex(hash)).collect();
    assert_eq!(
        path,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
}

#[test]
fn another_implementation_gives_the_same_proofs() {
    let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let known = Memory::of(300);
    let mut ours = &known;
    for n in 0..300_u64 {
        other.push(n.to_be_bytes().to_vec());
        let size = n + 1;
        if size % 7 != 0 && size < 290 {
            continue;
        }
        assert_eq!(other.root().as_bytes().as_slice(), root(&mut ours, size).unwrap());
        for index in [0, n / 3, n / 2, n] {
            let theirs = other.prove_inclusion(usize::try_from(index).unwrap());
            let path = inclusion(&mut ours, index, size).unwrap().unwrap();
            assert_eq!(theirs.as_bytes(), path.concat());
            let added = size - (index + 1);
            if added > 0 {
                let theirs = other.prove_consistency(usize::try_from(added).unwrap());
                let path = consistency(&mut ours, index + 1, size).unwrap().unwrap();
                assert_eq!(theirs.as_bytes(), path.concat(), "{} in {size}", index + 1);
            }
        }
    }
}

/// Every way to change one bit of something.
fn flipped(hash: &Hash, bit: u8) -> Hash {
    let mut hash = *hash;
    hash[usize::from(bit / 8)] ^= 1 << (bit % 8);
    hash
}

#[test]
fn every_proof_holds_and_nothing_else_does() {
    let all = Memory::of(4_096);
    let roots: Vec<Hash> = {
        let mut frontier = Frontier::default();
        let mut roots = vec![frontier.root()];
        for leaf in &all.0 {
            frontier.push(*leaf);
            roots.push(frontier.root());
        }
        roots
    };
    let sizes = (1..=4_096_u64).prop_flat_map(|n| (Just(n), 0..n, 1..=n, any::<u8>(), any::<u8>()));
    let mut runner = TestRunner::new(ProptestConfig::with_cases(1_000));
    runner
        .run(&sizes, |(n, index, m, bit, which)| {
            let at = |size: u64| &roots[usize::try_from(size).unwrap()];
            let (new, old) = (*at(n), *at(m));
            let mut tree = &all;
            let path = inclusion(&mut tree, index, n).unwrap().unwrap();
            let steps = consistency(&mut tree, m, n).unwrap().unwrap();
            let leaf = all.0[usize::try_from(index).unwrap()];
            prop_assert!(includes(&leaf, index, n, &path, &new));
            prop_assert!(!includes(&flipped(&leaf, bit), index, n, &path, &new));
            prop_assert!(!includes(&leaf, index, n, &path, &flipped(&new, bit)));
            prop_assert!(n == 1 || !includes(&leaf, (index + 1) % n, n, &path, &new));
            if !path.is_empty() {
                let place = usize::from(which) % path.len();
                let mut other = path.clone();
                other[place] = flipped(&path[place], bit);
                prop_assert!(!includes(&leaf, index, n, &other, &new));
                prop_assert!(!includes(&leaf, index, n, &path[1..], &new));
            }
            prop_assert!(extends((m, &old), (n, &new), &steps));
            prop_assert!(!extends((m, &flipped(&old, bit)), (n, &new), &steps));
            prop_assert!(!extends((m, &old), (n, &flipped(&new, bit)), &steps));
            prop_assert!(m == n || !extends((n, &new), (m, &old), &steps));
            let mut longer = steps.clone();
            longer.push(leaf);
            prop_assert!(!extends((m, &old), (n, &new), &longer));
            if !steps.is_empty() {
                let place = usize::from(which) % steps.len();
                let mut other = steps.clone();
                other[place] = flipped(&steps[place], bit);
                prop_assert!(!extends((m, &old), (n, &new), &other));
                prop_assert!(!extends((m, &old), (n, &new), &steps[1..]));
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_is_not_in_the_tree_has_no_proof() {
    let known = Memory::of(5);
    let mut tree = &known;
    assert_eq!(inclusion(&mut tree, 5, 5).unwrap(), None);
    assert_eq!(consistency(&mut tree, 6, 5).unwrap(), None);
    assert_eq!(consistency(&mut tree, 0, 5).unwrap(), Some(Vec::new()));
}
