//! The embedded table of ZIP codes and places.
