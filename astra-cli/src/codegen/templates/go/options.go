package astra

import (
	"maps"
	"net/http"
	"net/url"
	"time"
)

// DefaultBaseURL is where a gateway listens by default.
const DefaultBaseURL = "http://127.0.0.1:3000"

// ClientOption changes how a client works: see the functions that begin with With.
type ClientOption interface {
	applyToClient(*clientSettings)
}

// CallOption changes how one call works: see the functions that begin with With.
type CallOption interface {
	applyToCall(*settings)
}

// Option changes how a client works, or one call of it: then it goes before the client's own option.
type Option interface {
	ClientOption
	CallOption
}

// settings are what calls go by.
type settings struct {
	httpClient  *http.Client
	timeout     time.Duration
	idleTimeout time.Duration
	maxRetries  int
	header      http.Header
	// The rest is of one call only.
	idempotencyKey string
	requestID      string
	lastEventID    string
	isResumeOff    bool
	response       *Response
}

// clientSettings are what a client is made of.
type clientSettings struct {
	settings
	baseURL string
	tokens  func(*connection) tokenSource
	// onTokens is called with the new tokens of a sign-in.
	onTokens func(access, refresh string, expiresAt time.Time)
}

type option func(*settings)

func (o option) applyToClient(s *clientSettings) { o(&s.settings) }
func (o option) applyToCall(s *settings)         { o(s) }

type clientOption func(*clientSettings)

func (o clientOption) applyToClient(s *clientSettings) { o(s) }

type callOption func(*settings)

func (o callOption) applyToCall(s *settings) { o(s) }

// retriesByDefault stands for the number that fits the kind of call.
const retriesByDefault = -1

func defaultSettings() clientSettings {
	return clientSettings{
		settings: settings{
			httpClient:  &http.Client{},
			timeout:     10 * time.Minute,
			idleTimeout: time.Minute,
			maxRetries:  retriesByDefault,
			header:      http.Header{},
		},
		baseURL: DefaultBaseURL,
	}
}

// with are the settings of one call.
func (s settings) with(options []CallOption) settings {
	s.header = maps.Clone(s.header)
	for _, option := range options {
		if option != nil {
			option.applyToCall(&s)
		}
	}
	return s
}

// WithBaseURL says where the gateway is. A path in it goes before the paths of all calls.
func WithBaseURL(baseURL string) ClientOption {
	return clientOption(func(s *clientSettings) { s.baseURL = baseURL })
}

// WithTimeout bounds a call as a whole, its retries and the pauses between them included; of a stream, the wait until it
// begins. It is ten minutes by default; 0 is no bound. A deadline of the call's context holds beside it.
func WithTimeout(timeout time.Duration) Option {
	return option(func(s *settings) { s.timeout = timeout })
}

// WithIdleTimeout bounds how long a stream may be silent before its connection counts as broken. The gateway sends
// something every 15 seconds. It is a minute by default; 0 is no bound.
func WithIdleTimeout(timeout time.Duration) Option {
	return option(func(s *settings) { s.idleTimeout = timeout })
}

// WithMaxRetries says how often a request is sent again after a failure that may pass, and how often a stream comes again
// without a new event in between. By default, requests are sent again twice, and streams come again five times.
func WithMaxRetries(retries int) Option {
	return option(func(s *settings) { s.maxRetries = max(retries, 0) })
}

// WithHeader sets a header of all requests.
func WithHeader(name, value string) Option {
	return option(func(s *settings) { s.header.Set(name, value) })
}

// WithHTTPClient sends requests by a client of your own, with your proxy, certificates or connection pool. Its Timeout, if
// set, ends streams too: better leave it alone and use WithTimeout.
func WithHTTPClient(client *http.Client) Option {
	return option(func(s *settings) {
		if client != nil {
			s.httpClient = client
		}
	})
}

// WithIdempotencyKey says what the call is known by when it is sent again, by this client or by the next run of your
// program: the work is done once for each key. Without it, calls that can have a key get a random one.
func WithIdempotencyKey(key string) CallOption {
	return callOption(func(s *settings) { s.idempotencyKey = key })
}

// WithRequestID says what the call is called in X-Request-ID, in errors and in the gateway's log. Without it, calls get a
// random one.
func WithRequestID(id string) CallOption {
	return callOption(func(s *settings) { s.requestID = id })
}

// WithLastEventID begins a stream after the event of this id, where the operation can.
func WithLastEventID(id string) CallOption {
	return callOption(func(s *settings) { s.lastEventID = id })
}

// WithoutResume lets a stream end with an error when its connection breaks, where it would come again.
func WithoutResume() CallOption {
	return callOption(func(s *settings) { s.isResumeOff = true })
}

// Response is what an answer says beside its body.
type Response struct {
	// StatusCode is the HTTP status.
	StatusCode int
	// Header has the answer's headers, such as ETag.
	Header http.Header
	// RequestID is what the call is called in the gateway's log.
	RequestID string
}

// WithResponseInto writes what the answer says beside its body to response.
func WithResponseInto(response *Response) CallOption {
	return callOption(func(s *settings) { s.response = response })
}

// absolute is the base URL without a slash at its end.
func absolute(baseURL string) (*url.URL, error) {
	base, err := url.Parse(baseURL)
	if err != nil {
		return nil, &url.Error{Op: "parse", URL: "the base URL", Err: errNoBaseURL}
	}
	if (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" || base.RawQuery != "" || base.Fragment != "" {
		return nil, &url.Error{Op: "use", URL: base.Redacted(), Err: errNoBaseURL}
	}
	return base, nil
}
