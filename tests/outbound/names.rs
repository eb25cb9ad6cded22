//! Names: looked up once for each connection, which goes to the address that was checked.

use std::net::IpAddr;

use astra_core::config::OutboundConfig;
use astra_core::outbound::{Error, GuardedClient, GuardedError, Refusal, SpecialUse};

use super::server::{ALLOWED, Names, REFUSED, Server, answer, client, get, redirect};

const LOOPBACK: GuardedError = GuardedError::Refused(Refusal::Address(SpecialUse::Loopback));

/// Two servers on the same port: one at an address that may be reached, one that may not.
async fn pair() -> (Server, Server) {
    for _ in 0..20 {
        let allowed = Server::answering(&answer(200, "", "allowed")).await;
        let port = allowed.address.port();
        if tokio::net::TcpListener::bind((REFUSED, port)).await.is_ok() {
            return (allowed, Server::start((REFUSED, port), |_, _| answer(200, "", "refused")).await);
        }
    }
    panic!("no port is free on both addresses");
}

#[tokio::test]
async fn a_name_that_is_bound_anew_after_the_check_leads_nowhere_else() {
    let (allowed, refused) = pair().await;
    let names = Names::default().with("name.example", &[&[ALLOWED], &[REFUSED]]);
    let client = client([&allowed], &names);
    let url = allowed.url("name.example", "/");
    let answer = client.send(get(&url)).await.unwrap();
    assert_eq!(answer.bytes(100).await.unwrap(), "allowed");
    assert_eq!(names.lookups(), ["name.example"], "one lookup for one connection");
    // The next connection is checked again: none is kept whose address was good once.
    assert_eq!(client.send(get(&url)).await.err(), Some(LOOPBACK));
    assert_eq!(names.lookups().len(), 2);
    assert_eq!((allowed.connections(), refused.connections()), (1, 0));
}

#[tokio::test]
async fn all_addresses_of_a_name_must_be_allowed() {
    let (allowed, refused) = pair().await;
    for addresses in [[ALLOWED, REFUSED], [REFUSED, ALLOWED]] {
        let names = Names::default().with("name.example", &[&addresses]);
        let outcome = client([&allowed], &names).send(get(&allowed.url("name.example", "/"))).await;
        assert_eq!(outcome.err(), Some(LOOPBACK), "{addresses:?}");
    }
    assert_eq!((allowed.connections(), refused.connections()), (0, 0));
}

#[tokio::test]
async fn a_redirect_to_the_same_name_is_looked_up_and_checked_again() {
    let refused = Server::start((REFUSED, 0), |_, _| answer(200, "", "refused")).await;
    let port = refused.address.port();
    let location = refused.url("name.example", "/second");
    let first = Server::start((ALLOWED, port), move |_, _| redirect(307, &location)).await;
    let names = Names::default().with("name.example", &[&[ALLOWED], &[REFUSED]]);
    let request = get(&first.url("name.example", "/first")).follow_redirects(5);
    assert_eq!(client([&first], &names).send(request).await.err(), Some(LOOPBACK));
    assert_eq!((first.connections(), refused.connections()), (1, 0));
}

#[tokio::test]
async fn localhost_is_this_machine_whatever_a_resolver_says() {
    let names = ["localhost", "a.localhost", "deep.er.localhost"];
    let known = names.iter().fold(Names::default(), |known, name| known.with(name, &[&[ALLOWED]]));
    let server = Server::start(([127, 0, 0, 1], 0), |_, _| answer(200, "", "here")).await;
    let forms = ["localhost", "LOCALHOST", "localhost.", "a.localhost", "Deep.Er.Localhost."];
    for form in forms {
        let outcome = client([&server], &known).send(get(&server.url(form, "/"))).await;
        assert_eq!(outcome.err(), Some(LOOPBACK), "{form}");
    }
    assert_eq!(server.connections(), 0);
    let allowed = OutboundConfig {
        allowed_networks: vec!["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()],
        allowed_ports: vec![server.address.port().into()],
    };
    let client = GuardedClient::new(&allowed).with_resolver(known.clone());
    for form in forms {
        let answer = client.send(get(&server.url(form, "/"))).await.unwrap();
        assert_eq!(answer.bytes(100).await.unwrap(), "here", "{form}");
    }
    assert_eq!(known.lookups(), [""; 0]);
}

#[tokio::test]
async fn the_dot_at_the_end_of_a_name_is_no_other_name() {
    let server = Server::answering(&answer(200, "", "")).await;
    let names = Names::default().with("name.example", &[&[ALLOWED]]);
    let answer = client([&server], &names).send(get(&server.url("NAME.example.", "/"))).await.unwrap();
    assert_eq!(answer.url(), server.url("name.example", "/"));
    assert_eq!(names.lookups(), ["name.example"]);
}

#[tokio::test]
async fn a_name_without_an_address_cannot_be_reached() {
    let nothing: [&[IpAddr]; 1] = [&[]];
    let names = Names::default().with("empty.example", &nothing);
    for (name, cause) in [("empty.example", "the name has no address"), ("unknown.example", "no such name")] {
        let outcome = client([], &names).send(get(&format!("http://{name}/"))).await;
        assert_eq!(outcome.err(), Some(GuardedError::Failed(Error::Connect(cause.into()))), "{name}");
    }
}

#[tokio::test]
async fn the_resolver_of_the_system_is_asked_by_default() {
    // Every machine knows this name, and it leads to one address or the other of its own.
    let client = GuardedClient::new(&OutboundConfig::default());
    let outcome = client.send(get("http://localhost./")).await;
    assert_eq!(outcome.err(), Some(LOOPBACK));
    // A name that no machine knows (RFC 6761, 6.4).
    let outcome = client.send(get("http://name.invalid/")).await;
    assert!(matches!(outcome.err(), Some(GuardedError::Failed(Error::Connect(_)))));
}
