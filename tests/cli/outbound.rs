//! How the gateway calls a model's provider: TLS, proxies of the environment and of the configuration, on the wire.

use std::sync::mpsc::TryRecvError;

use crate::gateway::Gateway;
use crate::program::Machine;
use crate::tls_upstream::{TlsUpstream, certificate};

const ACCEPTING: &str = "server.pem";

/// Asks a gateway with this provider once for each of `answers`: whether the turn is answered.
fn ask(provider: &str, root: &str, variables: &[(&str, &str)], answers: &[bool]) {
    let machine = Machine::new();
    let provider = format!("providers: {{up: {{{provider}, api_key: key-hidden-1, max_retries: 0}}}}");
    machine.write("astra.yml", &format!("{provider}\nagents: {{a: {{model: {{provider: up, model: m}}}}}}\n"));
    let root = certificate(root);
    let variables = [variables, &[("SSL_CERT_FILE", root.as_str())]].concat();
    let gateway = Gateway::start_with(&machine, &variables, &[]);
    let token = machine.astra(&["token", "issue", "--name", "me"]).ok();
    for answered in answers {
        let answer = gateway.post_with_token("/chat", token.trim(), r#"{"agent_id": "a", "message": "Hello"}"#);
        let expected = if *answered { "HTTP/1.1 200" } else { "HTTP/1.1 502" };
        assert!(answer.starts_with(expected), "{answer}");
        assert_eq!(answer.contains("from afar"), *answered, "{answer}");
        assert!(!answer.contains("hidden"), "{answer}");
    }
}

#[test]
fn a_provider_is_called_over_tls_and_one_connection_serves_again() {
    let upstream = TlsUpstream::start(true);
    let provider = format!("base_url: 'https://localhost:{}/v1'", upstream.port);
    ask(&provider, ACCEPTING, &[], &[true, true]);
    let host = format!("localhost:{}", upstream.port);
    for _ in 0..2 {
        let request = upstream.seen.recv().expect("a request");
        assert_eq!((request.layers, request.line.as_str()), (1, "POST /v1/chat/completions HTTP/1.1"));
        assert_eq!((request.connection, request.name.as_deref()), (0, Some("localhost")));
        assert_eq!(request.protocol.as_deref(), Some("http/1.1"), "not HTTP/2, where all calls would share one line");
        assert_eq!((request.header("host"), request.header("authorization")), (host.as_str(), "Bearer key-hidden-1"));
    }
}

#[test]
fn a_certificate_of_an_unknown_root_or_another_name_is_refused_before_anything_is_said() {
    let upstream = TlsUpstream::start(true);
    let named = |host: &str| format!("base_url: 'https://{host}:{}/v1'", upstream.port);
    ask(&named("localhost"), "../../store/certificates/root.pem", &[], &[false]);
    ask(&named("127.0.0.2"), ACCEPTING, &[], &[false]);
    assert_eq!(upstream.seen.try_recv().err(), Some(TryRecvError::Empty));
}

#[test]
fn the_proxy_of_the_environment_tunnels_to_https_and_forwards_http() {
    let proxy = TlsUpstream::start(false);
    let address = format!("http://m%65:p%40ss@127.0.0.1:{}", proxy.port);
    for variable in ["HTTPS_PROXY", "all_proxy"] {
        ask("base_url: 'https://llm.example/v1'", ACCEPTING, &[(variable, &address)], &[true]);
        let connect = proxy.seen.recv().expect("the tunnel");
        assert_eq!((connect.layers, connect.line.as_str()), (0, "CONNECT llm.example:443 HTTP/1.1"));
        assert_eq!(connect.header("proxy-authorization"), "Basic bWU6cEBzcw==");
        assert_eq!(connect.header("authorization"), "", "the key is for the provider alone");
        let request = proxy.seen.recv().expect("the request");
        assert_eq!((request.layers, request.line.as_str()), (1, "POST /v1/chat/completions HTTP/1.1"));
        assert_eq!((request.name.as_deref(), request.protocol.as_deref()), (Some("llm.example"), Some("http/1.1")));
        assert_eq!((request.header("host"), request.header("proxy-authorization")), ("llm.example", ""));
    }
    ask("base_url: 'http://llm.example/v1'", ACCEPTING, &[("HTTP_PROXY", &address)], &[true]);
    let request = proxy.seen.recv().expect("the request");
    assert_eq!((request.layers, request.line.as_str()), (0, "POST http://llm.example/v1/chat/completions HTTP/1.1"));
    assert_eq!(request.header("proxy-authorization"), "Basic bWU6cEBzcw==");
    let excepted = [("HTTPS_PROXY", address.as_str()), ("NO_PROXY", "llm.example")];
    // Without a proxy the name is looked up here, and there is none.
    ask("base_url: 'https://llm.example/v1'", ACCEPTING, &excepted, &[false]);
    assert_eq!(proxy.seen.try_recv().err(), Some(TryRecvError::Empty));
}

#[test]
fn a_tunnel_leads_to_an_address_as_well_as_to_a_name() {
    let proxy = TlsUpstream::start(false);
    let provider = format!("base_url: 'https://[2001:db8::1]:8443/v1', proxy: 'http://127.0.0.1:{}'", proxy.port);
    ask(&provider, ACCEPTING, &[], &[true]);
    assert_eq!(proxy.seen.recv().expect("the tunnel").line, "CONNECT [2001:db8::1]:8443 HTTP/1.1");
    let request = proxy.seen.recv().expect("the request");
    assert_eq!((request.layers, request.name.as_deref()), (1, None));
    assert_eq!(request.header("host"), "[2001:db8::1]:8443");
}

#[test]
fn a_proxy_may_itself_speak_tls() {
    let proxy = TlsUpstream::start(true);
    let through = |url: &str| format!("base_url: '{url}', proxy: 'https://localhost:{}'", proxy.port);
    ask(&through("http://llm.example/v1"), ACCEPTING, &[], &[true]);
    let request = proxy.seen.recv().expect("the request");
    assert_eq!((request.layers, request.line.as_str()), (1, "POST http://llm.example/v1/chat/completions HTTP/1.1"));
    ask(&through("https://llm.example/v1"), ACCEPTING, &[], &[true]);
    let connect = proxy.seen.recv().expect("the tunnel");
    assert_eq!((connect.layers, connect.line.as_str()), (1, "CONNECT llm.example:443 HTTP/1.1"));
    let request = proxy.seen.recv().expect("the request");
    assert_eq!((request.layers, request.line.as_str()), (2, "POST /v1/chat/completions HTTP/1.1"));
    assert_eq!(request.name.as_deref(), Some("llm.example"));
}
