package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"

	"riposte/pkg/app/deadletters"
	"riposte/pkg/redrive"
)

// run walks through every queue of the kinds.
func (f *redriveFlags) run(ctx context.Context, p *Process, kinds []redrive.Kind) error {
	cfg, err := newSession(ctx).config()
	if err != nil {
		return err
	}
	stack, err := f.places(ctx, p, cfg, kinds)
	failed := err != nil
	if failed && len(stack.Places) == 0 {
		return err
	}
	if failed {
		fmt.Fprintf(p.Stderr, "riposte: %s\n", printableLines(err.Error()))
	}
	looked := 0
	for _, place := range stack.Places {
		if !slices.Contains(kinds, place.Kind) {
			continue
		}
		looked++
		left, err := f.redrive(ctx, p, cfg, stack, place)
		if err != nil {
			fmt.Fprintf(p.Stderr, "riposte: %s\n", printableLines(err.Error()))
		}
		if failed = failed || err != nil || left > 0; ctx.Err() != nil {
			break
		}
	}
	if looked == 0 {
		return fmt.Errorf("the stack %s has no dead-letter queue of %v: does its version fit this command's?", f.stack, kinds)
	}
	if failed {
		return errFailed
	}
	return nil
}

// places returns the queues that are looked at, and what their letters are given to.
func (f *redriveFlags) places(ctx context.Context, p *Process, cfg aws.Config, kinds []redrive.Kind) (deadletters.Stack, error) {
	if f.queue != "" {
		name := f.queue[strings.LastIndex(f.queue, "/")+1:]
		return deadletters.Stack{
			Region: cfg.Region, Jobs: f.jobs,
			Functions: map[redrive.Kind]string{kinds[0]: f.functionOr(deadletters.FunctionOf(f.stack, kinds[0]))},
			Places:    []deadletters.Place{{Name: name, URL: f.queue, Region: deadletters.RegionOf(f.queue), Kind: kinds[0]}},
		}, nil
	}
	stack, err := deadletters.ReadStack(ctx, cfg, f.stack, f.regions)
	if errors.Is(err, deadletters.ErrNoStack) && stack.Region == "" {
		return stack, fmt.Errorf("%w; set AWS_REGION to where Riposte's functions are, or name a queue with --queue", err)
	}
	if f.jobs != "" {
		stack.Jobs = f.jobs
	}
	for kind, name := range stack.Functions {
		stack.Functions[kind] = f.functionOr(name)
	}
	if len(stack.Elsewhere) > 0 {
		fmt.Fprintf(p.Stderr, "riposte: not looked at, because they are in other accounts: %s; use --queue and --queue-profile\n",
			printable(strings.Join(stack.Elsewhere, ", ")))
	}
	return stack, err
}

func (f *redriveFlags) functionOr(name string) string {
	if f.function != "" {
		return f.function
	}
	return name
}

// redrive walks through one queue and returns how many letters stay that should not.
func (f *redriveFlags) redrive(ctx context.Context, p *Process, cfg aws.Config, stack deadletters.Stack, at deadletters.Place) (int, error) {
	there, err := f.queueConfig(ctx, cfg, at.Region)
	if err != nil {
		return 0, err
	}
	out := encoder(p.Stdout)
	counts := map[string]int{}
	run := redrive.Run{
		Name: at.Name, Region: at.Region, Kind: at.Kind, Queue: deadletters.NewQueue(there, at.URL),
		DryRun: f.dryRun, Limit: f.limit, Now: p.Now,
		Report: func(o redrive.Outcome) error {
			counts[o.Outcome]++
			return out.Encode(o)
		},
	}
	if err := f.address(&run, cfg, stack); err != nil {
		return 0, err
	}
	if f.since > 0 {
		run.From = p.Now().Add(-f.since)
	}
	if f.olderThan > 0 {
		run.To = p.Now().Add(-f.olderThan)
	}
	left, err := run.Do(ctx)
	if err != nil && len(counts) == 0 {
		return left, err
	}
	fmt.Fprintf(p.Stderr, "riposte: %s%s: %s\n", printable(at.Name), inRegion(at.Region), tally(counts))
	return left, err
}

// address says where the letters of a run go.
func (f *redriveFlags) address(run *redrive.Run, cfg aws.Config, stack deadletters.Stack) error {
	to := stack.Functions[run.Kind]
	switch {
	case run.Kind == redrive.Jobs && stack.Jobs == "":
		return errors.New("the stack does not say which queue gets jobs: name it with --jobs-queue")
	case run.Kind == redrive.Jobs:
		run.Hop = deadletters.NewJobQueue(inThere(cfg, deadletters.RegionOf(stack.Jobs)), stack.Jobs)
	default:
		run.Function = redrive.FunctionName(to)
		run.Hop = deadletters.NewFunction(inThere(cfg, deadletters.RegionOf(to)), to)
	}
	return nil
}

// queueConfig returns the configuration with which a dead-letter queue is read.
func (f *redriveFlags) queueConfig(ctx context.Context, cfg aws.Config, region string) (aws.Config, error) {
	if f.profile == "" {
		return inThere(cfg, region), nil
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithSharedConfigProfile(f.profile))
	if err != nil {
		return cfg, fmt.Errorf("--queue-profile %s: %w", f.profile, err)
	}
	return inThere(cfg, region), nil
}

// inThere returns a configuration for a region; an empty one is that of the configuration itself.
func inThere(cfg aws.Config, region string) aws.Config {
	if region == "" {
		return cfg
	}
	there := cfg.Copy()
	there.Region = region
	return there
}

func inRegion(region string) string {
	if region == "" {
		return ""
	}
	return " in " + region
}

// tally says what became of the letters of one queue.
func tally(counts map[string]int) string {
	var parts []string
	for _, o := range []struct{ outcome, words string }{
		{redrive.Redriven, "redriven"}, {redrive.Redrivable, "to be redriven"}, {redrive.Skipped, "skipped"}, {redrive.Stays, "stay"},
	} {
		if n := counts[o.outcome]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o.words))
		}
	}
	if len(parts) == 0 {
		return "empty"
	}
	return strings.Join(parts, ", ")
}
