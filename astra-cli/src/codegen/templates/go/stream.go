package astra

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Stream is a stream of events that the gateway sends as they happen. Nothing is sent before its events are read. When the
// connection breaks, the stream comes again by itself and goes on after the last event, where the operation can.
type Stream[T any] struct {
	ctx        context.Context
	connection *connection
	request    *request
	options    []CallOption
	decode     decoder[T]
	rules      streamRules

	// These belong to the reader.
	call     *call
	source   *eventSource
	field    string
	hasEvent bool
	attempts int
	retry    time.Duration
	isAtEnd  bool

	mutex       sync.Mutex
	cancel      context.CancelFunc
	isRead      bool
	isClosed    bool
	lastEventID string
	requestID   string
}

// streamRules are what the document says of a stream.
type streamRules struct {
	// resumePath is where to go on after the connection broke; empty if one cannot.
	resumePath string
	// resumeField is the field of the events that fills the parameter of that name in resumePath; empty if the operation
	// resumes itself.
	resumeField string
	// tag is the field that tells events apart.
	tag string
	// endsWith are the events after which nothing comes.
	endsWith []string
	// endsWithDone says that the last data is [DONE].
	endsWithDone bool
}

// endsByItself tells whether there is an event that ends the stream.
func (r streamRules) endsByItself() bool { return r.endsWithDone || len(r.endsWith) > 0 }

func openStream[T any](
	ctx context.Context, c *connection, r *request, options []CallOption, decode decoder[T], rules streamRules,
) *Stream[T] {
	r.header.Set("Accept", "text/event-stream")
	r.retriesByDefaultMax = 5
	return &Stream[T]{ctx: ctx, connection: c, request: r, options: options, decode: decode, rules: rules}
}

// Events reads the events. They can be read once. An error is the last that comes; to leave the loop closes the stream.
func (s *Stream[T]) Events() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		ctx, err := s.begin()
		if err != nil {
			yield(none, err)
			return
		}
		defer s.release()
		for {
			event, err := s.next(ctx)
			if errors.Is(err, errEnd) || s.wasClosed() {
				return
			}
			if !yield(event, err) || err != nil {
				return
			}
		}
	}
}

// Close ends the stream and frees its connection. A loop over its events ends then, without an error.
func (s *Stream[T]) Close() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.isClosed = true
	if s.cancel != nil {
		s.cancel()
	}
}

// release frees what reading the events needs.
func (s *Stream[T]) release() {
	if s.source != nil {
		s.source.close()
	}
	s.Close()
}

// LastEventID is the id of the last event that came, which another stream can begin after: WithLastEventID.
func (s *Stream[T]) LastEventID() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.lastEventID
}

// RequestID is what the call is called in the gateway's log; empty before the first event.
func (s *Stream[T]) RequestID() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.requestID
}

func (s *Stream[T]) wasClosed() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.isClosed
}

// begin makes the call ready, once.
func (s *Stream[T]) begin() (context.Context, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.isRead || s.isClosed {
		return nil, fmt.Errorf("%s: %w", s.request.operation, errOver)
	}
	s.isRead = true
	call, err := s.connection.prepare(s.request, s.options)
	if err != nil {
		return nil, err
	}
	s.call, s.lastEventID = call, call.settings.lastEventID
	ctx, cancel := context.WithCancel(s.ctx)
	s.cancel = cancel
	return ctx, nil
}

var (
	errEnd  = errors.New("nothing comes any more")
	errOver = errors.New("the stream was read or closed already")
)

// next is the next event; errEnd if there is none any more.
func (s *Stream[T]) next(ctx context.Context) (event T, err error) {
	for {
		if s.isAtEnd {
			return event, errEnd
		}
		if s.source == nil {
			if err := s.connect(ctx); err != nil {
				return event, err
			}
			if s.source.isOver {
				s.isAtEnd = true
				continue
			}
		}
		frame, err := s.source.next()
		if err != nil {
			s.retry = s.source.retry
			s.source.close()
			s.source = nil
			if err := s.pause(ctx, err); err != nil {
				return event, err
			}
			continue
		}
		if s.rules.endsWithDone && string(frame.data) == "[DONE]" {
			s.isAtEnd = true
			continue
		}
		return s.take(frame)
	}
}

// take notes what an event says of the stream, and reads it.
func (s *Stream[T]) take(frame frame) (T, error) {
	s.mutex.Lock()
	s.lastEventID = frame.id
	s.mutex.Unlock()
	s.hasEvent, s.attempts = true, 0
	if s.rules.resumeField != "" {
		s.field = firstOf(tagOf(frame.data, s.rules.resumeField), s.field)
	}
	kind := frame.name
	if s.rules.tag != "" {
		kind = firstOf(tagOf(frame.data, s.rules.tag), kind)
	}
	s.isAtEnd = slices.Contains(s.rules.endsWith, kind)
	event, err := s.decode(frame.data)
	if err != nil {
		return event, &DecodeError{Operation: s.call.operation, RequestID: s.RequestID(), Err: err}
	}
	return event, nil
}

// connect begins the stream, or goes on with it. A first try is repeated as every call is, and a later one by pause.
func (s *Stream[T]) connect(ctx context.Context) error {
	call := s.call
	if s.attempts > 0 || s.hasEvent {
		call = s.again()
	}
	for {
		source, requestID, err := s.connection.openEvents(ctx, call)
		if err == nil {
			s.mutex.Lock()
			s.requestID = requestID
			s.mutex.Unlock()
			s.source = source
			return nil
		}
		if call == s.call || !mayPass(err) {
			return err
		}
		if err := s.pause(ctx, err); err != nil {
			return err
		}
	}
}

// again is the call that goes on with the stream. It is sent once: who calls counts.
func (s *Stream[T]) again() *call {
	again := *s.call
	again.settings.maxRetries = 0
	again.hasRenewed = false
	if !s.hasEvent {
		return &again
	}
	next := newRequest(http.MethodGet, s.request.path)
	if s.rules.resumeField != "" {
		next = newRequest(http.MethodGet, s.rules.resumePath).withPath(s.rules.resumeField, s.field)
		again.url = strings.TrimSuffix(s.connection.baseURL.String(), "/") + next.path
	}
	next.operation = s.call.operation
	next.header = s.call.header.Clone()
	next.header.Del("Content-Type")
	next.header.Del("Idempotency-Key")
	next.header.Del("Last-Event-ID")
	setIfAny(next.header, "Last-Event-ID", s.LastEventID())
	next.isWithoutToken = s.call.isWithoutToken
	again.request = next
	return &again
}

// pause waits before the stream comes again after err, or says why it does not.
func (s *Stream[T]) pause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return s.call.broken(ctx, err)
	}
	// Only the end of the body itself is io.EOF and nothing around it.
	if err == io.EOF {
		isAfterTheLast := !s.hasEvent && s.call.settings.lastEventID != "" && s.rules.endsByItself()
		if isAfterTheLast || s.rules.resumePath == "" && !s.rules.endsByItself() {
			return errEnd
		}
		err = io.ErrUnexpectedEOF
	}
	if !s.canComeAgain() || s.attempts >= s.call.settings.maxRetries {
		return s.broken(err)
	}
	first := pauseMin
	if s.retry > 0 {
		first = s.retry
	}
	wait, isSoon := pauseAfter(err, first, s.attempts)
	if !isSoon {
		return err
	}
	s.attempts++
	if err := sleep(ctx, wait); err != nil {
		return s.call.broken(ctx, err)
	}
	return nil
}

// canComeAgain tells whether nothing is lost and nothing is done twice when the stream comes again.
func (s *Stream[T]) canComeAgain() bool {
	switch {
	case s.call.settings.isResumeOff:
		return false
	case !s.hasEvent:
		return s.call.isRepeatable()
	case s.rules.resumeField != "":
		return s.field != ""
	}
	return s.rules.resumePath != ""
}

func (s *Stream[T]) broken(err error) error {
	var silent *TimeoutError
	if errors.As(err, &silent) {
		return err
	}
	return &StreamError{
		Operation:   s.call.operation,
		RequestID:   s.RequestID(),
		LastEventID: s.LastEventID(),
		Err:         err,
	}
}

// mayPass tells whether a failure to go on with a stream may be over soon.
func mayPass(err error) bool {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.StatusCode >= 500 || refused.StatusCode == 408 || refused.StatusCode == 429
	}
	var broken *ConnectionError
	var late *TimeoutError
	return errors.As(err, &broken) || errors.As(err, &late)
}
