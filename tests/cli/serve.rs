//! `astra serve`: the fresh folder, what is told, what is refused, and how it ends.

use std::io::{Read, Write};

use crate::gateway::Gateway;
use crate::program::Machine;

#[test]
fn a_fresh_folder_is_enough() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    assert!(gateway.get("/health").starts_with("HTTP/1.1 200"));
    for told in [&format!("listening on {}", gateway.url), &format!("{}/docs", gateway.url), "token issue --name me"] {
        assert!(gateway.greeting.contains(told), "{told:?} is not in\n{}", gateway.greeting);
    }
    assert!(gateway.greeting.contains("data    astra-data\n") && gateway.greeting.contains("only `echo`"));
    assert!(machine.path("astra-data/astra.db").exists());
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::MetadataExt::mode(&machine.path("astra-data").metadata().expect("a folder"));
        assert_eq!(mode & 0o777, 0o700, "the folder is its owner's alone");
    }
}

#[test]
fn the_end_is_clean_on_both_signals_and_the_next_start_finds_everything() {
    let machine = Machine::new();
    for signal in ["TERM", "INT"] {
        let mut gateway = Gateway::start(&machine);
        gateway.signal(signal);
        let (status, said) = gateway.wait();
        assert_eq!(status.code(), Some(0), "{signal}: {said}");
        assert!(said.contains("stopping") && said.contains("stopped"), "{said}");
    }
}

/// A request that has been taken up and whose body is still on its way.
fn begin_request(machine: &Machine, gateway: &Gateway) -> std::net::TcpStream {
    let token = machine.astra(&["token", "issue", "--name", "slow"]).ok();
    let mut connection = gateway.connect();
    let head = format!(
        "POST /chat HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: 2\r\nExpect: 100-continue\r\n\r\n",
        token.trim()
    );
    connection.write_all(head.as_bytes()).expect("sent");
    let mut interim = [0; 25];
    connection.read_exact(&mut interim).expect("the gateway wants the body");
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    connection
}

fn terminate(gateway: &mut Gateway) {
    gateway.signal("TERM");
    while !gateway.next_line().expect("it says that it stops").contains("stopping") {}
}

#[test]
fn a_drain_waits_for_who_is_being_served() {
    let machine = Machine::new();
    let mut gateway = Gateway::start(&machine);
    let mut connection = begin_request(&machine, &gateway);
    terminate(&mut gateway);
    connection.write_all(b"{}").expect("sent");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 4"), "the request was answered: {answer}");
    let (status, said) = gateway.wait();
    assert_eq!(status.code(), Some(0), "{said}");
}

#[test]
fn a_second_signal_does_not_wait() {
    let machine = Machine::new();
    let mut gateway = Gateway::start(&machine);
    let _unfinished = begin_request(&machine, &gateway);
    terminate(&mut gateway);
    std::thread::sleep(std::time::Duration::from_millis(400));
    gateway.signal("TERM");
    let (status, said) = gateway.wait();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("second signal"), "{said}");
}

#[test]
fn a_signal_that_comes_twice_at_once_is_one() {
    let machine = Machine::new();
    let mut gateway = Gateway::start(&machine);
    let mut connection = begin_request(&machine, &gateway);
    // Nothing lies between the two but their sending.
    gateway.signal("TERM");
    terminate(&mut gateway);
    connection.write_all(b"{}").expect("sent");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 4"), "the request was answered: {answer}");
    let (status, said) = gateway.wait();
    assert_eq!(status.code(), Some(0), "{said}");
}

#[test]
fn the_log_is_json_when_asked_for() {
    let machine = Machine::new();
    let mut gateway = Gateway::start_with(&machine, &[], &["--log-format", "json"]);
    gateway.get("/health");
    gateway.signal("TERM");
    let (status, said) = gateway.wait();
    assert_eq!(status.code(), Some(0));
    let lines: Vec<serde_json::Value> = (gateway.greeting.clone() + &said)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|fault| panic!("{fault}: {line}")))
        .collect();
    assert_eq!(lines[0]["message"], "listening");
    assert_eq!(lines[0]["url"], gateway.url.as_str());
    assert!(lines.iter().any(|line| line["level"] == "INFO" && line["timestamp"].is_string()));
    let mut gateway = Gateway::start_with(&machine, &[("ASTRA_LOG_FORMAT", "json")], &[]);
    assert!(gateway.greeting.starts_with('{'), "{}", gateway.greeting);
    gateway.signal("TERM");
    gateway.wait();
}

#[test]
fn a_port_in_use_is_told_with_a_way_out() {
    let machine = Machine::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let told =
        [&format!("error: cannot listen on {address}"), "Address already in use", "hint: another program", "--listen"];
    machine.astra(&["serve", "--listen", &address]).fails(1, &told);
    assert!(!machine.path("astra-data").exists(), "nothing was made");
    machine.astra(&["serve", "--listen", "192.0.2.1:80"]).fails(1, &["cannot listen on 192.0.2.1:80", "hint:"]);
}

#[test]
fn a_folder_that_is_of_no_use_is_told_with_a_way_out() {
    let machine = Machine::new();
    machine.write("taken", "");
    let args = ["serve", "--listen", "127.0.0.1:0", "--data-dir"];
    machine
        .astra(&[&args[..], &["taken"]].concat())
        .fails(1, &["cannot use the data folder taken", "hint: --data-dir"]);
    machine
        .astra(&[&args[..], &["taken/below"]].concat())
        .fails(1, &["cannot use the data folder taken/below", "hint: --data-dir"]);
}

#[test]
fn one_gateway_serves_a_folder_at_a_time() {
    let machine = Machine::new();
    let mut first = Gateway::start(&machine);
    let told = ["another gateway serves the data folder astra-data", "hint: stop it"];
    machine.astra(&["serve", "--listen", "127.0.0.1:0"]).fails(1, &told);
    first.signal("KILL");
    first.wait();
    Gateway::start(&machine);
}

#[test]
fn a_bad_configuration_is_refused_before_anything_is_made() {
    let machine = Machine::new();
    machine.write("astra.yml", "lisetn: 127.0.0.1:0\n");
    machine.astra(&["serve"]).fails(1, &["error: astra.yml:1:1: there is no key `lisetn`", "did you mean `listen`?"]);
    machine.write("astra.yml", "providers: {mine: {api_key: x}}\n");
    machine.astra(&["serve", "--listen", "127.0.0.1:0"]).fails(1, &["providers.mine.base_url", "hint:"]);
    machine.write("astra.yml", "");
    machine.astra(&["serve", "--log-level", "loud,=x"]).fails(1, &["is no log level", "hint:"]);
    machine.astra_with(&[("ASTRA_LOG_FORMAT", "xml")], &["serve"]).fails(1, &["ASTRA_LOG_FORMAT is `xml`"]);
    let secret = [("ASTRA_JWT_SECRET", "your-256-bit-secret")];
    machine.astra_with(&secret, &["serve"]).fails(1, &["auth.jwt_secret has 19 bytes"]);
    assert!(!machine.path("astra-data").exists(), "nothing was made");
}

#[test]
fn a_key_in_the_environment_is_told_by_its_name_alone() {
    let machine = Machine::new();
    let gateway = Gateway::start_with(&machine, &[("OPENAI_API_KEY", "sk-hidden")], &[]);
    assert!(gateway.greeting.contains("models  openai (OPENAI_API_KEY)"), "{}", gateway.greeting);
    assert!(!gateway.greeting.contains("sk-hidden"));
}

#[test]
fn a_store_that_cannot_be_opened_is_told_with_what_helps() {
    let machine = Machine::new();
    std::fs::create_dir(machine.path("astra-data")).expect("made");
    machine.write("astra-data/astra.db", &"no database ".repeat(1000));
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    machine.astra(&serve).fails(1, &["astra.db: file is not a database", "hint:", "restore a backup"]);
    machine.astra(&["token", "list"]).fails(1, &["file is not a database", "hint:", "restore a backup"]);
    let nobody = [("ASTRA_DATABASE_URL", "postgres://astra:hidden@127.0.0.1:9/astra")];
    let told = machine.astra_with(&nobody, &serve);
    assert!(!told.stderr.contains("hidden"), "{told:?}");
    told.fails(1, &["hint: the PostgreSQL server must run"]);
    for (query, word) in [("sslmode=verfiy-full", "sslmode must be"), ("sslrootcert=missing.pem", "missing.pem")] {
        let url = format!("postgres://astra:hidden@db.example/astra?{query}");
        for command in [&serve[..], &["token", "list"]] {
            let told = machine.astra_with(&[("ASTRA_DATABASE_URL", url.as_str())], command);
            assert!(!told.stderr.contains("hidden") && !told.stderr.contains("hint:"), "{told:?}");
            told.fails(1, &["store.database_url: ssl", word]);
        }
    }
}

#[cfg(unix)]
#[test]
fn what_others_can_write_is_refused_and_what_they_can_read_is_closed() {
    use std::os::unix::fs::PermissionsExt;
    let machine = Machine::new();
    drop(Gateway::start(&machine));
    let mode = |name: &str| machine.path(name).metadata().expect("it is there").permissions().mode() & 0o777;
    let set = |name: &str, mode: u32| {
        std::fs::set_permissions(machine.path(name), std::fs::Permissions::from_mode(mode)).expect("changed");
    };
    for name in ["astra-data", "astra-data/master.key", "astra-data/astra.db"] {
        let own = mode(name);
        set(name, 0o777);
        let serve = machine.astra(&["serve", "--listen", "127.0.0.1:0"]);
        serve.fails(1, &["others on this machine can write it (mode 777)", "chmod"]);
        machine.astra(&["token", "list"]).fails(1, &["others on this machine can write it"]);
        set(name, if own == 0o600 { 0o644 } else { 0o755 });
        let mut gateway = Gateway::start(&machine);
        assert_eq!(mode(name), own, "{name}");
        gateway.signal("TERM");
        let (_, rest) = gateway.wait();
        let said = format!("{}{rest}", gateway.greeting);
        assert!(said.contains("others on this machine could read this"), "{said}");
    }
}
