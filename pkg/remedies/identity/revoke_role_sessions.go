package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

const (
	revokeName = "AWSRevokeOlderSessions" // the console's name for it
	// revokeAhead is how far ahead of now sessions are revoked, as the console does: the policy takes some seconds to hold.
	revokeAhead = 30 * time.Second
)

// RevokeRoleSessions denies everything to the sessions of one role that exist. The aspect is the policy that does so.
func RevokeRoleSessions(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*iam.Client, string]{
		Action: actions.RevokeRoleSessions(),
		Lens:   inlineLens(accounts),
		Find:   func(f detect.Finding) (remedy.Target, error) { return named(f, revokeName, findRole) },
		Want:   wantRevoked,
		Summary: func(t remedy.Target, _, after string) string {
			return fmt.Sprintf("role %s: sessions from before %s revoked", t.ID, revokedUntil(after).Format(time.RFC3339))
		},
		Nothing: func(t remedy.Target, live string) string {
			return fmt.Sprintf("sessions of role %s from before %s are revoked already", t.ID, revokedUntil(live).Format(time.RFC3339))
		},
	})
}

func wantRevoked(ctx context.Context, api *iam.Client, f detect.Finding, t remedy.Target, before string) (string, error) {
	if f.Event.Time.IsZero() {
		return "", remedy.Refuse("the event about role %s has no time: which sessions it is about is not known", t.ID)
	}
	if revokedUntil(before).After(f.Event.Time) {
		return before, nil
	}
	// IAM's own clock stamps the sessions. An answer without a time leaves the event's: later sessions live on then.
	now := f.Event.Time
	out, err := api.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: aws.String(t.ID)})
	if err != nil {
		return "", gone(err)
	}
	if answered, ok := awsmiddleware.GetServerTime(out.ResultMetadata); ok && answered.After(now) {
		now = answered
	}
	return revocation(now.Add(revokeAhead))
}

type revocationStatement struct {
	Effect    string
	Action    []string
	Resource  []string
	Condition map[string]map[string]string
}

type revocationPolicy struct {
	Version   string
	Statement []revocationStatement
}

const (
	issuedBefore = "DateLessThan"
	issueTime    = "aws:TokenIssueTime"
)

func revocation(until time.Time) (string, error) {
	document, err := json.Marshal(revocationPolicy{
		Version: "2012-10-17",
		Statement: []revocationStatement{{
			Effect: "Deny", Action: []string{"*"}, Resource: []string{"*"},
			Condition: map[string]map[string]string{issuedBefore: {issueTime: until.UTC().Format(time.RFC3339)}},
		}},
	})
	return string(document), err
}

// revokedUntil returns until when a document that revokes sessions does so, or the zero time where it is none that we or
// the console would have written.
func revokedUntil(document string) time.Time {
	var policy revocationPolicy
	if json.Unmarshal([]byte(document), &policy) != nil || len(policy.Statement) != 1 {
		return time.Time{}
	}
	s := policy.Statement[0]
	all := func(list []string) bool { return len(list) == 1 && list[0] == "*" }
	if s.Effect != "Deny" || !all(s.Action) || !all(s.Resource) || len(s.Condition) != 1 || len(s.Condition[issuedBefore]) != 1 {
		return time.Time{}
	}
	until, err := time.Parse(time.RFC3339, s.Condition[issuedBefore][issueTime])
	if err != nil {
		return time.Time{}
	}
	return until
}
