// Package simaws simulates AWS accounts in the process: SDK clients get their typed answers from it, after the SDK has
// validated, serialised and, where an attempt fails, retried the call. It knows the calls that Riposte makes and those
// that set a stage for them; any other call fails and nothing ever reaches the network.
//
// What it answers is held against moto by a conformance suite.
package simaws

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// An Account is a simulated account. It is safe for concurrent use.
type Account struct {
	id       string
	now      func() time.Time
	handlers map[reflect.Type]handler

	mu     sync.Mutex
	live   *state
	stale  *state // what reads still see, while staleReads is above zero
	faults faults
	calls  []Call

	sessions map[string]string // of root users: the account by the access key
}

// New returns an empty account.
func New(account string, now func() time.Time) *Account {
	return &Account{id: account, now: now, handlers: allHandlers(), live: newState(), sessions: map[string]string{}}
}

// Copy returns an account that holds the same and has made up the same identifiers. It has the same page size, and no calls,
// no hook and nothing else that goes wrong.
func (a *Account) Copy() *Account {
	a.mu.Lock()
	defer a.mu.Unlock()
	return &Account{
		id: a.id, now: a.now, handlers: a.handlers, live: a.live.clone(), faults: faults{pageSize: a.faults.pageSize}, sessions: maps.Clone(a.sessions),
	}
}

// ID returns the account's identifier.
func (a *Account) ID() string { return a.id }

// Config returns a configuration for SDK clients of this account. Failed attempts are retried at once, three in all.
func (a *Account) Config(region string) aws.Config {
	return aws.Config{
		Region: region,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "simulated", SecretAccessKey: "simulated", Source: "simaws"}, nil
		}),
		HTTPClient: noNetwork{},
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts, o.RateLimiter = 3, ratelimit.None
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		},
		APIOptions: []func(*middleware.Stack) error{a.intercept},
	}
}

// noNetwork is an HTTP client that fails every request.
type noNetwork struct{}

// Do fails.
func (noNetwork) Do(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("the simulated account has no network: %s %s", r.Method, r.URL.Host)
}

// inputKey is where the typed input of a call is kept for the step that answers it.
type inputKey struct{}

// intercept puts the account between the SDK's retries and its signing.
func (a *Account) intercept(stack *middleware.Stack) error {
	remember := middleware.InitializeMiddlewareFunc("simaws:remember",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			return next.HandleInitialize(middleware.WithStackValue(ctx, inputKey{}, in.Parameters), in)
		})
	answer := middleware.FinalizeMiddlewareFunc("simaws:answer",
		func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			if signerMatters(middleware.GetStackValue(ctx, inputKey{})) {
				return next.HandleFinalize(ctx, in)
			}
			out, err := a.serve(ctx, callOf(ctx))
			return middleware.FinalizeOutput{Result: out}, middleware.Metadata{}, err
		})
	signed := middleware.FinalizeMiddlewareFunc("simaws:signed",
		func(ctx context.Context, in middleware.FinalizeInput, _ middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			c := callOf(ctx)
			if r, ok := in.Request.(*smithyhttp.Request); ok {
				c.Signer = signer(r.Header.Get("Authorization"))
			}
			out, err := a.serve(ctx, c)
			return middleware.FinalizeOutput{Result: out}, middleware.Metadata{}, err
		})
	return errors.Join(
		stack.Initialize.Add(remember, middleware.After),
		stack.Finalize.Insert(answer, "Retry", middleware.After),
		stack.Finalize.Insert(signed, "Signing", middleware.After),
	)
}

// callOf returns the call that a context is about.
func callOf(ctx context.Context) Call {
	return Call{
		Service: awsmiddleware.GetServiceID(ctx), Operation: awsmiddleware.GetOperationName(ctx),
		Region: awsmiddleware.GetRegion(ctx), Input: middleware.GetStackValue(ctx, inputKey{}),
	}
}

// serve answers one attempt of a call.
func (a *Account) serve(ctx context.Context, c Call) (any, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	h, known := a.handlers[reflect.TypeOf(c.Input)]
	c.Writes = h.writes
	hook := a.begin(&c)
	out, err := any(nil), hook(c, Before)
	if err == nil {
		if known {
			out, err = a.answer(c, h)
		} else {
			err = fmt.Errorf("the simulated account does not know %s %s", c.Service, c.Operation)
		}
		if err == nil {
			err = hook(c, After)
		}
	}
	a.end(c, err)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// answer looks into the account or changes it.
func (a *Account) answer(c Call, h handler) (any, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.faults.throttle(); err != nil {
		return nil, err
	}
	s := a.live
	if h.writes {
		a.beforeWrite()
	} else if a.faults.staleReads > 0 {
		a.faults.staleReads--
		s = a.stale
	}
	return h.serve(&request{state: s, account: a.id, region: c.Region, now: a.now(), pageSize: a.faults.pageSize, signer: c.Signer, sessions: a.sessions}, c.Input)
}

// beforeWrite keeps what reads go on seeing for a while.
func (a *Account) beforeWrite() {
	if a.faults.staleAfterWrite == 0 {
		return
	}
	if a.faults.staleReads == 0 {
		a.stale = a.live.clone()
	}
	a.faults.staleReads = a.faults.staleAfterWrite
}
