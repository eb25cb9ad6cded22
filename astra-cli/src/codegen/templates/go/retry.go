package astra

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

const (
	// pauseMin is the pause before the first retry; each further one is twice as long, up to pauseMax.
	pauseMin = 500 * time.Millisecond
	pauseMax = 8 * time.Second
	// retryAfterMax is how long the gateway may ask to wait: if it is longer, the caller shall decide.
	retryAfterMax = time.Minute
)

// isRepeatable tells whether the request can be sent twice without its work being done twice.
func (r *call) isRepeatable() bool {
	switch r.method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return true
	}
	return r.header.Get("Idempotency-Key") != ""
}

// mayRepeat tells whether the request may be sent again after err.
func (r *call) mayRepeat(err error) bool {
	var refused *Error
	if errors.As(err, &refused) {
		switch refused.StatusCode {
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			// It was refused before any work.
			return true
		case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
			return r.isRepeatable()
		}
		return false
	}
	var broken *ConnectionError
	return errors.As(err, &broken) && (broken.isUnsent || r.isRepeatable())
}

// pauseAfter is how long to wait after err and so many retries, where the answer asks for no other time; false if the
// gateway asks for too long a time.
func pauseAfter(err error, first time.Duration, retries int) (time.Duration, bool) {
	var refused *Error
	if errors.As(err, &refused) {
		if pause, ok := refused.RetryAfter(); ok {
			return pause, pause <= retryAfterMax
		}
	}
	return growing(first, retries), true
}

// growing is a pause that grows with the retries, and differs from client to client so that they do not come all at once.
func growing(first time.Duration, retries int) time.Duration {
	pause := min(first<<min(retries, 10), max(pauseMax, first))
	return pause/2 + rand.N(pause/2+1)
}
