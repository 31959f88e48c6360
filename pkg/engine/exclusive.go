package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/remedy"
)

// A claim ends a little after the process that holds it can no longer live: where the context says when that is, then, and
// otherwise after two minutes, beyond which no work goes on. What a dead process had on its way may still arrive in that
// little time.
const (
	workLease = 2 * time.Minute
	workGrace = 5 * time.Second
	firstWait = 250 * time.Millisecond
	longWait  = 2 * time.Second

	secondWait = 10 * time.Second // for what is worked on besides the resource of an incident
)

// exclusively does something while nobody else works on a group of resources. The queue keeps the jobs of a group apart, but
// people and the settling of silence do not come through it. Where somebody else holds on to it for longer than patience, the
// error is ledger.ErrBusy: who has it will end it, or it has to come again.
func (r *Remediator) exclusively(ctx context.Context, group string, patience time.Duration, do func(context.Context) error) (err error) {
	key := "work/" + group
	if err := r.claim(ctx, key, patience); err != nil {
		return err
	}
	defer func() {
		// Without it the claim ends by itself: what was done is done.
		if releaseErr := r.Store.Release(context.WithoutCancel(ctx), key); releaseErr != nil {
			r.Log.WarnContext(ctx, "the claim on a resource could not be given up", "claim", key, "err", releaseErr)
		}
	}()
	claimed, cancel := context.WithTimeout(ctx, workLease-workGrace)
	defer cancel()
	return do(claimed)
}

// alsoOn does something about change c of an incident, on whose resource this process works already, while nobody else works on
// what the change is of: it may be another, such as the caller who is contained. Two who hold what the other wants would wait
// for each other, so that nobody waits for long here.
func (r *Remediator) alsoOn(ctx context.Context, in ledger.Incident, c remedy.Change, do func(context.Context) error) error {
	group := groupOf(c.Target)
	if group == in.Finding.Group() {
		return do(ctx)
	}
	if err := r.exclusively(ctx, group, secondWait, do); err != nil {
		return fmt.Errorf("work on %s: %w", c.Target, err)
	}
	return nil
}

// groupOf returns the group of resources to which a target belongs, as that of a finding about it.
func groupOf(t remedy.Target) string {
	return detect.Finding{
		Event:    detect.EventRef{Account: t.Account, Region: t.Region},
		Resource: detect.Resource{Type: detect.ResourceType(t.Type), ID: t.ID, Parent: t.Parent},
	}.Group()
}

// claim claims something, and waits for it for as long as patience lasts.
func (r *Remediator) claim(ctx context.Context, key string, patience time.Duration) error {
	wait := firstWait
	for waited := time.Duration(0); ; waited += wait {
		_, err := r.Store.Begin(ctx, key, r.lease(ctx))
		if !errors.Is(err, ledger.ErrBusy) || waited > patience {
			return err
		}
		wait = min(2*wait, longWait)
		if err := r.Sleep(ctx, wait); err != nil {
			return errors.Join(ledger.ErrBusy, err)
		}
	}
}

// lease returns for how long a claim is made.
func (r *Remediator) lease(ctx context.Context) time.Duration {
	end, bounded := ctx.Deadline()
	if !bounded {
		return workLease
	}
	return min(max(end.Sub(r.Now()), 0)+workGrace, workLease)
}
