//! `astra migrate`: what it says, what it does, and what it leaves alone.

use crate::program::Machine;

#[test]
fn a_plan_makes_nothing_and_a_second_run_does_nothing() {
    let machine = Machine::new();
    let planned = machine.astra(&["migrate", "--plan"]);
    assert!(planned.stderr.contains("There is no database in astra-data yet"), "{planned:?}");
    assert_eq!(planned.ok(), "");
    assert!(!machine.path("astra-data").exists());

    let first = machine.astra(&["migrate"]);
    assert!(first.stderr.contains("applied 0001"), "{first:?}");
    let applied = first.ok();
    assert!(applied.starts_with("0001\tapplied\n"), "{applied}");
    let second = machine.astra(&["migrate"]);
    assert_eq!(second.stderr, "");
    assert_eq!(second.ok(), applied);
    assert_eq!(machine.astra(&["migrate", "--plan"]).ok(), applied);
}

#[cfg(unix)]
#[test]
fn the_data_folder_is_its_owners_alone() {
    let machine = Machine::new();
    machine.astra(&["migrate"]).ok();
    let mode = std::os::unix::fs::MetadataExt::mode(&machine.path("astra-data").metadata().expect("it is there"));
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_folder_that_cannot_be_made_and_a_file_that_is_no_database_are_faults() {
    let machine = Machine::new();
    machine.write("taken", "");
    machine.astra(&["migrate", "--data-dir", "taken"]).fails(1, &["cannot open the store", "taken", "hint:"]);
    std::fs::create_dir(machine.path("astra-data")).expect("made");
    machine.write("astra-data/astra.db", "this is no database, but long enough to be read as the header of one");
    machine.astra(&["migrate"]).fails(1, &["cannot open the store", "not a database"]);
    let url = "postgres://nobody@127.0.0.1:1/nothing";
    machine.astra(&["migrate", "--database-url", url]).fails(1, &["was not migrated", "cannot be reached"]);
}
