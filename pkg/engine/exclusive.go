package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// Two minutes are longer than the remediate function lives. Whoever waits that long finds the claim of a process that died
// ended.
const (
	workLease = 2 * time.Minute
	firstWait = 250 * time.Millisecond
	longWait  = 15 * time.Second
)

// exclusively does something while nobody else works on the resources of a finding. The queue keeps the jobs of a group apart,
// but people and the settling of silence do not come through it. Where somebody else holds on to it, the error is
// ledger.ErrBusy: who has it will end it, or it has to come again.
func (r *Remediator) exclusively(ctx context.Context, f detect.Finding, do func() error) (err error) {
	key := "work/" + f.Group()
	if err := r.claim(ctx, key); err != nil {
		return fmt.Errorf("work on %s: %w", f.Resource, err)
	}
	defer func() {
		// Without it the claim ends by itself: what was done is done.
		if releaseErr := r.Store.Release(context.WithoutCancel(ctx), key); releaseErr != nil {
			r.Log.WarnContext(ctx, "the claim on a resource could not be given up", "resource", f.Resource.String(), "err", releaseErr)
		}
	}()
	return do()
}

func (r *Remediator) claim(ctx context.Context, key string) error {
	wait := firstWait
	for waited := time.Duration(0); ; waited += wait {
		_, err := r.Store.Begin(ctx, key, workLease)
		if !errors.Is(err, ledger.ErrBusy) || waited > workLease {
			return err
		}
		wait = min(2*wait, longWait)
		if err := r.Sleep(ctx, wait); err != nil {
			return errors.Join(ledger.ErrBusy, err)
		}
	}
}
