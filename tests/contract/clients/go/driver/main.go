// The driver uses the generated client for what it does beside calling operations, each of which the story calls: against a
// live gateway and against one that is unruly. It prints a line for each scenario, and ends with 1 if one of them fails.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"time"

	astra "example.com/astra-client"
)

// scenario is something that the client must be able to do. They run in their order.
type scenario struct {
	name string
	run  func(context.Context)
}

var scenarios []scenario

// world is what the scenarios share.
var world struct {
	url, token, unruly string
	// run is part of each name that this run makes.
	run    string
	client *astra.Client
	seen   recorder
}

func main() {
	// Nothing here takes long: what does, hangs.
	time.AfterFunc(2*time.Minute, func() {
		fmt.Fprintln(os.Stderr, "error: it hangs")
		os.Exit(2)
	})
	world.url, world.token, world.unruly = variable("ASTRA_URL"), variable("ASTRA_TOKEN"), variable("ASTRA_UNRULY_URL")
	var random [4]byte
	_, _ = rand.Read(random[:])
	world.run = hex.EncodeToString(random[:])
	world.client = connect()
	for _, list := range [][]scenario{operations(), conversations(), streams(), failures(), signIns()} {
		scenarios = append(scenarios, list...)
	}
	for _, one := range scenarios {
		if !passes(one) {
			os.Exit(1)
		}
	}
	fmt.Printf("%d scenarios passed\n", len(scenarios))
}

func variable(name string) string {
	value := os.Getenv(name)
	if value == "" {
		fmt.Fprintln(os.Stderr, "error: "+name+" is not set")
		os.Exit(2)
	}
	return value
}

// wrong is what a scenario ends with when something is not as it must be.
type wrong struct{ text string }

func passes(one scenario) (passes bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	defer func() {
		if fault, ok := recover().(wrong); ok {
			fmt.Printf("FAIL  %s: %s\n", one.name, fault.text)
			passes = false
		}
	}()
	one.run(ctx)
	fmt.Printf("ok    %s\n", one.name)
	return true
}

func fail(format string, values ...any) {
	panic(wrong{fmt.Sprintf(format, values...)})
}

func expect(holds bool, format string, values ...any) {
	if !holds {
		fail(format, values...)
	}
}

func equal[T comparable](got, want T, what string) {
	expect(got == want, "%s is %v, not %v", what, got, want)
}

// must gives the value of a call that does not fail.
func must[T any](value T, err error) T {
	done(err)
	return value
}

func done(err error) {
	expect(err == nil, "unexpected: %v", err)
}

// refused gives the error of a call that fails as it must.
func refused[T any](_ T, err error) error {
	expect(err != nil, "nothing was refused")
	return err
}

// as gives an error as what it must be.
func as[T error](err error) T {
	var target T
	expect(errors.As(err, &target), "%T is no %T: %v", err, target, err)
	return target
}

// fresh is a name that nobody else has.
func fresh(kind string) string {
	made++
	return fmt.Sprintf("go-%s-%s-%d", world.run, kind, made)
}

var made int

// connect makes a client of the owner.
func connect(options ...astra.ClientOption) *astra.Client {
	own := []astra.ClientOption{
		astra.WithBaseURL(world.url),
		astra.WithToken(world.token),
		astra.WithHTTPClient(world.seen.client()),
	}
	return must(astra.NewClient(append(own, options...)...))
}

// misled makes a client of the gateway as it is when it is mode.
func misled(mode string, options ...astra.ClientOption) *astra.Client {
	return connect(append([]astra.ClientOption{astra.WithBaseURL(world.unruly + "/" + mode)}, options...)...)
}
