// Command remediate is the Lambda function that carries out, verifies and journals the changes that the detector decided. It alone may change an account.
package main

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"riposte/pkg/app/remediator"
	"riposte/pkg/observe"
)

func main() {
	log := observe.NewLogger(os.Stdout, os.Getenv)
	ctx := context.Background() // the process's root; nothing below main makes another

	function, err := remediator.New(os.Getenv, time.Now, log)
	if err != nil {
		log.ErrorContext(ctx, "cannot start", "err", err)
		os.Exit(1)
	}
	lambda.StartWithOptions(function.Handle, lambda.WithContext(ctx))
}
