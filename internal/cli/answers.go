package cli

import (
	"context"

	"github.com/spf13/cobra"

	"riposte/pkg/answer"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/remedy"
)

// decision is what a person decides about one incident.
type decision func(context.Context, *engine.Remediator, string, engine.Person) (ledger.Incident, error)

func newUndo(p *Process) *cobra.Command {
	var force bool
	cmd := newAnswer(p, "undo", "Put the account back to what it was before a remediation",
		`Puts the account back to what it was before the remediation of an incident, from the journal. Where somebody has changed
the resource since, it refuses and says what differs; nothing is overwritten then. With --force it overwrites that, for this one
incident, and the journal keeps what it was. "riposte approve" makes the change of an incident that was undone again.`,
		func(ctx context.Context, r *engine.Remediator, id string, by engine.Person) (ledger.Incident, error) {
			if force {
				return r.ForceUndo(ctx, id, by)
			}
			return r.Undo(ctx, id, by)
		})
	cmd.Flags().BoolVar(&force, "force", false, "overwrite what somebody has changed since, after you have seen what it is")
	return cmd
}

func newApprove(p *Process) *cobra.Command {
	return newAnswer(p, "approve", "Let Riposte act on an incident that it asked about",
		`Lets Riposte act on an incident whose mode is ask: the change is planned from the live state, journalled, made and verified. One
that failed is tried once more, and one that was undone is made again.`,
		func(ctx context.Context, r *engine.Remediator, id string, by engine.Person) (ledger.Incident, error) {
			return r.Approve(ctx, id, by)
		})
}

func newDismiss(p *Process) *cobra.Command {
	return newAnswer(p, "dismiss", "Close an incident without a change", "Closes an open, asked or failed incident without a change.",
		func(ctx context.Context, r *engine.Remediator, id string, by engine.Person) (ledger.Incident, error) {
			return r.Dismiss(ctx, id, by)
		})
}

func newKeep(p *Process) *cobra.Command {
	return newAnswer(p, "keep", "Close a remediated incident: the change stays", "Closes a remediated incident: what was changed stays.",
		func(ctx context.Context, r *engine.Remediator, id string, by engine.Person) (ledger.Incident, error) {
			return r.Keep(ctx, id, by)
		})
}

// busFor returns where the messages of an answer go. The configuration only says whom to tell from here, so that one that
// cannot be read keeps nobody from answering with --bus.
func busFor(ctx context.Context, p *Process, aws *session, name, config string, store ledger.Store) (engine.Bus, error) {
	if name != "" {
		return aws.deployedBus(ctx, name)
	}
	cfg, err := readConfig(config)
	if err != nil {
		return nil, err
	}
	return aws.localBus(ctx, store, cfg, p)
}

func newAnswer(p *Process, verb, short, long string, do decision) *cobra.Command {
	var store ledgerFlag
	var config, bus, by string
	cmd := &cobra.Command{
		Use:   verb + " ID",
		Short: short,
		Long:  long + "\n\nIt writes the incident as it stands afterwards. Where that is refused, it says why on standard error.",
		Example: "  riposte " + verb + " inc-0123456789abcdef\n" +
			"  riposte " + verb + " inc-0123456789abcdef --ledger dynamodb:Riposte-Ledger --bus riposte",
		Args: oneIncident,
		RunE: func(cmd *cobra.Command, args []string) error {
			return withRemediator(cmd.Context(), p, store, bus, config, func(r *engine.Remediator, aws *session) error {
				who, err := whoAnswers(p, answer.Verb(verb), config, bus)
				if err != nil {
					return err
				}
				in, err := decided(cmd.Context(), p, r, who, args[0], answer.Verb(verb), aws.person(by, p.Getenv("USER")), do)
				if err != nil {
					return err
				}
				if err := encoder(p.Stdout).Encode(in); err != nil {
					return err
				}
				if in.State == ledger.Failed {
					return errFailed
				}
				return nil
			})
		},
	}
	store.flags(cmd)
	cmd.Flags().StringVar(&config, "config", "", "the configuration `FILE` (default "+configFile+" where it exists)")
	cmd.Flags().StringVar(&bus, "bus", "", "the `NAME` of a deployed system's bus, for the messages")
	cmd.Flags().StringVar(&by, "by", "", "your `NAME` for the history (default: the ARN of the credentials, or else $USER)")
	return cmd
}

// withRemediator runs what answers an incident, or several, with the ledger, the bus and the account of the environment.
func withRemediator(ctx context.Context, p *Process, store ledgerFlag, bus, config string, run func(*engine.Remediator, *session) error) error {
	if store.deployed() && bus == "" {
		return usage("a deployed ledger needs --bus NAME too, so that people are told of the answer")
	}
	aws := newSession(ctx)
	s, err := store.open(p, aws.config)
	if err != nil {
		return err
	}
	defer s.Close()
	out, err := busFor(ctx, p, aws, bus, config, s)
	if err != nil {
		return err
	}
	remedies, err := aws.remedies(p.Now)
	if err != nil {
		return err
	}
	return run(&engine.Remediator{
		Remedies: remedy.ByAction(remedies), Store: s, Bus: out, Now: p.Now, Sleep: p.sleep(), Log: logger(p),
	}, aws)
}
