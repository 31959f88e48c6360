package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"

	"riposte/pkg/catalog"
	"riposte/pkg/config"
)

func main() {
	policies := flag.String("policies", "../shared/corpus/policies", "the folder of labelled policies")
	events := flag.String("cloudtrail", "../shared/corpus/cloudtrail", "the folder of recorded events")
	quiet := flag.Bool("quiet", false, "print the figures only")
	flag.Parse()
	out, ctx := os.Stdout, context.Background()
	reached := measure(out, *policies, func() (bool, error) { return measurePolicies(out, *policies, *quiet) })
	fmt.Fprintln(out)
	reached = measure(out, *events, func() (bool, error) {
		return measureDetector(ctx, out, *events, catalog.InUse(config.Default()), *quiet)
	}) && reached
	if !reached {
		os.Exit(1)
	}
}

// measure runs one part and reports whether it reaches its goals. What is not there cannot miss them.
func measure(out io.Writer, folder string, part func() (bool, error)) bool {
	reached, err := part()
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(out, "%s is not here: nothing to measure against\n", folder)
		return true
	}
	if err != nil {
		fmt.Fprintln(out, "accuracy:", err)
		return false
	}
	return reached
}
