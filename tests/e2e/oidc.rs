//! A certified OpenID provider, unmodified, and people who sign in with it to a gateway as its operator starts it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::gateway::Gateway;
use crate::program::Machine;

const NODE: &str = "ASTRA_TEST_NODE";
const MODULES: &str = "ASTRA_TEST_OIDC_NODE_MODULES";
/// The provider knows the gateway by this URL, and the browser of the test by the address that it listens on.
const PUBLIC_URL: &str = "http://localhost:3999";

/// The provider, ended with its test.
struct Provider {
    child: Child,
    issuer: String,
    /// It goes on to speak, and ends when nothing listens.
    _said: BufReader<ChildStdout>,
}

impl Provider {
    fn start(node: &str) -> Self {
        let mut command = client(node, "oidc_provider.mjs");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the provider runs");
        let mut said = BufReader::new(child.stdout.take().expect("stdout"));
        let mut line = String::new();
        while !line.starts_with("issuer ") {
            line.clear();
            assert!(said.read_line(&mut line).expect("it speaks text") > 0, "it does not name its issuer");
        }
        let issuer = line.trim_start_matches("issuer ").trim().to_owned();
        Self { child, issuer, _said: said }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn client(node: &str, script: &str) -> Command {
    let mut client = Command::new(node);
    client.arg(format!("{}/../tests/e2e/clients/{script}", env!("CARGO_MANIFEST_DIR")));
    client.env("REDIRECT_URI", format!("{PUBLIC_URL}/auth/oidc/callback"));
    client
}

#[test]
fn oidc_provider_for_node() {
    let (Ok(node), Ok(_)) = (std::env::var(NODE), std::env::var(MODULES)) else {
        println!("skipped: {NODE} or {MODULES} is not set");
        return;
    };
    let (machine, provider) = (Machine::new(), Provider::start(&node));
    let issuer = &provider.issuer;
    let oidc = format!(
        "{{issuer: \"{issuer}\", client_id: astra, client_secret: \"the-gateways-own-secret:&\", allowed_domains: [example.org]}}"
    );
    machine.write("astra.yml", &format!("public_url: {PUBLIC_URL}\nauth: {{oidc: {oidc}}}\n"));
    let gateway = Gateway::start(&machine);
    let output = client(&node, "oidc_browser.mjs").env("ASTRA_URL", &gateway.url).output().expect("the browser runs");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("signed in"), "{said}\n{complained}");
}
