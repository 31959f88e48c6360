package stack

import (
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Settings are what one deployment can choose.
type Settings struct {
	StackName        string
	LogRetentionDays int
	AlarmEmail       string // empty for none
	// Concurrency is how many jobs the remediator works on at a time, reserved for it out of the account's quota, as a few
	// more are for the other functions. 0 reserves nothing, for accounts whose quota of 10 leaves nothing to reserve.
	Concurrency int
	// ReadEvents routes read-only calls too, for the rules that look at them: secrets that are read in bulk, calls that are
	// denied. Accounts make many more of them than of all others.
	ReadEvents bool
	Assets     string // the folder that "make build" fills, with one folder for each function

	Operator // from riposte.yaml
}

// prefix marks Riposte's own keys in the CDK's context, so that a misspelt one is noticed.
const prefix = "riposte:"

// region is where IAM's events arrive, and so the only place where one deployment sees them.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
const region = "us-east-1"

// ReadSettings reads the settings from the CDK's context, the region from the environment and riposte.yaml from the
// folder root. The error names every wrong value.
func ReadSettings(context map[string]any, getenv func(string) string, root string) (Settings, error) {
	s := Settings{StackName: "Riposte", LogRetentionDays: 365, Concurrency: 5, Assets: "dist"}
	keys := map[string]func(any) error{
		"stackName":        func(v any) error { return readName(v, &s.StackName) },
		"logRetentionDays": func(v any) error { return readRetention(v, &s.LogRetentionDays) },
		"alarmEmail":       func(v any) error { return readEmail(v, &s.AlarmEmail) },
		"concurrency":      func(v any) error { return readConcurrency(v, &s.Concurrency) },
		"readEvents":       func(v any) error { return readTruth(v, &s.ReadEvents) },
	}
	errs := []error{checkRegion(getenv)}
	for _, name := range slices.Sorted(maps.Keys(context)) {
		key, own := strings.CutPrefix(name, prefix)
		if !own {
			continue
		}
		read, known := keys[key]
		if !known {
			errs = append(errs, fmt.Errorf("context has no setting %q: there are %s", name,
				prefix+strings.Join(slices.Sorted(maps.Keys(keys)), ", "+prefix)))
			continue
		}
		if err := read(context[name]); err != nil {
			errs = append(errs, fmt.Errorf("context setting %q is %v: %w", name, context[name], err))
		}
	}
	var err error
	if s.Operator, err = readOperator(root, s.Assets); err != nil {
		errs = append(errs, err)
	}
	return s, errors.Join(errs...)
}

// checkRegion looks where the deployment would go. The CDK's command line sets CDK_DEFAULT_REGION from the profile.
func checkRegion(getenv func(string) string) error {
	for _, name := range []string{"CDK_DEFAULT_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"} {
		switch got := getenv(name); got {
		case "":
		case region:
			return nil
		default:
			return fmt.Errorf("the region is %s (%s), and IAM's events arrive in %s only: "+
				"set AWS_REGION=%s and try again", got, name, region, region)
		}
	}
	return nil
}

// stackName is narrower than CloudFormation's rule, because roles, functions and rules are named after the stack and
// IAM takes 64 characters.
var stackName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,31}$`)

func readName(v any, to *string) error {
	name, ok := v.(string)
	if !ok || !stackName.MatchString(name) {
		return errors.New("want a letter and then at most 31 letters, digits and hyphens")
	}
	*to = name
	return nil
}

func readRetention(v any, to *int) error {
	days, ok := number(v)
	if _, takes := retentions()[days]; !ok || !takes {
		return fmt.Errorf("CloudWatch Logs keeps logs for one of %v days", slices.Sorted(maps.Keys(retentions())))
	}
	*to = days
	return nil
}

func readEmail(v any, to *string) error {
	text, _ := v.(string)
	address, err := mail.ParseAddress(text)
	if err != nil || address.Address != text {
		return errors.New("want an e-mail address such as security@example.com")
	}
	*to = text
	return nil
}

func readConcurrency(v any, to *int) error {
	n, ok := number(v)
	if !ok || n != 0 && (n < 2 || n > 100) {
		return errors.New("want a number from 2 to 100, or 0 to reserve nothing")
	}
	*to = n
	return nil
}

// readTruth reads what cdk.json gives as a boolean and -c as a text.
func readTruth(v any, to *bool) error {
	switch v {
	case true, "true":
		*to = true
	case false, "false":
		*to = false
	default:
		return errors.New("want true or false")
	}
	return nil
}

// number reads what cdk.json gives as a number and -c as a text.
func number(v any) (int, bool) {
	switch n := v.(type) {
	case float64:
		return int(n), n == float64(int(n))
	case string:
		i, err := strconv.Atoi(n)
		return i, err == nil
	default:
		return 0, false
	}
}
