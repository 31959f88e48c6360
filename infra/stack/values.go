package stack

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What settings look like. The context takes them from cdk.json or from the command line, where everything is a text.
var (
	// stackName is narrower than CloudFormation's rule, because roles, functions and rules are named after the stack and
	// IAM takes 64 characters.
	stackName      = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,31}$`)
	organizationID = regexp.MustCompile(`^o-[a-z0-9]{10,32}$`)
	unitID         = regexp.MustCompile(`^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})$`)
	accountID      = regexp.MustCompile(`^[0-9]{12}$`)
	externalID     = regexp.MustCompile(`^[A-Za-z0-9+=,.@:/_-]{2,128}$`)
	boundary       = regexp.MustCompile(`^([A-Za-z0-9+=,.@_-]{1,128}|arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9+=,.@_/-]{1,512})$`)
)

// externalIDOf derives an external ID from what hub and spokes both know. It is no secret: it keeps a hub from being used on
// another organisation's responder by mistake or by deceit.
func externalIDOf(organization, stack string) string {
	sum := sha256.Sum256([]byte("riposte external id\n" + organization + "\n" + stack))
	return "riposte-" + hex.EncodeToString(sum[:16])
}

func readName(v any, to *string) error {
	return readText(v, stackName, "a letter and then at most 31 letters, digits and hyphens", to)
}

func readText(v any, is *regexp.Regexp, want string, to *string) error {
	text, ok := v.(string)
	if !ok || !is.MatchString(text) {
		return errors.New("want " + want)
	}
	*to = text
	return nil
}

// readList reads a list, or a text with commas.
func readList(v any, is *regexp.Regexp, want string, to *[]string) error {
	var items []any
	switch v := v.(type) {
	case []any:
		items = v
	case string:
		for part := range strings.SplitSeq(v, ",") {
			items = append(items, strings.TrimSpace(part))
		}
	}
	if len(items) == 0 {
		return fmt.Errorf("want a list of %s", want)
	}
	var out []string
	for _, item := range items {
		text, ok := item.(string)
		switch {
		case !ok || !is.MatchString(text):
			return fmt.Errorf("%v is wrong: want %s", item, want)
		case slices.Contains(out, text):
			return fmt.Errorf("%s stands there twice: remove one", text)
		}
		out = append(out, text)
	}
	*to = out
	return nil
}

func readTopology(v any, to *Topology) error {
	switch t := Topology(fmt.Sprint(v)); t {
	case Single, Members, Spoke:
		*to = t
		return nil
	}
	return fmt.Errorf("want %s, %s or %s", Single, Members, Spoke)
}

func readPartition(v any, to *string) error {
	name, _ := v.(string)
	if _, known := partitions()[name]; !known {
		return fmt.Errorf("want one of %s", strings.Join(partitionNames(), ", "))
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
