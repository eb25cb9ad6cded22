package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	astra "example.com/astra-client"
)

// signIns are the ways to get tokens, and to keep them fresh.
func signIns() []scenario {
	return []scenario{
		{"an account, its tokens and its end", accountLife},
		{"a password is enough", byPassword},
		{"a wrong password is told", wrongPassword},
		{"a refused token is renewed", renewedAfterRefusal},
		{"a refresh token is used once, by many at once", rotation},
		{"a token is renewed before it ends", renewedInTime},
		{"who gives up does not take the token along", givenUp},
		{"a function gives the tokens", byFunction},
	}
}

const password = "correct horse battery staple"

// register makes an account of its own.
func register(ctx context.Context) (string, *astra.Registered) {
	email := fresh("user") + "@example.org"
	return email, must(world.client.Auth.Register(ctx, astra.Register{Email: email, Password: password, DisplayName: astra.Ptr("Ada")}))
}

func accountLife(ctx context.Context) {
	email, made := register(ctx)
	equal(*made.User.Email, email, "the address")
	auth := world.client.Auth
	tokens := must(auth.Token(ctx, astra.TokenRequest{GrantType: "password", Username: &email, Password: astra.Ptr(password)}))
	expect(tokens.ExpiresIn > 0 && tokens.RefreshToken != nil, "%+v", tokens)
	renewed := must(auth.Refresh(ctx, astra.Refresh{RefreshToken: *tokens.RefreshToken}))
	own := connect(astra.WithToken(renewed.AccessToken))
	me := must(own.Auth.Me(ctx))
	expect(me.Kind == astra.CallerKindUser && *me.DisplayName == "Ada" && me.ExpiresAt.After(time.Now()), "%+v", me)
	done(own.Auth.Logout(ctx))
	expect(errors.Is(refused(own.Auth.Me(ctx)), astra.ErrUnauthorized), "the token is still good")
}

// hook keeps the pairs that a client gets.
type hook struct {
	mutex sync.Mutex
	pairs []astra.TokenPair
}

func (h *hook) option() astra.ClientOption {
	return astra.WithTokenHook(func(pair astra.TokenPair) {
		h.mutex.Lock()
		defer h.mutex.Unlock()
		h.pairs = append(h.pairs, pair)
	})
}

func byPassword(ctx context.Context) {
	email, made := register(ctx)
	var kept hook
	client := connect(astra.WithPassword(email, password), kept.option())
	equal(must(client.Auth.Me(ctx)).ID, made.User.ID, "who it is")
	must(client.Auth.Me(ctx))
	equal(len(kept.pairs), 1, "the number of sign-ins")
	pair := kept.pairs[0]
	expect(pair.AccessToken != "" && pair.RefreshToken != "" && pair.ExpiresAt.After(time.Now()), "it is %s", pair)
	count := 0
	for event, err := range client.Chat.Stream(ctx, ask("a")).Events() {
		done(err)
		expect(event != nil, "nothing came")
		count++
	}
	equal(count, 3, "the number of events")
}

func wrongPassword(ctx context.Context) {
	email, _ := register(ctx)
	err := refused(connect(astra.WithPassword(email, "a wrong password")).Auth.Me(ctx))
	refusal := as[*astra.Error](err)
	expect(errors.Is(err, astra.ErrBadRequest) && refusal.Code == "invalid_grant", "%+v", refusal)
	expect(strings.HasPrefix(err.Error(), "getting a token: 400 invalid_grant: "), "it says %v", err)
	expect(!strings.Contains(err.Error(), "a wrong password"), "it says %v", err)
}

func renewedAfterRefusal(ctx context.Context) {
	email, made := register(ctx)
	var kept hook
	client := connect(astra.WithPassword(email, password), kept.option())
	must(client.Auth.Me(ctx))
	// The sign-in is ended elsewhere: its refresh token is refused, too, so that only the password helps.
	done(connect(astra.WithToken(kept.pairs[0].AccessToken)).Auth.Logout(ctx))
	equal(must(client.Auth.Me(ctx)).ID, made.User.ID, "who it is")
	expect(len(kept.pairs) == 2 && kept.pairs[0].AccessToken != kept.pairs[1].AccessToken, "%d sign-ins", len(kept.pairs))
}

func rotation(ctx context.Context) {
	_, made := register(ctx)
	var kept hook
	client := connect(astra.WithRefreshToken(*made.Tokens.RefreshToken), kept.option())
	var all sync.WaitGroup
	errs := make(chan error, 16)
	for range cap(errs) {
		all.Add(1)
		go func() {
			defer all.Done()
			_, err := client.Auth.Me(ctx)
			errs <- err
		}()
	}
	all.Wait()
	close(errs)
	for err := range errs {
		done(err)
	}
	equal(len(kept.pairs), 1, "the number of exchanges")
	next := connect(astra.WithRefreshToken(kept.pairs[0].RefreshToken))
	equal(must(next.Auth.Me(ctx)).ID, made.User.ID, "who the next client is")
	again := refused(connect(astra.WithRefreshToken(kept.pairs[0].RefreshToken)).Auth.Me(ctx))
	expect(errors.Is(again, astra.ErrBadRequest), "a refresh token is good twice: %v", again)
}

// signInServer gives tokens that end after so many seconds, and counts.
func signInServer(seconds int, pause time.Duration) (url string, grants *[]string, stop func()) {
	grants = &[]string{}
	var mutex sync.Mutex
	url, stop = pretend(func(_ int64, answer http.ResponseWriter, request *http.Request) {
		mutex.Lock()
		defer mutex.Unlock()
		if request.URL.Path != "/auth/token" {
			say(answer, 200, map[string]any{"id": request.Header.Get("Authorization")})
			return
		}
		time.Sleep(pause)
		var grant struct {
			Type    string `json:"grant_type"`
			Refresh string `json:"refresh_token"`
		}
		_ = json.NewDecoder(request.Body).Decode(&grant)
		*grants = append(*grants, strings.TrimSpace(grant.Type+" "+grant.Refresh))
		number := string(rune('0' + len(*grants)))
		say(answer, 200, map[string]any{"access_token": "a" + number, "refresh_token": "r" + number, "expires_in": seconds})
	})
	return url, grants, stop
}

func renewedInTime(ctx context.Context) {
	url, grants, stop := signInServer(1, 0)
	defer stop()
	client := connect(astra.WithBaseURL(url), astra.WithPassword("ada", "secret"))
	equal(must(client.Auth.Me(ctx)).ID, "Bearer a1", "the first token")
	equal(must(client.Auth.Me(ctx)).ID, "Bearer a1", "the first token again")
	// It is good for a second, and renewed a fifth of that before.
	time.Sleep(810 * time.Millisecond)
	equal(must(client.Auth.Me(ctx)).ID, "Bearer a2", "the next token")
	equal(strings.Join(*grants, ", "), "password, refresh_token r1", "the grants")
}

func givenUp(ctx context.Context) {
	url, grants, stop := signInServer(900, 100*time.Millisecond)
	defer stop()
	client := connect(astra.WithBaseURL(url), astra.WithRefreshToken("r0"))
	impatient, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	as[*astra.TimeoutError](refused(client.Auth.Me(impatient)))
	equal(must(client.Auth.Me(ctx)).ID, "Bearer a1", "the token")
	equal(strings.Join(*grants, ", "), "refresh_token r0", "the grants")
}

func byFunction(ctx context.Context) {
	var asked atomic.Int64
	client := connect(astra.WithTokenFunc(func(context.Context) (string, error) {
		if asked.Add(1) == 1 {
			return "out of date", nil
		}
		return world.token, nil
	}))
	must(client.Auth.Me(ctx))
	equal(asked.Load(), 2, "how often it was asked")
	asked.Store(1000)
	bad := connect(astra.WithTokenFunc(func(context.Context) (string, error) { asked.Add(1); return "bad", nil }))
	expect(errors.Is(refused(bad.Auth.Me(ctx)), astra.ErrUnauthorized), "a bad token is good")
	equal(asked.Load(), 1002, "how often it was asked")
	broken := errors.New("the vault is closed")
	shut := connect(astra.WithTokenFunc(func(context.Context) (string, error) { return "", broken }))
	expect(errors.Is(refused(shut.Auth.Me(ctx)), broken), "the vault is open")
}
