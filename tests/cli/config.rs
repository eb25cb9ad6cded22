//! `astra config`: the manual that is a working file, and the check of one's own.

use crate::program::Machine;

#[test]
fn the_printed_file_is_one_to_run_with() {
    let machine = Machine::new();
    machine.write("astra.yml", &machine.astra(&["config"]).ok());
    let checked = machine.astra(&["config", "check"]);
    assert!(checked.stderr.contains("The configuration is good (astra.yml"), "{checked:?}");
    assert_eq!(checked.ok(), "");
}

#[test]
fn without_a_file_the_defaults_are_good() {
    let checked = Machine::new().astra(&["config", "check"]);
    assert!(checked.stderr.contains("good (the defaults"), "{checked:?}");
    checked.ok();
}

#[test]
fn a_fault_in_the_file_is_told_with_place_and_cure() {
    let machine = Machine::new();
    machine.write("astra.yml", "listen: 127.0.0.1:3000\nauth:\n  jwt_secert: ${NO_SUCH_VARIABLE}\n");
    let place = "error: astra.yml:3:3: there is no key `jwt_secert` in `auth`";
    machine.astra(&["config", "check"]).fails(1, &[place, "hint: did you mean `jwt_secret`?"]);
    machine.write("astra.yml", "auth:\n  jwt_secret: ${NO_SUCH_VARIABLE}\n");
    machine.astra(&["config", "check"]).fails(1, &["astra.yml:2:15", "NO_SUCH_VARIABLE is not set"]);
    machine.write("astra.yml", "auth: {jwt_secret: changeme}\nlimits: {body_bytes: 0}\n");
    let both = ["auth.jwt_secret has 8 bytes", "limits.body_bytes must be at least 1", "(read from astra.yml)"];
    machine.astra(&["config", "check"]).fails(1, &both);
}

#[test]
fn a_named_file_that_is_not_there_is_a_fault_however_it_is_named() {
    let machine = Machine::new();
    let told = ["cannot read the configuration file no.yml", "No such file", "hint:"];
    machine.astra(&["config", "check", "--config", "no.yml"]).fails(1, &told);
    machine.astra_with(&[("ASTRA_CONFIG", "no.yml")], &["config", "check"]).fails(1, &told);
}

#[test]
fn a_file_that_is_no_text_is_a_fault() {
    let machine = Machine::new();
    std::fs::write(machine.path("astra.yml"), b"listen: \xff\xfe").expect("written");
    machine.astra(&["config", "check"]).fails(1, &["cannot read the configuration file astra.yml", "UTF-8"]);
}

#[test]
fn variables_stand_above_the_file_and_flags_above_both() {
    let machine = Machine::new();
    machine.write("astra.yml", "listen: nowhere\n");
    machine.astra(&["config", "check"]).fails(1, &["astra.yml:1:9"]);
    machine.write("astra.yml", "listen: 127.0.0.1:1\n");
    let bad = [("ASTRA_LISTEN", "nowhere")];
    machine.astra_with(&bad, &["config", "check"]).fails(1, &["ASTRA_LISTEN is `nowhere`", "hint:"]);
    machine
        .astra_with(&[], &["config", "check", "--listen", "nowhere"])
        .fails(2, &["--listen", "nowhere", "such as 127.0.0.1:3000"]);
}

#[test]
fn a_misspelt_variable_is_noticed() {
    let checked = Machine::new().astra_with(&[("ASTRA_LISTN", "127.0.0.1:1")], &["config", "check"]);
    assert!(
        checked.stderr.contains("warning: there is no variable ASTRA_LISTN: did you mean ASTRA_LISTEN?"),
        "{checked:?}"
    );
    checked.ok();
}
