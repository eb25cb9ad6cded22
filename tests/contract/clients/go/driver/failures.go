package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	astra "example.com/astra-client"
)

// failures are what goes wrong, and what the caller is told of it.
func failures() []scenario {
	return []scenario{
		{"refusals are typed problems", problems},
		{"a path cannot be led astray", paths},
		{"busy: Retry-After is honoured", func(ctx context.Context) { honoured(ctx, "busy") }},
		{"limited: Retry-After is honoured", func(ctx context.Context) { honoured(ctx, "limited") }},
		{"without retries it is an error", withoutRetries},
		{"who shall wait too long is told", tooLongAWait},
		{"a body that breaks off is asked for again", brokenBody},
		{"a page of HTML in place of an answer", html},
		{"what never answers", hanging},
		{"nobody listens", nobody},
		{"options that make no sense are told at once", badOptions},
		{"a token is in nothing that is printed", silence},
	}
}

func problems(ctx context.Context) {
	agents := world.client.Agents
	absent := as[*astra.Error](refused(agents.Get(ctx, "no-such-agent")))
	expect(errors.Is(absent, astra.ErrNotFound) && !errors.Is(absent, astra.ErrServer), "it is %v", absent)
	expect(absent.StatusCode == 404 && absent.Code == "not_found", "%+v", absent)
	expect(absent.Problem.Code == astra.ErrorCodeNotFound && absent.Problem.Instance == "/agents/no-such-agent", "%+v", absent.Problem)
	equal(absent.Error(), "404 not_found: There is no such agent. (request "+absent.RequestID+")", "the message")
	equal(absent.RequestID, absent.Header.Get("X-Request-ID"), "the request")

	id := fresh("refused")
	var answer astra.Response
	must(agents.Create(ctx, astra.CreateAgent{ID: id}, astra.WithResponseInto(&answer)))
	expect(errors.Is(refused(agents.Create(ctx, astra.CreateAgent{ID: id})), astra.ErrConflict), "it is no conflict")
	etag := answer.Header.Get("ETag")
	change := astra.UpdateAgent{DisplayName: astra.Value("Changed")}
	must(agents.Update(ctx, id, change, &astra.AgentsUpdateParams{IfMatch: &etag}))
	stale := refused(agents.Update(ctx, id, change, &astra.AgentsUpdateParams{IfMatch: &etag}))
	expect(errors.Is(stale, astra.ErrPreconditionFailed), "it is %v", stale)

	hot := astra.UpdateAgent{Model: astra.Value(astra.UpdateAgentModel{Temperature: astra.Value(9.0)})}
	wrong := as[*astra.Error](refused(agents.Update(ctx, id, hot, nil, astra.WithRequestID("build-42"))))
	expect(errors.Is(wrong, astra.ErrUnprocessable) && len(wrong.Problem.Errors) == 1, "%+v", wrong)
	equal(wrong.Problem.Errors[0].Pointer, "/model/temperature", "the pointer")
	expect(strings.Contains(wrong.Error(), "/model/temperature: ") && wrong.RequestID == "build-42", "it says %s", wrong)
	err := refused(connect(astra.WithToken("")).Agents.Get(ctx, id))
	expect(errors.Is(err, astra.ErrUnauthorized), "nobody may read: %v", err)
	done(agents.Delete(ctx, id, nil))
}

func paths(ctx context.Context) {
	for _, id := range []string{"", ".", ".."} {
		err := refused(world.client.Agents.Get(ctx, id))
		expect(strings.Contains(err.Error(), "agent_id"), "%q is %v", id, err)
	}
	refusal := as[*astra.Error](refused(world.client.Agents.Get(ctx, "a/../../health?x=1#y")))
	expect(refusal.StatusCode == 404 || refusal.StatusCode == 422, "it went to %+v", refusal)
}

func honoured(ctx context.Context, mode string) {
	id, requestID := fresh(mode), fresh("request")
	since := time.Now()
	agent := must(misled(mode).Agents.Create(ctx, astra.CreateAgent{ID: id}, astra.WithRequestID(requestID)))
	expect(time.Since(since) >= time.Second, "it came again after %s", time.Since(since))
	requests := named(askedOf(ctx, "/"+mode+"/agents"), requestID)
	equal(len(requests), 2, "the number of requests")
	key := requests[0].Headers["idempotency-key"]
	expect(key != "" && key == requests[1].Headers["idempotency-key"], "the keys differ: %v", requests)
	done(world.client.Agents.Delete(ctx, agent.ID, nil))
}

func withoutRetries(ctx context.Context) {
	client := misled("limited", astra.WithMaxRetries(0))
	refusal := as[*astra.Error](refused(client.Agents.Create(ctx, astra.CreateAgent{ID: fresh("limited")})))
	wait, ok := refusal.RetryAfter()
	expect(errors.Is(refusal, astra.ErrRateLimited) && ok && wait == time.Second, "%+v", refusal)
	equal(refusal.RequestID, "req_unruly", "the request")
	refusal = as[*astra.Error](refused(misled("busy").Agents.Get(ctx, fresh("busy"), astra.WithMaxRetries(0))))
	expect(errors.Is(refusal, astra.ErrUnavailable), "%+v", refusal)
}

func tooLongAWait(ctx context.Context) {
	count := int64(0)
	url, stop := pretend(func(nth int64, answer http.ResponseWriter, _ *http.Request) {
		count = nth
		answer.Header().Set("Retry-After", "61")
		say(answer, 503, map[string]any{"code": "unavailable"})
	})
	defer stop()
	err := refused(connect(astra.WithBaseURL(url)).Agents.Get(ctx, "a"))
	expect(errors.Is(err, astra.ErrUnavailable) && count == 1, "after %d requests: %v", count, err)
}

func brokenBody(ctx context.Context) {
	client := misled("cut-first")
	equal(must(client.Agents.Get(ctx, "assistant")).ID, "assistant", "the id")
	session := newSession(ctx)
	turn := must(client.Chat.Send(ctx, askIn(session.ID, "once")))
	equal(*turn.Content, "once", "the answer")
	equal(len(said(ctx, session.ID)), 2, "the number of messages")
	// A change without a key is not sent twice: nobody knows what became of the first.
	as[*astra.ConnectionError](refused(client.Sessions.Update(ctx, session.ID, astra.UpdateSession{Title: astra.Value("a")})))
	equal(len(askedOf(ctx, "/cut-first/sessions/"+session.ID)), 1, "the number of changes")
	done(world.client.Sessions.Delete(ctx, session.ID))
}

func html(ctx context.Context) {
	client := misled("html", astra.WithMaxRetries(1))
	id := fresh("html")
	refusal := as[*astra.Error](refused(client.Agents.Get(ctx, id)))
	expect(errors.Is(refusal, astra.ErrServer) && refusal.Problem == nil, "%+v", refusal)
	expect(strings.HasPrefix(refusal.Error(), "502 Bad Gateway: the answer is text/html (request req_"), "it says %s", refusal)
	expect(strings.Contains(string(refusal.Body), "<h1>Bad gateway</h1>"), "the body is %s", refusal.Body)
	requests := askedOf(ctx, "/html/agents/"+id)
	expect(len(requests) == 2 && requests[0].Headers["x-request-id"] == requests[1].Headers["x-request-id"], "%v", requests)
	refused(client.Agents.Update(ctx, id, astra.UpdateAgent{}, nil))
	equal(len(askedOf(ctx, "/html/agents/"+id)), 3, "the number of requests")
	for _, err := range client.Chat.Stream(ctx, ask("a"), astra.WithMaxRetries(0)).Events() {
		expect(errors.Is(err, astra.ErrServer), "the stream is %v", err)
	}
}

func hanging(ctx context.Context) {
	client := misled("hang")
	late := as[*astra.TimeoutError](refused(client.Agents.Get(ctx, "a", astra.WithTimeout(50*time.Millisecond))))
	expect(errors.Is(late, context.DeadlineExceeded) && late.RequestID != "", "%+v", late)
	for _, err := range client.Chat.Stream(ctx, ask("a"), astra.WithTimeout(50*time.Millisecond)).Events() {
		as[*astra.TimeoutError](err)
	}
	bounded, stop := context.WithTimeout(ctx, 50*time.Millisecond)
	defer stop()
	as[*astra.TimeoutError](refused(client.Agents.Get(bounded, "a")))
	cancelled, cancel := context.WithCancel(ctx)
	time.AfterFunc(50*time.Millisecond, cancel)
	err := refused(client.Agents.Get(cancelled, "a"))
	expect(errors.Is(err, context.Canceled), "it is %v", err)
	for _, err := range client.Agents.List(cancelled, nil).All() {
		expect(errors.Is(err, context.Canceled), "it is %v", err)
	}
}

func nobody(ctx context.Context) {
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	url := "http://" + listener.Addr().String()
	done(listener.Close())
	client := connect(astra.WithBaseURL(url), astra.WithMaxRetries(1))
	broken := as[*astra.ConnectionError](refused(client.Agents.Update(ctx, "a", astra.UpdateAgent{}, nil, astra.WithRequestID("mine"))))
	expect(strings.HasPrefix(broken.Error(), "PATCH /agents/{agent_id}: the connection failed: dial tcp"), "it says %s", broken)
	equal(broken.RequestID, "mine", "the request")
}

func badOptions(context.Context) {
	for _, url := range []string{"", "nonsense", "ftp://127.0.0.1", "http://", "http://ada:secret@127.0.0.1?x=1", "http://\x7f"} {
		err := refused(astra.NewClient(astra.WithBaseURL(url)))
		expect(!strings.Contains(err.Error(), "secret"), "it says %v", err)
	}
}

func silence(ctx context.Context) {
	secret := "c2VjcmV0LXRva2Vu"
	client := connect(astra.WithToken(secret), astra.WithMaxRetries(0))
	stream := client.Chat.Stream(ctx, ask("a"))
	values := []any{
		client, *client, client.Agents, stream, client.Agents.List(ctx, nil),
		refused(client.Auth.Me(ctx)),
		refused(connect(astra.WithToken(secret+"\n"), astra.WithMaxRetries(0)).Auth.Me(ctx)),
		refused(misled("hang", astra.WithToken(secret)).Auth.Me(ctx, astra.WithTimeout(20*time.Millisecond))),
		refused(misled("html", astra.WithToken(secret), astra.WithMaxRetries(0)).Auth.Me(ctx)),
		refused(connect(astra.WithBaseURL("http://127.0.0.1:1"), astra.WithToken(secret), astra.WithMaxRetries(0)).Auth.Me(ctx)),
		astra.TokenPair{AccessToken: secret, RefreshToken: secret},
		&astra.TokenPair{AccessToken: secret, RefreshToken: secret},
	}
	for _, value := range values {
		printed := fmt.Sprintf("%v %+v %#v %s", value, value, value, value)
		expect(!strings.Contains(printed, secret), "%T shows it: %s", value, printed)
	}
}
