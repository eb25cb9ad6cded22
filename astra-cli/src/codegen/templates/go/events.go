package astra

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"
)

// eventSource is one connection that a stream comes by.
type eventSource struct {
	*frameReader
	call   *call
	ctx    context.Context
	cancel context.CancelCauseFunc
	body   io.ReadCloser
	idle   *time.Timer
	// isOver says that nothing comes after the last event that was seen.
	isOver bool
}

// openEvents sends a call that is answered by events.
func (c *connection) openEvents(ctx context.Context, call *call) (*eventSource, string, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	source := &eventSource{call: call, ctx: ctx, cancel: cancel}
	late := afterFunc(call.settings.timeout, func() { cancel(errTooLong) })
	requestID, err := c.send(ctx, call, func(answer *http.Response) error {
		source.body = answer.Body
		// There is nothing after the last event, and nothing will come.
		if source.isOver = answer.StatusCode == http.StatusNoContent; source.isOver {
			return nil
		}
		mediaType, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
		if mediaType != "text/event-stream" {
			err := fmt.Errorf("it is no stream of events, but %q", mediaType)
			return &DecodeError{Operation: call.operation, RequestID: call.idOf(answer), Err: err}
		}
		return nil
	})
	isInTime := late == nil || late.Stop()
	if err == nil && !isInTime {
		err = call.broken(ctx, context.Cause(ctx))
	}
	if err != nil {
		source.close()
		return nil, requestID, err
	}
	source.frameReader = newFrameReader(source, call.header.Get("Last-Event-ID"))
	source.idle = afterFunc(call.settings.idleTimeout, func() { cancel(errIdle) })
	return source, requestID, nil
}

// afterFunc is a timer, or nil if there is no bound.
func afterFunc(timeout time.Duration, then func()) *time.Timer {
	if timeout <= 0 {
		return nil
	}
	return time.AfterFunc(timeout, then)
}

// Read reads from the connection; silence breaks it.
func (s *eventSource) Read(buffer []byte) (int, error) {
	count, err := s.body.Read(buffer)
	if s.idle != nil && count > 0 {
		s.idle.Reset(s.call.settings.idleTimeout)
	}
	if err != nil && errors.Is(context.Cause(s.ctx), errIdle) {
		err = &TimeoutError{Operation: s.call.operation, RequestID: s.call.settings.requestID, Err: errIdle}
	}
	return count, err
}

func (s *eventSource) close() {
	if s.idle != nil {
		s.idle.Stop()
	}
	s.cancel(nil)
	if s.body != nil {
		_ = s.body.Close()
	}
}
