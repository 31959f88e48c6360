// Command benchcold measures cold starts: from exec to the first response under a local Runtime API, for each function and
// for a handler without the SDK that is built the same way. The functions take turns, so that a machine whose speed
// drifts is fair to all. It prints medians and their ratio to the handler without the SDK.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"riposte/internal/testkit/runtimeapi"
)

// A candidate is one function to measure, with an event that it answers without calling AWS.
type candidate struct {
	name, pkg, event string
	took             []time.Duration
	size             int64
}

func main() {
	rounds := flag.Int("rounds", 25, "starts of each function")
	flag.Parse()
	if err := run(context.Background(), *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "benchcold:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rounds int) error {
	dir, err := os.MkdirTemp("", "benchcold")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	candidates := []*candidate{
		{name: "no SDK", pkg: "./internal/benchcold/nosdk", event: `{}`},
		{name: "detect", pkg: "./functions/detect", event: `{"source":"aws.ec2","detail-type":"AWS API Call via CloudTrail","detail":{"eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","userIdentity":{"type":"IAMUser"}}}`},
		{name: "notify", pkg: "./functions/notify", event: `{"source":"benchcold","detail-type":"none","detail":{}}`},
		{name: "remediate", pkg: "./functions/remediate", event: `{"Records":[]}`},
	}
	for _, c := range candidates {
		if err := c.build(ctx, dir); err != nil {
			return err
		}
	}
	for round := range rounds + 2 { // the first two warm the page cache
		for _, c := range candidates {
			took, err := c.start(ctx, dir)
			if err != nil {
				return err
			}
			if round >= 2 {
				c.took = append(c.took, took)
			}
		}
	}
	fmt.Printf("%-10s %8s %8s %8s %7s\n", "function", "min ms", "median", "size MB", "ratio")
	floor := median(candidates[0].took)
	for _, c := range candidates {
		m := median(c.took)
		fmt.Printf("%-10s %8.1f %8.1f %8.1f %7.2f\n", c.name, ms(slices.Min(c.took)), ms(m), float64(c.size)/1e6, float64(m)/float64(floor))
	}
	return nil
}

func (c *candidate) build(ctx context.Context, dir string) error {
	path := filepath.Join(dir, c.name)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc",
		"-ldflags", "-s -w -buildid=", "-o", path, c.pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", c.pkg, err, out)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	c.size = info.Size()
	return nil
}

func (c *candidate) start(ctx context.Context, dir string) (time.Duration, error) {
	began := time.Now()
	f, err := runtimeapi.Start(ctx, filepath.Join(dir, c.name), []string{
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=none",
		"AWS_ENDPOINT_URL=http://127.0.0.1:9", "RIPOSTE_TABLE=t", "RIPOSTE_QUEUE_URL=http://127.0.0.1:9/q.fifo", "RIPOSTE_BUS=b",
		"RIPOSTE_ACCOUNT=111122223333", "RIPOSTE_OWN_ROLES=arn:aws:iam::111122223333:role/r", "RIPOSTE_MAX_RECEIVES=5",
		"RIPOSTE_SNS_TOPIC=arn:aws:sns:us-east-1:111122223333:t", "RIPOSTE_SLACK_SECRET=s",
	})
	if err != nil {
		return 0, err
	}
	defer f.Kill()
	if r := f.Invoke([]byte(c.event)); r.Failed && c.name != "notify" { // notify refuses an event that is not Riposte's
		return 0, fmt.Errorf("%s: %s", c.name, r.Payload)
	}
	return time.Since(began), nil
}

func median(d []time.Duration) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[len(d)/2]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
