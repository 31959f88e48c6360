package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"riposte/pkg/ledger"
)

// A heardPlace is what "riposte heartbeats" writes of an account and a region.
type heardPlace struct {
	Account   string    `json:"account"`
	Region    string    `json:"region"`
	Last      time.Time `json:"last"`     // when it beat
	Received  time.Time `json:"received"` // when Riposte saw that
	Latency   string    `json:"latency"`
	Ago       string    `json:"ago"`
	Forgotten bool      `json:"forgotten,omitempty"`
}

func newHeartbeats(p *Process) *cobra.Command {
	var store ledgerFlag
	var forget string
	cmd := &cobra.Command{
		Use: "heartbeats", Short: "Show when each account and region was last heard of",
		Long: `Shows when each account and region was last heard of: the harmless call that a schedule makes there every quarter of an
hour, which has to come the way that every event comes. One that falls silent raises an alarm; one that is gone on purpose,
such as an account that left, is forgotten with --forget, or by itself 30 days after its last beat.`,
		Example: "  riposte heartbeats --ledger dynamodb:Riposte-Ledger\n" +
			"  riposte heartbeats --forget 444455556666/eu-west-1 --ledger dynamodb:Riposte-Ledger",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			account, region, named := strings.Cut(forget, "/")
			if cmd.Flags().Changed("forget") && (!named || account == "" || region == "" || strings.Contains(region, "/")) {
				return usage("--forget %q: want ACCOUNT/REGION, such as 444455556666/eu-west-1", forget)
			}
			aws := newSession(cmd.Context())
			s, err := store.open(p, aws.config)
			if err != nil {
				return err
			}
			defer s.Close()
			return heartbeats(cmd.Context(), p, s, forget)
		},
	}
	store.flags(cmd)
	cmd.Flags().StringVar(&forget, "forget", "", "forget this `ACCOUNT/REGION`, which is gone on purpose")
	return cmd
}

// heartbeats writes when each place was last heard of, or that of the one place that is to be forgotten.
func heartbeats(ctx context.Context, p *Process, s ledger.Heartbeats, forget string) error {
	beats, err := s.Beats(ctx)
	if err != nil {
		return fmt.Errorf("read the heartbeats: %w", err)
	}
	if account, region, named := strings.Cut(forget, "/"); named {
		known, err := s.ForgetBeat(ctx, account, region)
		if err != nil {
			return fmt.Errorf("forget %s: %w", forget, err)
		}
		if !known {
			return fmt.Errorf("nothing is known of %s: riposte heartbeats lists what is", forget)
		}
		beats = slices.DeleteFunc(beats, func(b ledger.Beat) bool { return b.Place() != forget })
		fmt.Fprintf(p.Stderr, "riposte: %s is forgotten; where it has to beat by RIPOSTE_PLACES it stays missing until the deployment leaves it out\n", forget)
	}
	out := encoder(p.Stdout)
	for _, b := range beats {
		if err := out.Encode(heard(b, p.Now(), forget != "")); err != nil {
			return err
		}
	}
	return nil
}

func heard(b ledger.Beat, now time.Time, forgotten bool) heardPlace {
	return heardPlace{
		Account: b.Account, Region: b.Region, Last: b.At, Received: b.Received, Forgotten: forgotten,
		Latency: max(b.Received.Sub(b.At), 0).Round(time.Second).String(), Ago: max(now.Sub(b.At), 0).Round(time.Second).String(),
	}
}
