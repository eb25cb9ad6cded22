//! The table of addresses and URLs (`addresses.csv`): each is refused or not, whichever way the client comes to it.

use std::net::IpAddr;

use astra_core::Config;
use astra_core::config::OutboundConfig;
use astra_core::outbound::{GuardedClient, GuardedError, Refusal};

use super::server::{ALLOWED, Names, Server, client, get, redirect};

/// A row of the table: an address or a URL, and what is said of it.
struct Row {
    form: String,
    verdict: &'static str,
}

fn table() -> Vec<Row> {
    let row = |line: &'static str| {
        let columns: Vec<&str> = line.split(';').collect();
        let [form, verdict, why] = columns[..] else { panic!("three columns: {line}") };
        assert!(!why.is_empty(), "{line}");
        Row { form: form.replace("\\t", "\t").replace("\\n", "\n"), verdict }
    };
    let rows: Vec<Row> = include_str!("addresses.csv").lines().skip(1).map(row).collect();
    assert!(rows.len() >= 200, "{}", rows.len());
    rows
}

impl Row {
    fn address(&self) -> Option<IpAddr> {
        self.form.parse().ok()
    }

    fn url(&self) -> String {
        match self.address() {
            Some(IpAddr::V4(address)) => format!("http://{address}/"),
            Some(IpAddr::V6(_)) => format!("http://[{}]/", self.form),
            None => self.form.clone(),
        }
    }
}

fn verdict(outcome: &Result<(), Refusal>) -> &'static str {
    match outcome {
        Ok(()) => "public",
        Err(Refusal::Address(special)) => special.as_str(),
        Err(Refusal::Url) => "url",
        Err(Refusal::Scheme) => "scheme",
        Err(Refusal::Credentials) => "credentials",
        Err(Refusal::Port(_)) => "port",
        Err(Refusal::TooLong | Refusal::Downgrade | Refusal::Header(_)) => "another",
    }
}

fn verdict_of_sending<T>(outcome: Result<T, GuardedError>) -> &'static str {
    match outcome {
        Err(GuardedError::Refused(refusal)) => verdict(&Err(refusal)),
        Err(_) => "failed",
        Ok(_) => "public",
    }
}

#[test]
fn each_row_is_refused_for_its_reason() {
    let client = GuardedClient::new(&OutboundConfig::default());
    let faults = table().into_iter().filter_map(|row| {
        let found = verdict(&client.check(&row.url()));
        (found != row.verdict).then(|| format!("{:?} is {found}, not {}", row.form, row.verdict))
    });
    assert_eq!(faults.collect::<Vec<_>>(), [""; 0]);
}

#[tokio::test]
async fn a_name_that_leads_to_a_refused_address_is_refused() {
    for row in table() {
        let Some(address) = row.address().filter(|_| row.verdict != "public") else { continue };
        let public: IpAddr = "93.184.215.14".parse().unwrap();
        for answer in [&[address][..], &[public, address], &[address, public]] {
            let names = Names::default().with("name.example", &[answer]);
            let outcome = client([], &names).send(get("http://name.example/")).await;
            assert_eq!(verdict_of_sending(outcome), row.verdict, "{answer:?}");
        }
    }
}

/// Whether a redirect can lead there from `http://...`: a line break would end the header, and what is relative leads to
/// the server that it comes from.
fn is_absolute(url: &str) -> bool {
    url.contains(':') && !url.contains(['\n', '\t', ' ']) && !url.starts_with("//") && !url.starts_with("http:127")
}

#[tokio::test]
async fn a_redirect_to_a_refused_place_is_refused() {
    let rows: Vec<Row> = table().into_iter().filter(|row| row.verdict != "public" && is_absolute(&row.url())).collect();
    assert!(rows.len() >= 200, "{}", rows.len());
    for row in rows {
        let location = row.url();
        let server = Server::answering(&redirect(302, &location)).await;
        let outcome = client([&server], &Names::default()).send(get(&server.own_url("/")).follow_redirects(3)).await;
        assert_eq!(verdict_of_sending(outcome), row.verdict, "{location}");
        assert_eq!(server.connections(), 1);
    }
}

#[test]
fn a_network_opens_what_it_contains_and_no_metadata_service() {
    let everything = OutboundConfig {
        allowed_networks: vec!["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()],
        ..OutboundConfig::default()
    };
    let open = GuardedClient::new(&everything);
    for row in table() {
        let special = GuardedClient::new(&OutboundConfig::default()).check(&row.url());
        if let Err(Refusal::Address(special)) = special {
            let expected = if special.as_str() == "metadata" { "metadata" } else { "public" };
            assert_eq!(verdict(&open.check(&row.url())), expected, "{}", row.form);
        }
    }
    let mut one = OutboundConfig::default();
    one.allowed_networks.push("10.1.0.0/16".parse().unwrap());
    let one = GuardedClient::new(&one);
    for allowed in ["http://10.1.2.3/", "http://[::ffff:10.1.2.3]/", "http://[64:ff9b::10.1.2.3]/", "http://0xa010203/"]
    {
        assert_eq!(one.check(allowed), Ok(()), "{allowed}");
    }
    for refused in ["http://10.2.0.1/", "http://127.0.0.1/", "http://[2002:a01:203::1]/", "http://[::10.1.2.3]/"] {
        assert!(one.check(refused).is_err(), "{refused}");
    }
}

#[test]
fn what_is_refused_is_told_without_an_address() {
    let client = GuardedClient::new(&OutboundConfig::default());
    let told = client.check("http://10.1.2.3/").unwrap_err().to_string();
    assert_eq!(told, "the URL leads to an address that may not be reached (private)");
    let long = format!("http://example.com/{}", "a".repeat(8 << 10));
    assert_eq!(client.check(&long), Err(Refusal::TooLong));
    // It is short as it is written, and long as it is sent.
    let long = format!("http://example.com/{}", "ä".repeat(3 << 10));
    assert_eq!(client.check(&long), Err(Refusal::TooLong));
}

#[tokio::test]
async fn a_gateway_gives_its_host_the_client_of_its_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::answering(&super::server::answer(200, "", "from inside")).await;
    let mut config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    let gateway = astra_core::Gateway::open(config.clone()).await.unwrap();
    let refused = gateway.guarded_client().send(get(&server.own_url("/"))).await;
    assert_eq!(verdict_of_sending(refused), "loopback");
    drop(gateway);
    config.data_dir = folder.path().join("second");
    config.outbound = super::server::allowing([server.address.port()]);
    let gateway = astra_core::Gateway::open(config).await.unwrap();
    let answer = gateway.guarded_client().send(get(&server.own_url("/"))).await.unwrap();
    assert_eq!(answer.bytes(100).await.unwrap(), "from inside");
    assert_eq!((server.connections(), server.address.ip()), (1, ALLOWED));
}
