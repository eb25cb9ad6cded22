package astra

import "context"

// tokenSource is where the tokens of requests come from.
type tokenSource interface {
	// token gives a token that is not refused, which is the one that an answer of 401 was given to, or empty. If it has no
	// other, it gives the same.
	token(ctx context.Context, refused string) (string, error)
}

// tokenFunc is a tokenSource.
type tokenFunc func(ctx context.Context, refused string) (string, error)

func (f tokenFunc) token(ctx context.Context, refused string) (string, error) { return f(ctx, refused) }

// WithToken sends a token with all calls that need one: an access token, or the token of a service account.
func WithToken(token string) ClientOption {
	return withTokens(func(context.Context, string) (string, error) { return token, nil })
}

// WithTokenFunc asks a function for the token of each call, and once more when the gateway refuses it with 401. The function
// may be called by several goroutines at once, and should keep its token as long as it is good.
func WithTokenFunc(token func(ctx context.Context) (string, error)) ClientOption {
	return withTokens(func(ctx context.Context, _ string) (string, error) { return token(ctx) })
}

func withTokens(source tokenFunc) ClientOption {
	return clientOption(func(s *clientSettings) {
		s.tokens = func(*connection) tokenSource { return source }
	})
}
