//! The arithmetic of the public log: a Merkle tree as in RFC 6962, in the forms of C2SP.
//!
//! Every public change is a leaf. A leaf names what was changed, how and when, and commits to
//! the rest by a salted hash ([`leaf`]); the payload itself stands beside it and can be taken
//! back while every proof still holds. [`tree`] hashes leaves to a root and proves that a leaf
//! is in it, or that one tree is the beginning of another; [`tile`] cuts the tree into the
//! files that are served; [`note`] and [`checkpoint`] sign a root, and [`proof`] puts a leaf, its
//! path and a signed root into one text that can be checked offline.
//!
//! Nothing here reads or writes anything: hashes of finished parts of the tree come from a
//! [`tree::Subtrees`], which the store implements.

pub mod checkpoint;
mod hash;
pub mod leaf;
pub mod note;
pub mod proof;
pub mod tile;
pub mod tree;

pub use hash::{Hash, empty_root, fold, hex, leaf_hash, node_hash, sha256, unhex};
