package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"riposte/pkg/app/local"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/decide"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// respondTries is how often a change is tried before the incident fails.
const respondTries = 3

func newRespond(p *Process) *cobra.Command {
	var in input
	var policy policyFlags
	var store ledgerFlag
	cmd := &cobra.Command{
		Use:   "respond PATH…",
		Short: "Run the whole pipeline on events, here and now",
		Long: `Runs the whole pipeline on events, here and now: detection, decision, journal, change, verification and messages, against
the AWS endpoint and credentials of the environment (AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL, …). It writes each incident as
one JSON object a line, as it stands at the end. It never touches an account other than that of the credentials.

It may be killed at any moment and run again on the same events: what was done stays done, the rest is finished.

` + pathHelp,
		Example: `  riposte respond event.json                   # stance observe: tells what it sees, changes nothing
  riposte respond --stance enforce event.json  # reverses what is risky and reversible
  AWS_ENDPOINT_URL=http://127.0.0.1:5000 riposte respond --stance enforce --ledger ./ledger.db event.json`,
		Args: atLeastOnePath,
		RunE: func(cmd *cobra.Command, paths []string) error {
			return respond(cmd.Context(), p, paths, in, policy, store)
		},
	}
	in.flags(cmd)
	policy.flags(cmd)
	store.flags(cmd)
	return cmd
}

func respond(ctx context.Context, p *Process, paths []string, in input, flags policyFlags, ledgerName ledgerFlag) error {
	cfg, rules, err := flags.load()
	if err != nil {
		return err
	}
	aws := newSession(ctx)
	store, err := ledgerName.open(p, aws.config)
	if err != nil {
		return err
	}
	defer store.Close()
	failed := false
	remedies, err := aws.remedies(p.Now)
	if err != nil { // what happened is recorded all the same
		failed = true
		fmt.Fprintf(p.Stderr, "riposte: nothing can be changed: %s\n", printableLines(err.Error()))
	}
	people, err := aws.people(ctx, cfg, store, p.Now)
	if err != nil {
		people.Default = []notify.Notifier{outOfReach{err}}
	}
	index := rules.Index(cfg)
	pipeline := local.New(local.Parts{
		Index: index, Policy: decide.New(cfg, flags.options(cfg)), Breaker: engine.BreakerOf(cfg.Limits),
		Home: aws.home, Caller: aws.principal, Store: store, Remedies: remedies,
		Notifiers: people.Default, Receivers: people.Receivers, Route: people.Route,
		Now: p.Now, Sleep: p.sleep(), Log: logger(p), Tries: respondTries,
	})
	out := encoder(p.Stdout)
	unreadable, err := in.each(ctx, p, paths, index.WantsRecord, func(ev *cloudtrail.Event) error {
		incidents, err := pipeline.Run(ctx, ev)
		if err != nil {
			failed = true
			fmt.Fprintf(p.Stderr, "riposte: event %s (%s): %s\n", printable(ev.ID), printable(ev.Name), printableLines(err.Error()))
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		for _, i := range incidents {
			failed = failed || i.State == ledger.Failed
			if err := out.Encode(i); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if failed || unreadable && in.strict {
		return errFailed
	}
	return nil
}

// outOfReach stands for ways of telling people that cannot be had: what they are to be told stays owed.
type outOfReach struct{ err error }

// Name names it in the log.
func (outOfReach) Name() string { return "none" }

// Notify tells nobody.
func (o outOfReach) Notify(context.Context, notify.Message) error { return o.err }
