// Command detect is the Lambda function that turns CloudTrail events into findings, decisions and incidents. It may not change an account.
package main

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"riposte/pkg/app/detector"
	"riposte/pkg/observe"
)

func main() {
	log := observe.NewLogger(os.Stdout, os.Getenv)
	ctx := context.Background() // the process's root; nothing below main makes another

	function, err := detector.New(os.Getenv, time.Now, log)
	if err != nil {
		log.ErrorContext(ctx, "cannot start", "err", err)
		os.Exit(1)
	}
	lambda.StartWithOptions(function.Handle, lambda.WithContext(ctx))
}
