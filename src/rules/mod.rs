//! The rule engine: facts and a rulebook in, findings and a status out.
