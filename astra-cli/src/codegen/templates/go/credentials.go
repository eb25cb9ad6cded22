package astra

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// TokenPair is what a sign-in gives. It does not show its tokens when it is printed.
type TokenPair struct {
	// AccessToken is what calls are made with.
	AccessToken string
	// RefreshToken is good for one exchange for the next pair: WithRefreshToken. Programs get none.
	RefreshToken string
	// ExpiresAt is when the access token ends; zero if the gateway does not say.
	ExpiresAt time.Time
}

// String says until when the tokens are good.
func (t TokenPair) String() string {
	return fmt.Sprintf("tokens until %s", t.ExpiresAt.Format(time.RFC3339))
}

// GoString is the same.
func (t TokenPair) GoString() string { return t.String() }

// WithPassword signs in as a person: the client gets its tokens by itself, and renews them before they end.
func WithPassword(username, password string) ClientOption {
	return withGrant(grant{Type: "password", Username: username, Password: password}, "")
}

// WithClientCredentials signs in as a service account: by its id or name, and by one of its tokens.
func WithClientCredentials(clientID, clientSecret string) ClientOption {
	return withGrant(grant{Type: "client_credentials", ClientID: clientID, ClientSecret: clientSecret}, "")
}

// WithRefreshToken goes on with a sign-in whose refresh token was kept. Each one is good once: keep the next one by
// WithTokenHook.
func WithRefreshToken(refreshToken string) ClientOption {
	return withGrant(grant{}, refreshToken)
}

// WithTokenHook calls hook with each new pair of tokens before it is used, so that it can be kept.
func WithTokenHook(hook func(TokenPair)) ClientOption {
	return clientOption(func(s *clientSettings) {
		s.onTokens = func(access, refresh string, expiresAt time.Time) {
			hook(TokenPair{AccessToken: access, RefreshToken: refresh, ExpiresAt: expiresAt})
		}
	})
}

func withGrant(first grant, refreshToken string) ClientOption {
	return clientOption(func(s *clientSettings) {
		s.tokens = func(c *connection) tokenSource {
			return &credentials{connection: c, first: first, refreshToken: refreshToken, onTokens: s.onTokens}
		}
	})
}

// grant is what a token is asked for by (RFC 6749).
type grant struct {
	Type         string `json:"grant_type"`
	Username     string `json:"username,omitzero"`
	Password     string `json:"password,omitzero"`
	ClientID     string `json:"client_id,omitzero"`
	ClientSecret string `json:"client_secret,omitzero"`
	RefreshToken string `json:"refresh_token,omitzero"`
}

// granted is the answer.
type granted struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	ExpiresIn    int64  `json:"expires_in"`
}

// leewayMax is how long before its end a token is renewed, if it is good for much longer than that.
const leewayMax = 30 * time.Second

// credentials get tokens and renew them. What is asked for by several calls at once is asked for once.
type credentials struct {
	connection *connection
	first      grant
	onTokens   func(access, refresh string, expiresAt time.Time)

	mutex        sync.Mutex
	accessToken  string
	refreshToken string
	renewAt      time.Time
	renewal      *renewal
}

// renewal is a renewal under way.
type renewal struct {
	done  chan struct{}
	token string
	err   error
}

func (c *credentials) token(ctx context.Context, refused string) (string, error) {
	c.mutex.Lock()
	isFresh := c.renewAt.IsZero() || time.Now().Before(c.renewAt)
	if c.accessToken != "" && c.accessToken != refused && isFresh {
		defer c.mutex.Unlock()
		return c.accessToken, nil
	}
	if c.renewal == nil {
		c.renewal = &renewal{done: make(chan struct{})}
		// A refresh token is good once: who began must not take the answer away from the others by giving up.
		go c.renew(context.WithoutCancel(ctx), c.renewal, c.refreshToken)
	}
	current := c.renewal
	c.mutex.Unlock()
	select {
	case <-current.done:
		return current.token, current.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (c *credentials) renew(ctx context.Context, current *renewal, refreshToken string) {
	tokens, err := c.ask(ctx, refreshToken)
	var expiresAt, renewAt time.Time
	if err == nil && tokens.ExpiresIn > 0 {
		lifetime := time.Duration(tokens.ExpiresIn) * time.Second
		expiresAt = time.Now().Add(lifetime)
		renewAt = expiresAt.Add(-min(leewayMax, lifetime/5))
	}
	if err == nil && c.onTokens != nil {
		c.onTokens(tokens.AccessToken, tokens.RefreshToken, expiresAt)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if err != nil {
		current.err = fmt.Errorf("getting a token: %w", err)
	} else {
		current.token = tokens.AccessToken
		c.accessToken, c.refreshToken, c.renewAt = tokens.AccessToken, tokens.RefreshToken, renewAt
	}
	c.renewal = nil
	close(current.done)
}

// ask asks by the refresh token if there is one, and else, or if it is refused, as the first time.
func (c *credentials) ask(ctx context.Context, refreshToken string) (*granted, error) {
	if refreshToken != "" {
		tokens, err := c.exchange(ctx, grant{Type: "refresh_token", RefreshToken: refreshToken})
		isRefused := errors.Is(err, ErrBadRequest) || errors.Is(err, ErrUnauthorized)
		if !isRefused || c.first.Type == "" {
			return tokens, err
		}
	}
	return c.exchange(ctx, c.first)
}

func (c *credentials) exchange(ctx context.Context, by grant) (*granted, error) {
	request := newRequest("POST", tokenPath).withJSON(by).withoutToken()
	tokens, err := fetch(ctx, c.connection, request, nil, decodeObject[granted])
	if err == nil && tokens.AccessToken == "" {
		return nil, &DecodeError{Operation: request.operation, Err: errNoToken}
	}
	return tokens, err
}

var errNoToken = errors.New("it has no access_token")
