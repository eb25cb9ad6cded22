//! `astra doctor`: what it finds, and what its exit code says.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::gateway::Gateway;
use crate::program::{Ended, Machine};

/// Nothing that runs on the machine of the tests: no program answers at port 9.
const NO_OLLAMA: (&str, &str) = ("OLLAMA_HOST", "127.0.0.1:9");

fn doctor(machine: &Machine, flags: &[&str]) -> Ended {
    machine.astra_with(&[NO_OLLAMA], &[&["doctor", "--listen", ":0", "--json"], flags].concat())
}

/// The findings about one thing, as state and words.
fn found(ended: &Ended, check: &str) -> Vec<(String, String)> {
    let findings: Vec<Value> = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"));
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let about = findings.iter().filter(|finding| finding["check"] == check);
    about
        .map(|finding| (text(finding, "state"), format!("{} {}", text(finding, "found"), text(finding, "cure"))))
        .collect()
}

fn only(ended: &Ended, check: &str) -> (String, String) {
    let mut found = found(ended, check);
    assert_eq!(found.len(), 1, "{check}: {ended:?}");
    found.remove(0)
}

/// A provider that has no models to list; its address.
fn models() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.expect("a connection");
            let mut lines = BufReader::new(connection.try_clone().expect("a reader")).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let body = r#"{"object": "list", "data": []}"#;
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close",
                body.len()
            );
            connection.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).expect("sent");
        }
    });
    url
}

#[test]
fn a_new_machine_and_a_working_gateway_have_no_faults() {
    let machine = Machine::new();
    let before = doctor(&machine, &[]);
    assert_eq!(before.code, Some(0), "{before:?}");
    assert!(!machine.path("astra-data").exists(), "nothing is made");
    assert_eq!(only(&before, "provider").0, "warning");
    let gateway = Gateway::start(&machine);
    let during = doctor(&machine, &[]);
    assert_eq!(during.code, Some(0), "{during:?}");
    assert!(only(&during, "data folder").1.contains("a gateway serves it now"), "{during:?}");
    for check in ["configuration", "master key", "store", "schema", "clock", "address"] {
        assert_eq!(only(&during, check).0, "ok", "{during:?}");
    }
    drop(gateway);
    let table = machine.astra_with(&[NO_OLLAMA], &["doctor", "--listen", ":0"]).ok();
    assert!(table.lines().any(|line| line.starts_with("ok\tschema\t1, ")), "{table}");
}

#[test]
fn what_is_wrong_is_found_with_what_to_do() {
    let machine = Machine::new();
    machine.astra(&["migrate"]).ok();
    machine.astra(&["token", "issue", "--name", "me"]).ok();
    let key = machine.path("astra-data/master.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("set");
    let open = doctor(&machine, &[]);
    assert_eq!(open.code, Some(0), "{open:?}");
    let (state, words) = only(&open, "permissions");
    assert!(state == "warning" && words.contains("chmod go-rwx"), "{words}");
    std::fs::remove_file(&key).expect("removed");
    let lost = doctor(&machine, &[]);
    assert_eq!(lost.code, Some(1));
    let (state, words) = only(&lost, "master key");
    assert!(state == "fault" && words.contains("restore the key"), "{words}");
    machine.write("astra-data/astra.db", "no database");
    for log in ["wal", "shm"] {
        let _gone = std::fs::remove_file(machine.path(&format!("astra-data/astra.db-{log}")));
    }
    assert_eq!(only(&doctor(&machine, &[]), "store").0, "fault");

    let other = Machine::new();
    other.write("astra.yml", "limits: {body_bytes: 0}\n");
    let faulty = doctor(&other, &[]);
    let (state, words) = only(&faulty, "configuration");
    assert!(faulty.code == Some(1) && state == "fault" && words.contains("astra.yml:1: limits.body_bytes"), "{words}");
    other.write("astra.yml", "limits: [\n");
    assert_eq!(only(&doctor(&other, &[]), "configuration").0, "fault");
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = port.local_addr().expect("an address").to_string();
    let machine = Machine::new();
    let taken = machine.astra_with(&[NO_OLLAMA], &["doctor", "--listen", &address, "--json"]);
    assert!(only(&taken, "address").1.contains("another program has this port"), "{taken:?}");
    assert_eq!(taken.code, Some(1));
    let nowhere = doctor(&machine, &["--database-url", "postgres://a@127.0.0.1:9/b"]);
    assert_eq!((only(&nowhere, "store").0.as_str(), nowhere.code), ("fault", Some(1)));
    let misspelt = machine.astra_with(&[NO_OLLAMA, ("ASTRA_LISTN", "1")], &["doctor", "--listen", ":0", "--json"]);
    assert!(only(&misspelt, "configuration").1.contains("use ASTRA_LISTEN"), "{misspelt:?}");
}

#[test]
fn providers_are_called_when_that_is_wanted() {
    let machine = Machine::new();
    let url = models();
    let text = format!(
        "providers:\n  good:\n    base_url: {url}\n  gone:\n    base_url: http://127.0.0.1:9/v1\n    max_retries: 0\n"
    );
    machine.write("astra.yml", &text);
    let quiet = doctor(&machine, &[]);
    assert_eq!(quiet.code, Some(0), "{quiet:?}");
    assert!(found(&quiet, "provider").iter().all(|(state, words)| state == "ok" && words.contains("not called")));
    let called = doctor(&machine, &["--call-providers"]);
    assert_eq!(called.code, Some(1), "{called:?}");
    let providers = found(&called, "provider");
    let of = |name: &str| providers.iter().find(|(_, words)| words.starts_with(name)).expect("it is examined");
    assert!(of("good").0 == "ok" && of("good").1.contains("answers within"), "{providers:?}");
    assert!(of("gone").0 == "fault" && of("gone").1.contains("providers.gone"), "{providers:?}");
}
