//! `astra console`: the address that it prints and opens signs in once.

use serde_json::Value;

use crate::gateway::Gateway;
use crate::program::{Machine, run_with_input};

const PASSWORD: &str = "correct horse battery";

fn account(machine: &Machine, email: &str, role: &str) {
    let make = ["account", "create", email, "--role", role, "--password-stdin"];
    run_with_input(&mut machine.command(&make), PASSWORD).ok();
}

/// Runs `astra console` for `gateway` with these arguments; answers what follows `/console` in the address.
fn console(machine: &Machine, gateway: &Gateway, args: &[&str]) -> String {
    let printed = machine.astra(&[&["console", "--no-browser", "--server", &gateway.url], args].concat()).ok();
    let page = printed.strip_prefix(&format!("{}/console", gateway.url)).unwrap_or_else(|| panic!("{printed}"));
    page.trim_end().to_owned()
}

/// Hands in the code of an address; answers the status and the body.
fn exchange(gateway: &Gateway, page: &str) -> (u16, Value) {
    let code = page.strip_prefix("#code=").unwrap_or_else(|| panic!("{page}"));
    let answer = gateway.post("/auth/token", &format!(r#"{{"grant_type":"login_code","code":"{code}"}}"#));
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    (status, serde_json::from_str(body).unwrap_or_default())
}

fn email_of(gateway: &Gateway, tokens: &Value) -> String {
    let me = gateway.get_with_token("/auth/me", tokens["access_token"].as_str().expect("a token"));
    let (_, body) = me.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str::<Value>(body).expect("JSON")["email"].as_str().expect("an address").to_owned()
}

#[test]
fn the_only_owner_is_signed_in_once_by_each_code() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    account(&machine, "ada@example.org", "owner");
    account(&machine, "bob@example.org", "member");
    let page = console(&machine, &gateway, &[]);
    let (status, tokens) = exchange(&gateway, &page);
    assert_eq!((status, email_of(&gateway, &tokens).as_str()), (200, "ada@example.org"));
    assert!(tokens["refresh_token"].is_string());
    assert_eq!(exchange(&gateway, &page).0, 400);
    let page = console(&machine, &gateway, &["--account", "Bob@example.org"]);
    assert_eq!(email_of(&gateway, &exchange(&gateway, &page).1), "bob@example.org");
}

#[test]
fn a_gateway_without_an_owner_gets_one() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    let page = console(&machine, &gateway, &[]);
    let code = page.strip_prefix("/setup#setup_code=").unwrap_or_else(|| panic!("{page}"));
    let account = format!(r#"{{"email":"ada@example.org","password":"{PASSWORD}","setup_code":"{code}"}}"#);
    assert!(gateway.post("/auth/register", &account).starts_with("HTTP/1.1 201"));
    assert_eq!(exchange(&gateway, &console(&machine, &gateway, &[])).0, 200);
}

#[test]
fn an_account_that_is_not_clear_is_asked_for() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    let astra = |args: &[&str]| machine.astra(&[&["console", "--no-browser", "--server", &gateway.url], args].concat());
    machine.astra(&["token", "issue", "--name", "me", "--role", "owner"]).ok();
    astra(&[]).fails(1, &["no login code was made", "only service accounts", "account create EMAIL --role owner"]);
    astra(&["--account", "ada@example.org"])
        .fails(1, &["no login code was made", "no account with this e-mail address"]);
    account(&machine, "ada@example.org", "owner");
    account(&machine, "eve@example.org", "owner");
    astra(&[]).fails(1, &["2 people own the gateway", "--account", "ada@example.org", "eve@example.org"]);
}

#[test]
fn a_person_who_signed_in_needs_no_store() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    account(&machine, "ada@example.org", "owner");
    let (_, tokens) = exchange(&gateway, &console(&machine, &gateway, &[]));
    let (elsewhere, args) = (Machine::new(), ["console", "--no-browser", "--server", &gateway.url]);
    let token = tokens["access_token"].as_str().expect("a token");
    let printed = elsewhere.astra_with(&[("ASTRA_TOKEN", token)], &args).ok();
    let page = printed.trim_end().strip_prefix(&format!("{}/console", gateway.url)).expect("an address").to_owned();
    assert_eq!(email_of(&gateway, &exchange(&gateway, &page).1), "ada@example.org");
    let service = machine.astra(&["token", "issue", "--name", "ci"]).ok();
    let with_service = |args: &[&str]| elsewhere.astra_with(&[("ASTRA_TOKEN", service.trim())], args);
    with_service(&args).fails(1, &["Only people who signed in make login codes"]);
    let with_account = [&args[..], &["--account", "ada@example.org"]].concat();
    with_service(&with_account).fails(2, &["--account needs the store of the gateway"]);
    elsewhere.astra(&args).fails(1, &["there is no gateway's data"]);
}

#[test]
fn without_a_gateway_there_is_no_code() {
    let machine = Machine::new();
    machine.astra(&["migrate"]).ok();
    let nothing = machine.astra(&["console", "--no-browser", "--server", "http://127.0.0.1:9"]);
    nothing.fails(1, &["cannot reach the gateway at http://127.0.0.1:9", "`astra serve` runs one here"]);
}

#[cfg(unix)]
#[test]
fn the_address_is_opened_where_there_is_a_desktop() {
    use std::os::unix::fs::PermissionsExt as _;

    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    let (opener, opened) = (machine.path("xdg-open"), machine.path("opened"));
    let made = std::process::Command::new("mkfifo").arg(&opened).status();
    assert!(made.expect("mkfifo runs").success());
    machine.write("xdg-open", "#!/bin/sh\necho \"$1\" >opened\n");
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).expect("set");
    let path = machine.folder().to_str().expect("text").to_owned();
    let desktop = [("PATH", path.as_str()), ("DISPLAY", ":0")];
    let printed = machine.astra_with(&desktop, &["console", "--server", &gateway.url]);
    assert!(!printed.stderr.contains("open this address"), "{printed:?}");
    // Waits until something has written to it.
    assert_eq!(std::fs::read_to_string(&opened).expect("opened"), printed.ok());
    let without = machine.astra_with(&desktop[..1], &["console", "--server", &gateway.url]);
    assert!(without.stderr.contains("open this address in a browser"), "{without:?}");
    without.ok();
}
