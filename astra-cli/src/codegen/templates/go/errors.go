package astra

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What errors of the gateway are, for errors.Is.
var (
	// ErrNotModified is no failure: what the caller has is what there is.
	ErrNotModified error = &statuses{"not modified", 304, 304}
	// ErrBadRequest is a request that cannot be read.
	ErrBadRequest error = &statuses{"bad request", 400, 400}
	// ErrUnauthorized is a call without a valid token.
	ErrUnauthorized error = &statuses{"unauthorized", 401, 401}
	// ErrForbidden is a call that the caller's role or scopes do not allow.
	ErrForbidden error = &statuses{"forbidden", 403, 403}
	// ErrNotFound is a call on what is not there, or not for this caller.
	ErrNotFound error = &statuses{"not found", 404, 404}
	// ErrConflict is a call that what is there stands against.
	ErrConflict error = &statuses{"conflict", 409, 409}
	// ErrPreconditionFailed is a change of what has changed since it was read.
	ErrPreconditionFailed error = &statuses{"precondition failed", 412, 412}
	// ErrUnprocessable is a request whose values are refused: Problem says which.
	ErrUnprocessable error = &statuses{"unprocessable", 422, 422}
	// ErrRateLimited is one call too many: RetryAfter says when to come again.
	ErrRateLimited error = &statuses{"rate limited", 429, 429}
	// ErrUnavailable is a gateway that cannot work just now.
	ErrUnavailable error = &statuses{"unavailable", 503, 503}
	// ErrServer is any failure of the gateway's own.
	ErrServer error = &statuses{"server error", 500, 599}
)

// statuses is what errors.Is compares an Error with.
type statuses struct {
	text        string
	first, last int
}

func (s *statuses) Error() string { return s.text }

var (
	errNoBaseURL = errors.New("a base URL is http:// or https://, a host, and perhaps a path")
	errTooLong   = errors.New("it took too long")
	errIdle      = errors.New("nothing came for too long")
)

// Error is an answer that is no success.
type Error struct {
	// StatusCode is the HTTP status.
	StatusCode int
	// Code says for programs what it is: not_found. It is empty if the answer has none.
	Code string
	// Message says for people what it is.
	Message string
	// Problem is the answer's body if it is a problem of RFC 9457, else nil.
	Problem *Problem
	// RequestID is what the call is called in the gateway's log.
	RequestID string
	// Header has the answer's headers.
	Header http.Header
	// Body is the answer's body, as it came.
	Body []byte
	// Operation is what was called: GET /agents/{agent_id}.
	Operation string
}

// Error says what happened, in a line.
func (e *Error) Error() string {
	code := e.Code
	if code == "" {
		code = http.StatusText(e.StatusCode)
	}
	text := strings.TrimSpace(strconv.Itoa(e.StatusCode) + " " + code)
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text + asked(e.RequestID)
}

// Is tells whether the status is that of ErrNotFound or of another one of its kind.
func (e *Error) Is(target error) bool {
	kind, ok := target.(*statuses)
	return ok && kind.first <= e.StatusCode && e.StatusCode <= kind.last
}

// RetryAfter is how long the gateway asks to wait before the call is made again, if it does.
func (e *Error) RetryAfter() (time.Duration, bool) {
	text := e.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if moment, err := http.ParseTime(text); err == nil {
		return max(time.Until(moment), 0), true
	}
	return 0, false
}

// ConnectionError is a connection that could not be made, or that broke.
type ConnectionError struct {
	// Operation is what was called: GET /agents/{agent_id}.
	Operation string
	// RequestID is what the call is called in X-Request-ID.
	RequestID string
	// Err is why.
	Err error
	// isUnsent says that the request has not left.
	isUnsent bool
}

func (e *ConnectionError) Error() string {
	return e.Operation + ": the connection failed: " + e.Err.Error() + asked(e.RequestID)
}

// Unwrap gives the cause.
func (e *ConnectionError) Unwrap() error { return e.Err }

// TimeoutError is a call that took longer than it may. It is also a context.DeadlineExceeded for errors.Is.
type TimeoutError struct {
	// Operation is what was called: GET /agents/{agent_id}.
	Operation string
	// RequestID is what the call is called in X-Request-ID.
	RequestID string
	// Err is what took too long.
	Err error
}

func (e *TimeoutError) Error() string {
	return e.Operation + ": timed out: " + e.Err.Error() + asked(e.RequestID)
}

// Unwrap gives the cause.
func (e *TimeoutError) Unwrap() error { return e.Err }

// Timeout is true, as in net.Error.
func (e *TimeoutError) Timeout() bool { return true }

// DecodeError is an answer that this client cannot read.
type DecodeError struct {
	// Operation is what was called: GET /agents/{agent_id}.
	Operation string
	// RequestID is what the call is called in the gateway's log.
	RequestID string
	// Err is why.
	Err error
}

func (e *DecodeError) Error() string {
	return e.Operation + ": the answer cannot be read: " + e.Err.Error() + asked(e.RequestID)
}

// Unwrap gives the cause.
func (e *DecodeError) Unwrap() error { return e.Err }

// StreamError is a stream that broke off and could not be resumed.
type StreamError struct {
	// Operation is what was called: POST /chat/stream.
	Operation string
	// RequestID is what the call is called in the gateway's log.
	RequestID string
	// LastEventID is the id of the last event that came.
	LastEventID string
	// Err is why.
	Err error
}

func (e *StreamError) Error() string {
	return e.Operation + ": the stream broke off: " + e.Err.Error() + asked(e.RequestID)
}

// Unwrap gives the cause.
func (e *StreamError) Unwrap() error { return e.Err }

// refusal is the error that an answer is.
func refusal(operation string, answer *http.Response, body []byte, requestID string) *Error {
	refused := &Error{
		StatusCode: answer.StatusCode,
		RequestID:  requestID,
		Header:     answer.Header,
		Body:       body,
		Operation:  operation,
	}
	mediaType, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	switch {
	case mediaType == "application/problem+json":
		if problem, err := decodeObject[Problem](body); err == nil {
			refused.Problem = problem
		}
		refused.tell(body)
	case mediaType == "application/json" || strings.HasSuffix(mediaType, "+json"):
		refused.tell(body)
	case len(body) > 0 && mediaType != "":
		refused.Message = "the answer is " + mediaType
	}
	return refused
}

// tell says what a body in JSON says: a problem of RFC 9457, an error of OAuth 2, or one in OpenAI's form.
func (e *Error) tell(body []byte) {
	var fields struct {
		Code        string          `json:"code"`
		Title       string          `json:"title"`
		Detail      string          `json:"detail"`
		Message     string          `json:"message"`
		Description string          `json:"error_description"`
		RequestID   string          `json:"request_id"`
		Error       json.RawMessage `json:"error"`
		Errors      []struct {
			Pointer string `json:"pointer"`
			Detail  string `json:"detail"`
		} `json:"errors"`
	}
	// What does not fit is left out: an error about an error is of no help.
	_ = json.Unmarshal(body, &fields)
	var inner struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(fields.Error, &inner) != nil {
		_ = json.Unmarshal(fields.Error, &inner.Code)
	}
	message := firstOf(fields.Detail, fields.Message, inner.Message, fields.Description, fields.Title)
	places := make([]string, len(fields.Errors))
	for place, one := range fields.Errors {
		places[place] = one.Pointer + ": " + one.Detail
	}
	e.Code = firstOf(fields.Code, inner.Code)
	e.Message = strings.TrimSpace(message + " " + strings.Join(places, "; "))
	if e.Header.Get("X-Request-ID") == "" {
		e.RequestID = firstOf(fields.RequestID, e.RequestID)
	}
}

// asked names the request at the end of a message.
func asked(requestID string) string {
	return " (request " + requestID + ")"
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
