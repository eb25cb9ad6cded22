//! `astra config`: the manual that is a working file, and the check of one's own.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use crate::gateway::Gateway;

use crate::program::{Ended, Machine};

/// Checks with an address that is free.
fn check(machine: &Machine, flags: &[&str]) -> Ended {
    machine.astra_with(&[("OLLAMA_HOST", "127.0.0.1:9")], &[&["config", "check", "--listen", ":0"], flags].concat())
}

/// What is below a folder, with the times of its changes.
fn traces(folder: &Path) -> BTreeMap<String, SystemTime> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.path().is_dir() {
            let inner = traces(&entry.path());
            found.extend(inner.into_iter().map(|(name, time)| (format!("{:?}/{name}", entry.file_name()), time)));
        }
        // Where readers of a log find each other is no data.
        if entry.file_name().to_string_lossy().ends_with("-shm") {
            continue;
        }
        let changed = entry.metadata().and_then(|metadata| metadata.modified()).expect("a time");
        found.insert(format!("{:?}", entry.file_name()), changed);
    }
    found
}

#[test]
fn the_printed_file_is_one_to_run_with() {
    let machine = Machine::new();
    machine.write("astra.yml", &machine.astra(&["config"]).ok());
    let checked = check(&machine, &[]);
    assert!(checked.stderr.contains("Configuration OK (astra.yml"), "{checked:?}");
    assert_eq!(checked.ok(), "");
}

#[test]
fn without_a_file_the_defaults_are_good() {
    let checked = check(&Machine::new(), &[]);
    assert!(checked.stderr.contains("OK (the defaults"), "{checked:?}");
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
    let checked = Machine::new().astra_with(&[("ASTRA_LISTN", "127.0.0.1:1")], &["config", "check", "--listen", "0"]);
    assert!(
        checked.stderr.contains("warning: there is no variable ASTRA_LISTN: did you mean ASTRA_LISTEN?"),
        "{checked:?}"
    );
    checked.ok();
}

#[test]
fn what_serve_would_refuse_is_found_all_at_once_and_with_its_lines() {
    let machine = Machine::new();
    let text = "providers:
  my.llm:
    base_url: http://127.0.0.1:1/v1
  plain:
    base_url: 127.0.0.1:8000
  empty:
    max_retries: 1
agents:
  one:
    model:
      provider: nowhere
  two:
    model:
      provider: plain
agents_dir: /nonexistent
limits: {body_bytes: 0}
";
    machine.write("astra.yml", text);
    machine.write("taken", "");
    let told = [
        "astra.yml:2: providers.my.llm is no name",
        "astra.yml:5: providers.plain.base_url",
        "astra.yml:6: providers.empty.base_url is needed",
        "astra.yml:11: agents.one.model.provider no provider `nowhere`",
        "astra.yml:15: agents_dir /nonexistent is no folder",
        "astra.yml:16: limits.body_bytes must be at least 1",
        "ASTRA_MASTER_KEY: master_key",
        "--data-dir: data_dir cannot be taken/data: there is something else than a folder",
    ];
    let variables = [("ASTRA_MASTER_KEY", "abc"), ("OLLAMA_HOST", "127.0.0.1:9")];
    let flags = ["--listen", "0", "--data-dir", "taken/data"];
    let checked = machine.astra_with(&variables, &[&["config", "check"], &flags[..]].concat());
    assert!(!checked.stderr.contains("agents.two"), "an agent is not blamed for its provider: {checked:?}");
    // A folder that is none hides the key that would be read beside it.
    let told: Vec<&str> = told.into_iter().filter(|words| !words.contains("master_key")).collect();
    checked.fails(1, &told);
    let flags = ["--listen", "0", "--data-dir", "data"];
    let checked = machine.astra_with(&variables, &[&["config", "check"], &flags[..]].concat());
    checked.fails(1, &["ASTRA_MASTER_KEY: master_key cannot be used"]);
    let served = machine.astra_with(&variables, &[&["serve"], &flags[..]].concat());
    served.fails(1, &["astra.yml:5: providers.plain.base_url", "astra.yml:16: limits.body_bytes must be at least 1"]);
    assert!(!machine.path("data").exists());
}

#[test]
fn what_is_wrong_with_mcp_servers_is_told_by_their_keys() {
    let machine = Machine::new();
    let text = "
mcp:
  allow_stdio: [npx, '']
  servers:
    crm:
      url: http://127.0.0.1:9/mcp
      headers:
        Authorization: Bearer ${CRM_TOKEN}
        Host: elsewhere
      timeout_s: 0
    a__b: {command: npx}
    none: {}
";
    machine.write("astra.yml", text);
    let flags = ["config", "check", "--listen", ":0"];
    let unset = machine.astra_with(&[("OLLAMA_HOST", "127.0.0.1:9")], &flags);
    unset.fails(
        1,
        &["astra.yml:8:24", "mcp.servers.crm.headers.Authorization: the environment variable CRM_TOKEN is not set"],
    );
    let told = [
        "astra.yml:3: mcp.allow_stdio has an empty command",
        "astra.yml:9: mcp.servers.crm.headers.Host cannot be set",
        "astra.yml:10: mcp.servers.crm.timeout_s must lie between 1 and 600",
        "astra.yml:11: mcp.servers.a__b",
        "astra.yml:12: mcp.servers.none has neither url nor command",
    ];
    let variables = [("OLLAMA_HOST", "127.0.0.1:9"), ("CRM_TOKEN", "hidden")];
    let checked = machine.astra_with(&variables, &flags);
    assert!(!checked.stderr.contains("hidden"), "{checked:?}");
    checked.fails(1, &told);
    machine
        .astra_with(&variables, &["serve", "--listen", "0"])
        .fails(1, &["mcp.servers.none has neither url nor command"]);
}

#[test]
fn the_database_the_keys_and_the_address_are_looked_at_and_nothing_is_changed() {
    let machine = Machine::new();
    check(&machine, &[]).ok();
    assert_eq!(traces(machine.folder()), BTreeMap::new(), "nothing is made");
    machine.astra(&["migrate"]).ok();
    machine.astra(&["token", "issue", "--name", "me"]).ok();
    let before = traces(machine.folder());
    check(&machine, &[]).ok();
    assert_eq!(traces(machine.folder()), before, "nothing is changed");

    let key = machine.path("astra-data/master.key");
    let kept = std::fs::read_to_string(&key).expect("a key");
    std::fs::remove_file(&key).expect("removed");
    check(&machine, &[]).fails(1, &["master_key cannot be used: the signing key", "another master key"]);
    std::fs::write(&key, "abc").expect("written");
    check(&machine, &[]).fails(1, &["master_key cannot be used: the file astra-data/master.key is not a master key"]);
    std::fs::write(&key, kept).expect("written");
    check(&machine, &[]).ok();
    check(&machine, &["--database-url", "nonsense"]).fails(1, &["--database-url: store.database_url cannot be opened"]);
    check(&machine, &["--database-url", "postgres://a@127.0.0.1:9/b"])
        .fails(1, &["store.database_url cannot be opened"]);
    for log in ["wal", "shm"] {
        let _gone = std::fs::remove_file(machine.path(&format!("astra-data/astra.db-{log}")));
    }
    machine.write("astra-data/astra.db", "no database");
    check(&machine, &[]).fails(1, &["store cannot be opened: ", "astra-data/astra.db: ", "not a database"]);

    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = port.local_addr().expect("an address").to_string();
    let other = Machine::new();
    other
        .astra(&["config", "check", "--listen", &address])
        .fails(1, &[&format!("--listen: listen cannot be {address}: another program has this port")]);
    other.astra(&["config", "check", "--listen", "192.0.2.1:1"]).fails(1, &["this machine does not have this address"]);
}

#[test]
fn a_running_gateway_and_a_broken_definition_are_warnings() {
    let machine = Machine::new();
    std::fs::create_dir(machine.path("agents")).expect("made");
    machine.write("agents/bad.yml", "display_name: Ada\nmodel:\n  provider: nowhere\n");
    let gateway = Gateway::start(&machine);
    let address = gateway.url.trim_start_matches("http://").to_owned();
    let checked = machine.astra(&["config", "check", "--listen", &address]);
    for words in ["data_dir is served by a running gateway", "bad.yml:3: model.provider"] {
        assert!(checked.stderr.contains(words), "{checked:?}");
    }
    checked.ok();
}

#[test]
fn an_address_may_be_written_in_every_usual_way() {
    let machine = Machine::new();
    for address in ["localhost:0", ":0", "0", "127.0.0.1:0", "0.0.0.0:0"] {
        machine.astra(&["config", "check", "--listen", address]).ok();
        machine.astra_with(&[("ASTRA_LISTEN", address)], &["config", "check"]).ok();
        machine.write("astra.yml", &format!("listen: {address}\n"));
        machine.astra(&["config", "check"]).ok();
        std::fs::remove_file(machine.path("astra.yml")).expect("removed");
    }
    machine.astra(&["config", "check", "--listen", "[::1]"]).fails(2, &["or a port alone"]);
    machine.astra(&["config", "check", "--listen", "localhost:70000"]).fails(2, &["a port is at most 65535"]);
}

#[test]
fn a_folder_of_another_user_is_told_as_that() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;
    let machine = Machine::new();
    machine.astra(&["migrate"]).ok();
    std::fs::set_permissions(machine.folder(), std::fs::Permissions::from_mode(0o755)).expect("set");
    let data = machine.path("astra-data");
    // Root may read everything: a test that runs as root becomes somebody else.
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !is_root {
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o000)).expect("set");
    }
    // Another user may not be let into the folder where cargo built the program.
    let program = machine.path("program");
    std::fs::copy(env!("CARGO_BIN_EXE_astra"), &program).expect("copied");
    let told = |args: &[&str], words: &[&str]| {
        let mut command = std::process::Command::new(&program);
        command.args(args).current_dir(machine.folder()).env_clear().env("HOME", machine.folder());
        if is_root {
            command.uid(65_534);
        }
        Ended::from(command.output().expect("astra runs")).fails(1, words);
    };
    let denied = ["cannot read the data folder astra-data", "Permission denied", "hint: it belongs to another user"];
    told(&["token", "list"], &denied);
    told(&["migrate", "--plan"], &denied);
    told(&["config", "check", "--listen", "0"], &["data_dir cannot be astra-data: permission denied"]);
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o700)).expect("set");
}

#[test]
fn a_network_or_port_that_is_none_is_told_with_its_place() {
    let machine = Machine::new();
    machine.write("astra.yml", "outbound:\n  allowed_networks: [10.0.0.0/8, 10.0.0.0/33]\n");
    machine.astra(&["config", "check"]).fails(1, &["astra.yml:2:", "\"10.0.0.0/33\" is no network", "10.0.0.0/8"]);
    machine.write("astra.yml", "outbound:\n  allowed_ports: [443, 9000-8000]\n");
    machine.astra(&["config", "check"]).fails(1, &["astra.yml:2:", "\"9000-8000\" is no port", "8000-8999"]);
    machine.write(
        "astra.yml",
        "outbound:\n  allowed_networks: [10.0.0.0/8, \"::1\"]\n  allowed_ports: [443, 8000-8999]\n",
    );
    check(&machine, &[]).ok();
}

#[test]
fn a_collector_of_the_environment_is_checked_as_one_of_the_file() {
    let machine = Machine::new();
    let with = |variables: &[(&str, &str)]| {
        let variables = [&[("OLLAMA_HOST", "127.0.0.1:9")], variables].concat();
        machine.astra_with(&variables, &["config", "check", "--listen", ":0"])
    };
    let wrong = [("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://collector")];
    with(&wrong).fails(1, &["OTEL_EXPORTER_OTLP_ENDPOINT: otlp.endpoint must begin with http:// or https://"]);
    let secret = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"), ("OTEL_EXPORTER_OTLP_HEADERS", "host=secret")];
    let refused = with(&secret);
    assert!(!refused.stderr.contains("secret"), "{refused:?}");
    refused.fails(1, &["otlp.headers.host is a header that the gateway sets itself"]);
    let unused = with(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4317"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]);
    assert!(unused.stderr.contains("OTEL_EXPORTER_OTLP_ENDPOINT is not used"), "{unused:?}");
    unused.ok();
    machine.write("astra.yml", "otlp:\n  endpoint: http://127.0.0.1:4318\n  sample_ratio: 2\n");
    with(&wrong).fails(1, &["astra.yml:3: otlp.sample_ratio must lie between 0 and 1"]);
}
