package cli

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"riposte/pkg/ledger"
)

func newStop(p *Process) *cobra.Command {
	var reason string
	cmd := newSwitch(p, "stop", "Stop all acting at once, without a deployment",
		`Stops all acting at once, without a deployment: from now on every finding alerts, and jobs that wait fail with a message
that says so. An undo by a person still works. "riposte resume" ends it.`, &reason)
	cmd.Flags().StringVar(&reason, "reason", "", "`WHY`, for the messages (required)")
	return cmd
}

func newResume(p *Process) *cobra.Command {
	return newSwitch(p, "resume", "Let Riposte act again after a stop", `Lets Riposte act again after "riposte stop".`, nil)
}

// newSwitch makes stop, which has a reason, or resume, which has none.
func newSwitch(p *Process, verb, short, long string, reason *string) *cobra.Command {
	var store ledgerFlag
	var by string
	cmd := &cobra.Command{
		Use: verb, Short: short, Long: long, Args: cobra.NoArgs,
		Example: "  riposte " + verb + map[bool]string{true: " --reason 'deploy in progress'"}[reason != nil] +
			" --ledger dynamodb:Riposte-Ledger",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if reason != nil && strings.TrimSpace(*reason) == "" {
				return usage("say why with --reason: it stands in every message while Riposte is stopped")
			}
			aws := newSession(cmd.Context())
			s, err := store.open(p, aws.config)
			if err != nil {
				return err
			}
			defer s.Close()
			sw := ledger.Switch{By: cmp.Or(by, p.Getenv("USER"), "somebody"), At: p.Now().UTC()}
			if reason != nil {
				sw.Stopped, sw.Reason = true, *reason
			}
			if err := s.SetSwitch(cmd.Context(), sw); err != nil {
				return fmt.Errorf("move the kill switch: %w", err)
			}
			return encoder(p.Stdout).Encode(sw)
		},
	}
	store.flags(cmd)
	cmd.Flags().StringVar(&by, "by", "", "your `NAME` for the messages (default $USER)")
	return cmd
}
