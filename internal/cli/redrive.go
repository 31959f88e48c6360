package cli

import (
	"slices"
	"time"

	"github.com/spf13/cobra"

	"riposte/pkg/redrive"
)

// redriveFlags say which dead letters are given again, and to whom.
type redriveFlags struct {
	stack    string
	regions  []string
	queue    string // one queue, without asking for the stack
	function string
	jobs     string
	profile  string // of the queue

	dryRun    bool
	limit     int
	since     time.Duration
	olderThan time.Duration
}

const redriveAll = "all"

func newRedrive(p *Process) *cobra.Command {
	var flags redriveFlags
	cmd := &cobra.Command{
		Use:   "redrive [events|messages|jobs|all]",
		Short: "Give dead letters to the path that they fell from once more",
		Long: `Gives dead letters to the path that they fell from once more: events to the function detect, messages to notify, jobs to the
remediation queue. Mend the cause first. A letter leaves its queue only after the next hop has taken what it holds and keeps
it; the command may be killed at any moment and run again. What is known is not done twice, and old events and jobs only alert.

It writes one JSON object a letter. What is not understood stays in its queue, with the reason, and so does what comes in
meanwhile. Exit status 1 says that something stayed. Of jobs that wait for one another a dry run sees no more than ten.

The queues and functions are those that the outputs of the stack name, in all regions that it watches. With --queue nothing but
that queue is looked at, and CloudFormation is not asked. A member account's queue is read with its own credentials:
--queue-profile names them, and the function is invoked with those of the environment.`,
		Example: `  riposte redrive --dry-run
  riposte redrive events --older-than 10m --limit 100
  riposte redrive events --queue https://sqs.eu-west-1.amazonaws.com/111122223333/Riposte-LostEvents --function Riposte-detect
  riposte redrive jobs --queue URL --jobs-queue URL`,
		ValidArgs: []string{redriveAll, string(redrive.Events), string(redrive.Messages), string(redrive.Jobs)},
		Args:      cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			kinds, err := redriveKinds(args)
			if err != nil {
				return err
			}
			if err := flags.check(kinds); err != nil {
				return err
			}
			return flags.run(cmd.Context(), p, kinds)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.stack, "stack", "Riposte", "the `NAME` of the stack")
	f.StringSliceVar(&flags.regions, "region", nil, "only dead letters in this `REGION`; may be given more than once (default all that the stack watches)")
	f.StringVar(&flags.queue, "queue", "", "only the dead-letter queue with this `URL`")
	f.StringVar(&flags.function, "function", "", "the `NAME` or ARN of the function that gets events or messages (default that of the stack)")
	f.StringVar(&flags.jobs, "jobs-queue", "", "the `URL` of the queue that gets jobs (default that of the stack)")
	f.StringVar(&flags.profile, "queue-profile", "", "read the queue with this `PROFILE` of the AWS configuration; with --queue")
	f.BoolVar(&flags.dryRun, "dry-run", false, "say what would be given, and give nothing")
	f.IntVar(&flags.limit, "limit", 0, "look at no more than this many letters of each queue (default all)")
	f.DurationVar(&flags.since, "since", 0, "only what came into its queue within this `TIME`, such as 24h")
	f.DurationVar(&flags.olderThan, "older-than", 0, "only what came into its queue longer ago than this `TIME`, such as 10m")
	return cmd
}

func redriveKinds(args []string) ([]redrive.Kind, error) {
	if len(args) == 0 || args[0] == redriveAll {
		return redrive.Kinds(), nil
	}
	if kind := redrive.Kind(args[0]); slices.Contains(redrive.Kinds(), kind) {
		return []redrive.Kind{kind}, nil
	}
	return nil, usage("no kind of dead letters %q: there are events, messages, jobs and all", args[0])
}

func (f *redriveFlags) check(kinds []redrive.Kind) error {
	switch {
	case f.limit < 0:
		return usage("--limit %d: want 1 or more", f.limit)
	case f.since < 0 || f.olderThan < 0:
		return usage("--since and --older-than take a time such as 24h")
	case f.since > 0 && f.olderThan >= f.since:
		return usage("--older-than %s and --since %s: nothing is both", f.olderThan, f.since)
	case f.function != "" && len(kinds) > 1:
		return usage("--function: say what the function gets: events or messages")
	case f.queue == "" && f.profile != "":
		return usage("--queue-profile needs --queue: a stack is read with the credentials of the environment")
	case f.queue != "":
		return f.checkQueue(kinds)
	}
	return nil
}

// checkQueue checks what is said about a single queue.
func (f *redriveFlags) checkQueue(kinds []redrive.Kind) error {
	switch {
	case len(f.regions) > 0:
		return usage("--region and --queue: the queue's URL says where it is")
	case len(kinds) > 1:
		return usage("--queue: say what the queue holds: events, messages or jobs")
	case kinds[0] == redrive.Jobs && f.jobs == "":
		return usage("--queue: name the queue that gets the jobs with --jobs-queue")
	}
	return nil
}
