// Command notify is the Lambda function that tells people about incidents by SNS and Slack.
package main

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"riposte/pkg/app/notifier"
	"riposte/pkg/observe"
)

func main() {
	log := observe.NewLogger(os.Stdout, os.Getenv)
	ctx := context.Background() // the process's root; nothing below main makes another

	function, err := notifier.New(os.Getenv, time.Now, log)
	if err != nil {
		log.ErrorContext(ctx, "cannot start", "err", err)
		os.Exit(1)
	}
	lambda.StartWithOptions(function.Handle, lambda.WithContext(ctx))
}
