package remedy

import "context"

// A Cause says for which incident a remedy is at work, and takes into the journal what no change of it tells. Any of its
// parts may be missing.
type Cause struct {
	Incident string
	// Mark leaves the mark by which a call is recognised as Riposte's own, before it is made: the account in which CloudTrail
	// records the call, and the resource that a rule says it is about.
	Mark func(ctx context.Context, account, resource string) error
	// Session writes down the access key of a session, before it is used, whose calls do not look like those of Riposte's
	// roles.
	Session func(ctx context.Context, accessKey string) error
}

type causeKey struct{}

// WithCause returns a context in which remedies work for a cause.
func WithCause(ctx context.Context, c Cause) context.Context {
	return context.WithValue(ctx, causeKey{}, c)
}

// CauseOf returns the cause for which remedies work; its parts may be called whether they are there or not.
func CauseOf(ctx context.Context) Cause {
	c, _ := ctx.Value(causeKey{}).(Cause)
	if c.Mark == nil {
		c.Mark = func(context.Context, string, string) error { return nil }
	}
	if c.Session == nil {
		c.Session = func(context.Context, string) error { return nil }
	}
	return c
}
