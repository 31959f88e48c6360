// Command riposte is the operator's command line: it plays the demonstration, looks for findings in CloudTrail files,
// runs the whole pipeline, and reads and answers incidents.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"riposte/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(cli.Run(ctx, cli.Process{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Now: time.Now,
	}))
}
