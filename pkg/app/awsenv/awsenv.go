// Package awsenv makes an SDK configuration from the environment that Lambda gives a function.
//
// The SDK's own loader links the services of single sign-on and role assumption, whose package initialisation costs
// milliseconds of every cold start; a Lambda function has its credentials in the environment and needs none of them.
package awsenv

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Config returns a configuration with region, credentials and endpoint from AWS_REGION, AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_ENDPOINT_URL.
// See https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html.
func Config(getenv func(string) string) (aws.Config, error) {
	cfg := aws.Config{
		Region: getenv("AWS_REGION"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			c := aws.Credentials{
				AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
				SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
				SessionToken:    getenv("AWS_SESSION_TOKEN"),
				Source:          "environment",
			}
			if c.AccessKeyID == "" || c.SecretAccessKey == "" {
				return c, errors.New("no credentials: AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set")
			}
			return c, nil
		}),
	}
	if cfg.Region == "" {
		return cfg, errors.New("no region: AWS_REGION is not set")
	}
	if url := getenv("AWS_ENDPOINT_URL"); url != "" {
		cfg.BaseEndpoint = aws.String(url)
	}
	return cfg, nil
}

// Require returns the values of the named variables in their order, or an error that names every one that is missing.
func Require(getenv func(string) string, names ...string) ([]string, error) {
	values := make([]string, len(names))
	var missing []string
	for i, name := range names {
		if values[i] = getenv(name); values[i] == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, errors.New("not set in the environment: " + strings.Join(missing, ", "))
	}
	return values, nil
}

// Flag returns a variable that is "true", "false" or not set.
func Flag(getenv func(string) string, name string) (bool, error) {
	switch value := getenv(name); value {
	case "true":
		return true, nil
	case "", "false":
		return false, nil
	default:
		return false, fmt.Errorf("%s is %q: want true or false", name, value)
	}
}

// List splits a variable at commas and spaces, and leaves out empty parts.
func List(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
}
