//! `bedside admin`.

use crate::support::program::Program;

#[test]
fn the_first_administrator_is_made_at_the_terminal() {
    let program = Program::new();
    let made = program.run_with(&["admin", "create", "ann"], b"a long enough password\n").expect(0);
    assert_eq!(made.out, "made the account ann (admin)\n");
    let again = program.run_with(&["admin", "create", "ann"], b"a long enough password\n");
    assert!(again.expect(65).err.contains("this account name is already in use"));
}

#[test]
fn bad_names_and_weak_passwords_are_refused_with_the_mend() {
    let program = Program::new();
    for (name, password, mend) in [
        ("Ann", "a long enough password\n", "lower-case letters"),
        ("ann", "short\n", "8 to 256 characters"),
        ("ann", "", "8 to 256 characters"),
        ("ann", "Password\n", "tried first"),
        ("ann-the-administrator", "ann-the-administrator\n", "not be the name"),
    ] {
        let ran = program.run_with(&["admin", "create", name], password.as_bytes()).expect(65);
        assert!(ran.err.contains(mend), "{name} {password}: {}", ran.err);
    }
    program.run(&["admin", "create", "ann", "--role", "king"]).expect(2);
    program.run(&["admin", "create", "ann", "--password", "a long enough password"]).expect(2);
}
