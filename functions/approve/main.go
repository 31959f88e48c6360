// Command approve is the Lambda function behind the Slack app's buttons. It verifies who clicked what and puts the answer on the remediation queue; it changes nothing itself.
package main

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"riposte/pkg/app/approver"
	"riposte/pkg/observe"
)

func main() {
	log := observe.NewLogger(os.Stdout, os.Getenv)
	ctx := context.Background() // the process's root; nothing below main makes another

	function, err := approver.New(os.Getenv, time.Now, log)
	if err != nil {
		log.ErrorContext(ctx, "cannot start", "err", err)
		os.Exit(1)
	}
	lambda.StartWithOptions(function.Handle, lambda.WithContext(ctx))
}
