package securityhub

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"
	"github.com/aws/smithy-go"

	"riposte/pkg/notify/report"
)

// explain says what to do about an error of a call that takes a grant on a resource.
func (n *Notifier) explain(err error, action, resource string) error {
	if _, ok := errors.AsType[*types.InvalidAccessException](err); ok {
		return fmt.Errorf("it is not enabled there: enable Security Hub CSPM in that account and region, or take security_hub out of the receivers: %w", err)
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok && strings.HasPrefix(api.ErrorCode(), "AccessDenied") {
		return fmt.Errorf("the role that calls needs %s on %s: %w", action, resource, err)
	}
	return err
}

// A refusal is what Security Hub says of one finding that it did not take.
type refusal struct{ code, says string }

func (r *refusal) Error() string {
	hint := "it would be refused again: see the message, and report it as a fault of Riposte"
	switch {
	case r.transient():
		hint = "it may be taken later"
	case r.code == "InvalidAccess" || strings.HasPrefix(r.code, "AccessDenied"):
		hint = "findings can be imported only for the account that calls: Riposte has to run in the account of the hub"
	}
	return fmt.Sprintf("refused with %s: %s (%s)", report.Clean(r.code), report.Clean(r.says), hint)
}

// transient reports whether the same finding may be taken later.
func (r *refusal) transient() bool {
	for _, part := range []string{"Internal", "Throttl", "TooManyRequests", "LimitExceeded", "Concurrent", "unknown"} {
		if strings.Contains(r.code, part) {
			return true
		}
	}
	return false
}
