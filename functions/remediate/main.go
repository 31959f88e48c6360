// Command remediate is the Lambda function that carries out, verifies and journals the changes that the detector decided. It alone may change an account.
package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"riposte/pkg/app/remediator"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	ctx := context.Background() // the process's root; nothing below main makes another

	function, err := remediator.New(os.Getenv, time.Now, log)
	if err != nil {
		log.ErrorContext(ctx, "cannot start", "err", err)
		os.Exit(1)
	}
	lambda.StartWithOptions(function.Handle, lambda.WithContext(ctx))
}
