package astra

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// connection sends requests to one gateway.
type connection struct {
	baseURL  *url.URL
	settings settings
	tokens   tokenSource
}

func newConnection(options []ClientOption) (*connection, error) {
	made := defaultSettings()
	for _, option := range options {
		if option != nil {
			option.applyToClient(&made)
		}
	}
	base, err := absolute(made.baseURL)
	if err != nil {
		return nil, err
	}
	c := &connection{baseURL: base, settings: made.settings}
	if made.tokens != nil {
		c.tokens = made.tokens(c)
	}
	return c, nil
}

// call is a request on its way, with all that stays the same when it is sent again.
type call struct {
	*request
	settings   settings
	url        string
	hasRenewed bool
}

func (c *connection) prepare(r *request, options []CallOption) (*call, error) {
	if r.fault != nil {
		return nil, r.fault
	}
	s := c.settings.with(options)
	r = r.clone()
	if s.maxRetries == retriesByDefault {
		s.maxRetries = r.retriesByDefaultMax
	}
	for name, values := range s.header {
		r.header[name] = values
	}
	if s.requestID == "" {
		s.requestID = "req_" + randomHex()
	}
	if s.idempotencyKey == "" && r.hasIdempotencyKey {
		s.idempotencyKey = randomHex()
	}
	r.header.Set("X-Request-ID", s.requestID)
	setIfAny(r.header, "Idempotency-Key", s.idempotencyKey)
	setIfAny(r.header, "Last-Event-ID", s.lastEventID)
	setIfNone(r.header, "User-Agent", userAgent)
	target := strings.TrimSuffix(c.baseURL.String(), "/") + r.path
	if len(r.query) > 0 {
		separator := "?"
		if strings.Contains(target, "?") {
			separator = "&"
		}
		target += separator + r.query.Encode()
	}
	return &call{request: r, settings: s, url: target}, nil
}

// fetch makes a call whose answer is read as a whole.
func fetch[T any](
	ctx context.Context, c *connection, r *request, options []CallOption, decode decoder[T],
) (T, error) {
	var none T
	call, err := c.prepare(r, options)
	if err != nil {
		return none, err
	}
	if call.settings.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, call.settings.timeout, errTooLong)
		defer cancel()
	}
	var body []byte
	requestID, err := c.send(ctx, call, func(answer *http.Response) (err error) {
		defer answer.Body.Close()
		body, err = io.ReadAll(answer.Body)
		return err
	})
	if err != nil {
		return none, err
	}
	value, err := decode(body)
	if err != nil {
		return none, &DecodeError{Operation: call.operation, RequestID: requestID, Err: err}
	}
	return value, nil
}

// perform makes a call that is answered by nothing.
func perform(ctx context.Context, c *connection, r *request, options []CallOption) error {
	_, err := fetch(ctx, c, r, options, decodeBytes)
	return err
}

// send sends a call, again and again where that may help, and lets take read the answer if it is a success. It gives what the
// call is called in the gateway's log.
func (c *connection) send(ctx context.Context, call *call, take func(*http.Response) error) (string, error) {
	for retries := 0; ; retries++ {
		requestID, err := c.exchange(ctx, call, take)
		if err == nil || retries >= call.settings.maxRetries || !call.mayRepeat(err) {
			return requestID, err
		}
		pause, isSoon := pauseAfter(err, pauseMin, retries)
		if !isSoon || endsWithin(ctx, pause) {
			return requestID, err
		}
		if err := sleep(ctx, pause); err != nil {
			return requestID, call.broken(ctx, err)
		}
	}
}

// exchange sends a call once, or twice if its token was refused and there is a new one.
func (c *connection) exchange(ctx context.Context, call *call, take func(*http.Response) error) (string, error) {
	token, err := c.token(ctx, call, "")
	if err != nil {
		return "", err
	}
	answer, err := c.attempt(ctx, call, token)
	if err == nil && answer.StatusCode == http.StatusUnauthorized && token != "" && !call.hasRenewed {
		call.hasRenewed = true
		fresh, failure := c.token(ctx, call, token)
		if failure != nil || fresh != token {
			discard(answer)
		}
		if failure != nil {
			return "", failure
		}
		if fresh != token {
			answer, err = c.attempt(ctx, call, fresh)
		}
	}
	if err != nil {
		return "", call.broken(ctx, err)
	}
	requestID := call.idOf(answer)
	if call.settings.response != nil {
		*call.settings.response = Response{StatusCode: answer.StatusCode, Header: answer.Header, RequestID: requestID}
	}
	if answer.StatusCode >= 200 && answer.StatusCode < 300 {
		if err := take(answer); err != nil {
			return requestID, call.broken(ctx, err)
		}
		return requestID, nil
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, errorBodyBytesMax))
	if err != nil && ctx.Err() != nil {
		return requestID, call.broken(ctx, err)
	}
	return requestID, refusal(call.operation, answer, body, requestID)
}

// idOf is what the call is called in the gateway's log.
func (r *call) idOf(answer *http.Response) string {
	return firstOf(answer.Header.Get("X-Request-ID"), r.settings.requestID)
}

// errorBodyBytesMax is as much of the body of an error as is kept.
const errorBodyBytesMax = 1 << 20

func (c *connection) token(ctx context.Context, call *call, refused string) (string, error) {
	if c.tokens == nil || call.isWithoutToken || call.header.Get("Authorization") != "" {
		return "", nil
	}
	token, err := c.tokens.token(ctx, refused)
	if err != nil && ctx.Err() != nil {
		return "", call.broken(ctx, err)
	}
	return token, err
}

func (c *connection) attempt(ctx context.Context, call *call, token string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, call.method, call.url, bytes.NewReader(call.body))
	if err != nil {
		return nil, err
	}
	request.Header = call.header.Clone()
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return call.settings.httpClient.Do(request)
}

// broken is what an attempt without a whole answer is to the caller.
func (r *call) broken(ctx context.Context, err error) error {
	var unreadable *DecodeError
	if errors.As(err, &unreadable) {
		return err
	}
	var outer *url.Error
	if errors.As(err, &outer) {
		// The operation says enough, and a URL may hold what is confidential.
		err = outer.Err
	}
	switch {
	case errors.Is(context.Cause(ctx), errTooLong) || errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &TimeoutError{Operation: r.operation, RequestID: r.settings.requestID, Err: context.DeadlineExceeded}
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", r.operation, ctx.Err())
	}
	var operation *net.OpError
	isUnsent := errors.As(err, &operation) && (operation.Op == "dial" || operation.Op == "proxyconnect")
	return &ConnectionError{Operation: r.operation, RequestID: r.settings.requestID, Err: err, isUnsent: isUnsent}
}

// discard lets the connection be used again.
func discard(answer *http.Response) {
	_, _ = io.CopyN(io.Discard, answer.Body, errorBodyBytesMax)
	_ = answer.Body.Close()
}

// endsWithin tells whether the context is over before a pause is.
func endsWithin(ctx context.Context, pause time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) <= pause
}

func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func randomHex() string {
	var random [16]byte
	// It never fails: a system without randomness ends the program.
	_, _ = rand.Read(random[:])
	return hex.EncodeToString(random[:])
}

func setIfAny(header http.Header, name, value string) {
	if value != "" {
		header.Set(name, value)
	}
}

func setIfNone(header http.Header, name, value string) {
	if header.Get(name) == "" {
		header.Set(name, value)
	}
}
