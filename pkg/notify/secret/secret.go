// Package secret reads what lets Riposte in at those who tell people: the URL of a webhook, a key, a token. It is read from
// Secrets Manager at run time and appears in no error, log or text that this package makes.
package secret

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// FreshFor is how long what was read is used before it is read again, so that a rotated secret is taken up.
const FreshFor = 5 * time.Minute

// Reader is the part of Secrets Manager that reads a secret.
type Reader interface {
	GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, opts ...func(*secretsmanager.Options),
	) (*secretsmanager.GetSecretValueOutput, error)
}

// A Secret is what a secret of Secrets Manager holds, as a T. It is safe for concurrent use. However it is printed, it shows
// the secret's name and nothing of what it holds.
type Secret[T comparable] struct {
	// RenewAfter bounds how often the secret is read because something was refused; 0 for no bound. It is needed where
	// strangers can send what is refused.
	RenewAfter time.Duration

	api   Reader
	name  string
	what  string
	parse func(text string) (T, error)
	now   func() time.Time

	mu   sync.Mutex
	held *T // a pointer, so that not even a printed copy shows it
	read time.Time
}

// New returns a secret, given by name or ARN, that holds what: "webhook". It is read on first use. The errors of parse say
// what is wrong and do not quote the text.
func New[T comparable](api Reader, name, what string, parse func(text string) (T, error), now func() time.Time) *Secret[T] {
	return &Secret[T]{api: api, name: name, what: what, parse: parse, now: now}
}

// Name returns the secret's name or ARN.
func (s *Secret[T]) Name() string { return s.name }

// String names the secret.
func (s *Secret[T]) String() string { return fmt.Sprintf("%s from secret %q", s.what, s.name) }

// Format writes what String returns, whatever the verb.
func (s *Secret[T]) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText returns what String returns.
func (s *Secret[T]) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue returns what String returns.
func (s *Secret[T]) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Get returns what the secret holds. Where it has to be read again and Secrets Manager does not answer, it returns what was
// read last: people are better told by an old key than not at all.
func (s *Secret[T]) Get(ctx context.Context) (*T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held != nil && s.now().Sub(s.read) < FreshFor {
		return s.held, nil
	}
	held, err := s.fetch(ctx)
	if err != nil {
		if s.held != nil && ctx.Err() == nil {
			return s.held, nil
		}
		return nil, err
	}
	s.held, s.read = held, s.now()
	return held, nil
}

// Renewed reads the secret again because what it held was refused. It returns nil where it still holds that, or was read
// within RenewAfter.
func (s *Secret[T]) Renewed(ctx context.Context, refused *T) (*T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held != refused && s.held != nil && *s.held != *refused {
		return s.held, nil // somebody else has read it meanwhile
	}
	if s.now().Sub(s.read) < s.RenewAfter {
		return nil, nil //nolint:nilnil // documented: nothing new is no error
	}
	held, err := s.fetch(ctx)
	if err != nil {
		return nil, err
	}
	s.read = s.now()
	if *held == *refused {
		return nil, nil //nolint:nilnil // as above
	}
	s.held = held
	return held, nil
}

func (s *Secret[T]) fetch(ctx context.Context) (*T, error) {
	out, err := s.api.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(s.name)})
	if err != nil {
		return nil, fmt.Errorf("read the %s's secret %q: %w", s.what, s.name, err)
	}
	text := string(out.SecretBinary)
	if out.SecretString != nil {
		text = *out.SecretString
	}
	held, err := s.parse(text)
	if err != nil {
		return nil, fmt.Errorf("secret %q holds no %s: %w", s.name, s.what, err)
	}
	return &held, nil
}
