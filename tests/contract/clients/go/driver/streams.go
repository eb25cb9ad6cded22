package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	astra "example.com/astra-client"
)

// streams are answers that come as they are made, whole and cut.
func streams() []scenario {
	return []scenario{
		{"events come typed and in order", eventsInOrder},
		{"a stream is resumed after a cut", resumedAfterCut},
		{"a stream that may not resume says so", cutWithoutResume},
		{"a stream of OpenAI's form that is cut says so", cutCompletions},
		{"a stream that breaks before its first event is asked for again", cutFirst},
		{"a stream is resumed by hand", resumedByHand},
		{"a session is followed while it is cut", sessionFollowed},
		{"a stream is left early", leftEarly},
		{"a stream is closed from elsewhere", closedFromElsewhere},
		{"a stream that falls silent", fallenSilent},
		{"a stream that cannot be resumed any more", resumeRefused},
		{"events of the future", future},
	}
}

// heard is what came by a stream of a turn.
type heard struct {
	kinds   []string
	numbers []int
	text    string
	turn    string
}

// hear reads a stream to its end.
func hear(stream *astra.Stream[astra.ChatEvent]) heard {
	var all heard
	for event, err := range stream.Events() {
		done(err)
		all.take(event)
	}
	return all
}

func (h *heard) take(event astra.ChatEvent) {
	switch event := event.(type) {
	case *astra.ChatEventSessionResolved:
		h.note("session_resolved", event.Seq)
		h.turn = event.TurnID
	case *astra.ChatEventContent:
		h.note("content", event.Seq)
		h.text += event.Delta
	case *astra.ChatEventDone:
		h.note("done", event.Seq)
		h.turn = event.Turn.TurnID
	default:
		fail("the event is %+v", event)
	}
}

func (h *heard) note(kind string, number int) {
	h.kinds = append(h.kinds, kind)
	h.numbers = append(h.numbers, number)
}

// isWhole tells whether each event came once and in order, with this text.
func (h heard) isWhole(text string) {
	equal(h.text, text, "the text")
	for place, number := range h.numbers {
		equal(number, place+1, "the event's number")
	}
	equal(h.kinds[0], "session_resolved", "the first event")
	equal(h.kinds[len(h.kinds)-1], "done", "the last event")
}

func eventsInOrder(ctx context.Context) {
	stream := world.client.Chat.Stream(ctx, ask("one two three"))
	all := hear(stream)
	all.isWhole("one two three")
	equal(strings.Join(all.kinds, " "), "session_resolved content content content done", "the events")
	equal(stream.LastEventID(), "5", "the last id")
	expect(strings.HasPrefix(stream.RequestID(), "req_"), "the request is %q", stream.RequestID())
	for _, err := range stream.Events() {
		expect(err != nil, "it can be read twice")
	}
}

func resumedAfterCut(ctx context.Context) {
	id := fresh("cut")
	all := hear(misled("cut").Chat.Stream(ctx, ask("one two three four"), astra.WithRequestID(id)))
	all.isWhole("one two three four")
	requests := named(askedOf(ctx, "/cut/chat"), id)
	var told []string
	for _, one := range requests {
		told = append(told, one.Method+" "+one.Headers["last-event-id"])
	}
	expect(slices.Equal(told, []string{"POST ", "GET 2", "GET 4"}), "it asked %q", told)
	equal(requests[1].Path, "/cut/chat/turns/"+all.turn+"/events", "where it went on")
	expect(requests[1].Headers["idempotency-key"] == "" && requests[0].Headers["idempotency-key"] != "", "%v", requests)
}

func cutWithoutResume(ctx context.Context) {
	count := 0
	for event, err := range misled("cut").Chat.Stream(ctx, ask("one two"), astra.WithoutResume()).Events() {
		if err != nil {
			broken := as[*astra.StreamError](err)
			equal(broken.LastEventID, "2", "the last id")
			expect(event == nil && broken.RequestID != "", "%+v", broken)
			break
		}
		count++
	}
	equal(count, 2, "the number of events")
}

func cutCompletions(ctx context.Context) {
	request := astra.ChatCompletionRequest{Model: "assistant", Messages: []astra.ChatCompletionMessage{
		{Role: astra.ChatCompletionRoleUser, Content: astra.Ptr(astra.ChatCompletionContentOfText("one two three"))},
	}}
	var last error
	for _, last = range misled("cut").Chat.CompletionsStream(ctx, request).Events() {
	}
	as[*astra.StreamError](last)
}

func cutFirst(ctx context.Context) {
	session := newSession(ctx)
	id := fresh("first")
	all := hear(misled("cut-first").Chat.Stream(ctx, askIn(session.ID, "only once"), astra.WithRequestID(id)))
	all.isWhole("only once")
	requests := named(askedOf(ctx, "/cut-first/chat/stream"), id)
	equal(len(requests), 2, "the number of requests")
	key := requests[0].Headers["idempotency-key"]
	expect(key != "" && key == requests[1].Headers["idempotency-key"], "the keys differ: %v", requests)
	texts := said(ctx, session.ID)
	expect(slices.Equal(texts, []string{"only once", "only once"}), "there are several turns: %q", texts)
	done(world.client.Sessions.Delete(ctx, session.ID))
}

func resumedByHand(ctx context.Context) {
	chat := world.client.Chat
	turn := hear(chat.Stream(ctx, ask("one two three"))).turn
	hear(chat.Resume(ctx, turn)).isWhole("one two three")
	rest := hear(chat.Resume(ctx, turn, astra.WithLastEventID("3")))
	expect(slices.Equal(rest.numbers, []int{4, 5}) && rest.text == "three", "the rest is %+v", rest)
	nothing := hear(chat.Resume(ctx, turn, astra.WithLastEventID("5")))
	equal(len(nothing.kinds), 0, "what comes after the last")
	hear(misled("cut").Chat.Resume(ctx, turn)).isWhole("one two three")
}

func sessionFollowed(ctx context.Context) {
	session := newSession(ctx)
	stream := misled("cut").Sessions.Events(ctx, session.ID)
	asked := make(chan struct{})
	isFreed()
	go func() {
		defer close(asked)
		isFollowed()
		for range world.client.Chat.Stream(ctx, askIn(session.ID, "follow me now")).Events() {
		}
	}()
	var kinds []string
	text := ""
	for event, err := range stream.Events() {
		done(err)
		kinds = append(kinds, strings.TrimPrefix(fmt.Sprintf("%T", event), "*astraclient.SessionEvent"))
		if content, ok := event.(*astra.SessionEventContent); ok {
			text += content.Delta
		}
		if ended, ok := event.(*astra.SessionEventDone); ok {
			equal(*ended.Turn.Content, "follow me now", "the answer")
			expect(strings.HasPrefix(stream.LastEventID(), ended.TurnID+"."), "the last id is %s", stream.LastEventID())
			break
		}
	}
	<-asked
	equal(text, "follow me now", "the text")
	equal(strings.Join(kinds, " "), "TurnStarted SessionResolved Content Content Content Done", "the events")
	done(world.client.Sessions.Delete(ctx, session.ID))
}

// isFollowed waits until an answer has begun.
func isFollowed() {
	for range 400 {
		if world.seen.open.Load() > 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// isFreed waits until no body is open.
func isFreed() {
	for range 200 {
		if world.seen.open.Load() == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	fail("%d bodies are open", world.seen.open.Load())
}

func leftEarly(ctx context.Context) {
	isFreed()
	stream := world.client.Chat.Stream(ctx, ask("one two three"))
	for _, err := range stream.Events() {
		done(err)
		equal(world.seen.open.Load(), 1, "the number of open bodies")
		break
	}
	isFreed()
	stream.Close()
}

func closedFromElsewhere(ctx context.Context) {
	session := newSession(ctx)
	stream := world.client.Sessions.Events(ctx, session.ID)
	isFreed()
	go func() {
		isFollowed()
		stream.Close()
	}()
	for event, err := range stream.Events() {
		fail("it gave %v and %v", event, err)
	}
	isFreed()
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	for _, err := range world.client.Sessions.Events(cancelled, session.ID).Events() {
		expect(errors.Is(err, context.Canceled), "the error is %v", err)
	}
	done(world.client.Sessions.Delete(ctx, session.ID))
}

func fallenSilent(ctx context.Context) {
	url, stop := pretend(func(_ int64, answer http.ResponseWriter, request *http.Request) {
		answer.Header().Set("Content-Type", "text/event-stream")
		_, _ = answer.Write([]byte(": hello\n\n"))
		_ = http.NewResponseController(answer).Flush()
		<-request.Context().Done()
	})
	defer stop()
	client := connect(astra.WithBaseURL(url), astra.WithIdleTimeout(50*time.Millisecond), astra.WithMaxRetries(1))
	var last error
	for _, last = range client.Sessions.Events(ctx, "ses_1").Events() {
	}
	late := as[*astra.TimeoutError](last)
	equal(late.Operation, "GET /sessions/{session_id}/events", "the operation")
}

func resumeRefused(ctx context.Context) {
	url, stop := pretend(func(nth int64, answer http.ResponseWriter, request *http.Request) {
		if nth > 1 {
			equal(request.Header.Get("Last-Event-ID"), "7", "the last id")
			say(answer, 404, map[string]any{"code": "not_found", "detail": "It is gone."})
			return
		}
		answer.Header().Set("Content-Type", "text/event-stream")
		_, _ = answer.Write([]byte("retry: 1\r\nid: 7\r\ndata: {\"type\": \"content\", \"turn_id\": \"trn_1\", \"delta\": \"a\"}\r\n\r\n"))
	})
	defer stop()
	var last error
	count := 0
	for _, last = range connect(astra.WithBaseURL(url)).Chat.Stream(ctx, ask("a")).Events() {
		count++
	}
	equal(count, 2, "an event and an error")
	expect(errors.Is(last, astra.ErrNotFound), "the error is %v", last)
}

func future(ctx context.Context) {
	client := misled("future")
	turn := must(client.Chat.Send(ctx, ask("one two")))
	equal(turn.Status, astra.TurnStatus("yet_unknown"), "the status")
	provider := must(client.Inference.GetProvider(ctx, "echo"))
	equal(string(provider.Protocol), "yet_unknown", "the protocol")
	text := ""
	unknown := 0
	for event, err := range client.Chat.Stream(ctx, ask("one two")).Events() {
		done(err)
		switch event := event.(type) {
		case *astra.ChatEventContent:
			text += event.Delta
		case *astra.ChatEventUnknown:
			unknown++
			equal(event.Type, "yet_unknown", "the event")
			equal(string(event.Raw), `{"type": "yet_unknown", "deep": {"x": [1]}}`, "what it says")
		}
	}
	equal(text, "one two", "the text")
	equal(unknown, 1, "the number of unknown events")
}
