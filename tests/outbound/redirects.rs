//! Redirects: followed when the request says so, each decided over like the first URL.

use astra_core::outbound::{GuardedError, GuardedRequest, Refusal};
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use http::{HeaderName, HeaderValue, Method};

use super::server::{ALLOWED, Names, Server, answer, client, get, header, redirect};

const KEY: HeaderName = HeaderName::from_static("x-api-key");

/// A server whose path `/n` leads to `/n-1`, and `/0` nowhere.
async fn countdown() -> Server {
    Server::start((ALLOWED, 0), |request, _| {
        let left: u32 = request.split(['/', ' ']).nth(2).unwrap().parse().unwrap();
        if left == 0 { answer(200, "", "arrived") } else { redirect(302, &format!("/{}", left - 1)) }
    })
    .await
}

#[tokio::test]
async fn a_redirect_is_an_answer_unless_it_is_to_be_followed() {
    let server = countdown().await;
    let answer = client([&server], &Names::default()).send(get(&server.own_url("/3"))).await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["location"]), (302, &HeaderValue::from_static("/2")));
    assert_eq!(answer.url(), server.own_url("/3"));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn redirects_are_followed_up_to_their_limit() {
    let server = countdown().await;
    let client = client([&server], &Names::default());
    let send = |start: &str, redirects_max| client.send(get(&server.own_url(start)).follow_redirects(redirects_max));
    let answer = send("/3", 3).await.unwrap();
    assert_eq!(answer.url(), server.own_url("/0"));
    assert_eq!(answer.bytes(100).await.unwrap(), "arrived");
    assert_eq!(server.connections(), 4);
    assert_eq!(send("/4", 3).await.err(), Some(GuardedError::TooManyRedirects));
    assert_eq!(server.connections(), 8);
    // No request follows more than twenty.
    assert_eq!(send("/20", u32::MAX).await.unwrap().status(), 200);
    assert_eq!(send("/21", u32::MAX).await.err(), Some(GuardedError::TooManyRedirects));
}

#[tokio::test]
async fn credentials_and_bodies_go_where_they_belong() {
    let other = Server::answering(&answer(200, "", "")).await;
    let location = other.own_url("/there");
    let first = Server::start((ALLOWED, 0), move |_, before| match before {
        0 => redirect(307, "/again"),
        _ => redirect(302, &location),
    })
    .await;
    let mut key = HeaderValue::from_static("secret-1");
    key.set_sensitive(true);
    let request = GuardedRequest::new(Method::POST, &first.own_url("/")).unwrap();
    let request = request.header(AUTHORIZATION, HeaderValue::from_static("Bearer secret-2")).unwrap();
    let request = request.header(COOKIE, HeaderValue::from_static("secret=3")).unwrap().header(KEY, key).unwrap();
    let request = request.header(CONTENT_TYPE, HeaderValue::from_static("text/plain")).unwrap();
    let request = request.header(HeaderName::from_static("x-team"), HeaderValue::from_static("a")).unwrap();
    client([&first, &other], &Names::default()).send(request.body("words").follow_redirects(5)).await.unwrap();

    let same = first.requests();
    for (request, line) in same.iter().zip(["POST / HTTP/1.1", "POST /again HTTP/1.1"]) {
        assert_eq!(request.lines().next(), Some(line));
        assert_eq!(request.matches("secret").count(), 3, "{request}");
        assert!(request.ends_with("\r\n\r\nwords"), "{request}");
    }
    let [there] = &other.requests()[..] else { panic!("one request") };
    assert!(there.starts_with("GET /there HTTP/1.1\r\n"), "{there}");
    assert!(!there.contains("secret") && !there.contains("words"), "{there}");
    assert_eq!((header(there, "x-team"), header(there, "content-type")), (Some("a"), None));
    assert_eq!(header(there, "host"), Some(other.address.to_string().as_str()));
}

#[tokio::test]
async fn a_redirect_to_another_scheme_user_or_port_is_refused() {
    for (location, refusal) in [
        ("file:///etc/passwd", Refusal::Scheme),
        ("ftp://example.com/", Refusal::Scheme),
        ("data:text/plain,x", Refusal::Scheme),
        ("//user:password@example.com/", Refusal::Credentials),
        ("http://example.com:22/", Refusal::Port(22)),
        ("http://[::1", Refusal::Url),
        ("http://a..b/", Refusal::Url),
    ] {
        let server = Server::answering(&redirect(301, location)).await;
        let outcome = client([&server], &Names::default()).send(get(&server.own_url("/")).follow_redirects(1)).await;
        assert_eq!(outcome.err(), Some(GuardedError::Refused(refusal)), "{location}");
        assert_eq!(server.connections(), 1);
    }
}
