package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"

	"riposte/pkg/app/awsbus"
	"riposte/pkg/app/local"
	"riposte/pkg/app/tell"
	"riposte/pkg/config"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/remedies"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// A session is the AWS account of the environment: region, credentials and endpoints as the SDK finds them. It is
// asked only when a command needs it.
type session struct {
	config func() (aws.Config, error)
	caller func() (caller, error)
}

// caller is who the credentials belong to.
type caller struct{ account, arn string }

func newSession(ctx context.Context) *session {
	s := &session{}
	s.config = sync.OnceValues(func() (aws.Config, error) {
		cfg, err := awsconfig.LoadDefaultConfig(ctx)
		if err != nil {
			return cfg, fmt.Errorf("AWS configuration of the environment: %w", err)
		}
		if cfg.Region == "" {
			cfg.Region = "us-east-1"
		}
		cfg.Logger = logging.Nop{} // what went wrong is in the errors; the SDK's own remarks are not for operators
		return cfg, nil
	})
	var known caller
	s.caller = func() (caller, error) {
		if known.account != "" { // a failure is not remembered: the next event may find the way open again
			return known, nil
		}
		cfg, err := s.config()
		if err != nil {
			return caller{}, err
		}
		out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return caller{}, fmt.Errorf("ask AWS who the credentials belong to: %w", notNow(err))
		}
		known = caller{aws.ToString(out.Account), aws.ToString(out.Arn)}
		return known, nil
	}
	return s
}

// notNow marks the answer of an API that is overloaded, and the failure to reach one.
func notNow(err error) error {
	if unreached(err) {
		return fmt.Errorf("%w; %w", err, engine.ErrNotNow)
	}
	overloaded := retry.IsErrorRetryables{
		retry.RetryableErrorCode{Codes: retry.DefaultThrottleErrorCodes}, retry.RetryableHTTPStatusCode{Codes: retry.DefaultRetryableHTTPStatusCodes},
	}
	if overloaded.IsErrorRetryable(err).Bool() {
		return fmt.Errorf("%w; %w", err, engine.ErrNotNow)
	}
	return err
}

// unreached reports whether a request never got to AWS. Where there are no credentials, the last place that the SDK looks for
// some is on the network too, and that they are not there does not pass.
func unreached(err error) bool {
	if in, ok := errors.AsType[*smithy.OperationError](err); ok {
		if sought, ok := errors.AsType[*smithy.OperationError](in.Err); ok && sought.ServiceID == "ec2imds" {
			return false
		}
	}
	_, ok := errors.AsType[net.Error](err)
	return ok
}

// remedies returns every remedy for the account of the credentials. They refuse to touch any other account, but for the root
// users of its organization's members where somebody approves that: whether the credentials may is for AWS to say.
func (s *session) remedies(now func() time.Time) ([]remedy.Remedy, error) {
	cfg, err := s.config()
	if err != nil {
		return nil, err
	}
	return remedies.All(access.Organization{Home: s.home, RootTasks: true, Now: now}.Accounts(cfg)), nil
}

// home returns the account of the credentials.
func (s *session) home(context.Context) (string, error) {
	c, err := s.caller()
	return c.account, err
}

// principal returns the ARN of the credentials.
func (s *session) principal(context.Context) (string, error) {
	c, err := s.caller()
	return c.arn, err
}

// person is whoever runs the command, by the name that they give, or else by the ARN of their credentials. Where there
// are none, nothing can be changed in an account either, and the name of their user here has to do.
func (s *session) person(name, user string) engine.Person {
	c, err := s.caller()
	if err != nil {
		return engine.Person{Name: cmp.Or(name, user)}
	}
	return engine.Person{Name: cmp.Or(name, c.arn), Principal: c.arn}
}

// people returns the ways of telling people that the configuration names.
func (s *session) people(ctx context.Context, cfg *config.Config, store ledger.Store, now func() time.Time) (tell.People, error) {
	if tell.Nobody(cfg) {
		return tell.People{}, nil
	}
	aws, err := s.config()
	if err != nil {
		return tell.People{}, err
	}
	kit := tell.Kit{AWS: aws, HTTP: &http.Client{Timeout: 10 * time.Second}, Store: store, Now: now}
	if tell.NeedsAccount(cfg) {
		if kit.Account, err = s.home(ctx); err != nil {
			return tell.People{}, err
		}
	}
	return kit.People(cfg), nil
}

// deployedBus returns the bus of a deployed system. One that is not there would take every message and tell nobody.
func (s *session) deployedBus(ctx context.Context, name string) (engine.Bus, error) {
	cfg, err := s.config()
	if err != nil {
		return nil, err
	}
	bus := awsbus.New(cfg, name)
	if bus.Missing(ctx) {
		return nil, usage("--bus: there is no bus %q in %s", name, cfg.Region)
	}
	return bus, nil
}

// localBus returns a bus whose messages people are told from here, by the routes of the configuration.
func (s *session) localBus(ctx context.Context, store ledger.Store, cfg *config.Config, p *Process) (engine.Bus, error) {
	people, err := s.people(ctx, cfg, store, p.Now)
	if err != nil {
		return nil, err
	}
	return local.Tell(&engine.Notifications{
		Notifiers: people.Default, Receivers: people.Receivers, Route: people.Route, Store: store, Now: p.Now, Sleep: p.sleep(), Log: logger(p),
	}), nil
}
