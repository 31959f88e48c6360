package access

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

const (
	// sessionSeconds is how long a session lasts: the shortest that STS gives, and the longest of a root user's.
	sessionSeconds = 900
	// renewal is how long before its end a session is no longer used.
	renewal = time.Minute
	// maxSessions bounds the credentials that a process holds.
	maxSessions = 64
)

// A session is the one of an account for an incident, whose name it bears, so that credentials are never lent to another.
type session struct{ account, task, incident string }

// sessions keeps credentials for a while. It is safe for concurrent use.
type sessions struct {
	now   func() time.Time
	mu    sync.Mutex
	known map[session]*sessionCredentials
	used  []session // the longest unused first
}

func newSessions(now func() time.Time) *sessions {
	return &sessions{now: now, known: map[session]*sessionCredentials{}}
}

// of returns the credentials of a session, which are asked for when they are needed first and shortly before they end.
func (s *sessions) of(key session, ask aws.CredentialsProviderFunc) *sessionCredentials {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := slices.Index(s.used, key); n >= 0 {
		s.used = append(slices.Delete(s.used, n, n+1), key)
		return s.known[key]
	}
	if len(s.used) == maxSessions {
		delete(s.known, s.used[0])
		s.used = slices.Delete(s.used, 0, 1)
	}
	c := &sessionCredentials{ask: ask, now: s.now, turn: make(chan struct{}, 1)}
	s.known[key], s.used = c, append(s.used, key)
	return c
}

// sessionCredentials are those of one session. Unlike the SDK's cache they are asked for by whoever needs them first, so
// that a process which dies meanwhile leaves nobody waiting, and by a clock that is given.
type sessionCredentials struct {
	ask  aws.CredentialsProviderFunc
	now  func() time.Time
	turn chan struct{} // holds a token while somebody looks at held
	held aws.Credentials
}

// Retrieve returns the credentials.
func (c *sessionCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return aws.Credentials{}, ctx.Err()
	}
	defer func() { <-c.turn }()
	if c.held.HasKeys() && c.now().Before(c.held.Expires.Add(-renewal)) {
		return c.held, nil
	}
	fresh, err := c.ask(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	c.held = fresh
	return fresh, nil
}

// credentialsOf takes over what STS answered.
func credentialsOf(c *types.Credentials, account string) (aws.Credentials, error) {
	if c == nil || c.AccessKeyId == nil || c.SecretAccessKey == nil || c.SessionToken == nil || c.Expiration == nil {
		return aws.Credentials{}, errors.New("STS answered without credentials for account " + account)
	}
	return aws.Credentials{
		AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: *c.SessionToken,
		CanExpire: true, Expires: *c.Expiration, AccountID: account, Source: "session of " + account,
	}, nil
}

// sessionName names an incident as STS takes it: 2 to 64 letters, digits and some signs.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
func sessionName(incident string) string {
	name := "riposte"
	if incident != "" {
		name += "-" + incident
	}
	name = strings.Map(func(r rune) rune {
		if plain(r, "_+=,.@-") {
			return r
		}
		return '-'
	}, name)
	return name[:min(len(name), 64)]
}

// plain reports whether a character is a letter or digit of ASCII, or one of some signs.
func plain(r rune, signs string) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(signs, r)
}

// consists reports whether a text has nothing but plain characters.
func consists(text, signs string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return !plain(r, signs) })
}
